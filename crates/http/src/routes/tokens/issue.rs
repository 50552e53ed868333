use axum::extract::State;
use elizabeth_api::{ClaimsObject, Instant, IssueToken, IssuedToken, Secret};
use elizabeth_core::service::TokenRequest;

use crate::{
    body::{Answer, reply},
    extract::{Counted, InRoom, OptionalJson},
    problem::Problem,
    state::AppState,
};

/// Enter a room, or renew a token.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/tokens", tag = "tokens",
    request_body(content = Option<IssueToken>, description = "May be left out for an open room without a password"),
    responses(
        (status = 200, description = "A token", body = IssuedToken),
        (status = 401, description = "`token_invalid`, `token_expired`, `token_revoked`: the one to be renewed; `ticket_invalid`"),
        (status = 403, description = "`wrong_password`, `wrong_owner_key`, `not_shared`, `room_locked`, `room_closed`, `ticket_idle`, `entries_exhausted`"),
        (status = 410, description = "`ticket_spent`"),
        (status = 429, description = "`too_many_tokens`, `too_many_refresh_tokens`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn issue_token(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    Counted(client): Counted,
    OptionalJson(body): OptionalJson<IssueToken>,
) -> Answer {
    // To ask without a password whether there is one is no guess.
    let says_something = body.password.is_some() || body.owner_key.is_some() || body.ticket.is_some();
    let secret = |given: Option<Secret>| given.map(|secret| secret.0);
    let request = TokenRequest::default()
        .password(secret(body.password))
        .token(secret(body.token))
        .owner_key(secret(body.owner_key))
        .ticket(secret(body.ticket))
        .client(client)
        .with_refresh_token(body.with_refresh_token.unwrap_or_default());
    let issued = state.app().issue_token(&room, request).await.map_err(|error| {
        let problem = Problem::from(error);
        if says_something { problem } else { problem.unguessed() }
    })?;
    let refresh_token_expires_at = issued.refresh.as_ref().map(|refresh| Instant(refresh.expires_at));
    Ok(reply(&IssuedToken {
        token: issued.token.into(),
        claims: ClaimsObject::from(&issued.claims),
        expires_at: Instant(issued.expires_at),
        refresh_token: issued.refresh.map(|refresh| refresh.token.into()),
        refresh_token_expires_at,
    }))
}

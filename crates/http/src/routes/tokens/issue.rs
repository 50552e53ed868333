use axum::extract::State;
use elizabeth_api::{ClaimsObject, Instant};
use elizabeth_core::service::TokenRequest;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{InRoom, OptionalJson},
    state::AppState,
};

/// What is shown to be let in. The first that is there decides: a token, an owner key, a ticket, else it is an entry
/// with the password.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = IssueToken)]
pub(crate) struct Body {
    /// The room's password.
    #[schema(value_type = Option<String>)]
    password: Option<SecretString>,
    /// A live token of the room, to be renewed.
    #[schema(value_type = Option<String>)]
    token: Option<SecretString>,
    /// The room's owner key.
    #[schema(value_type = Option<String>)]
    owner_key: Option<SecretString>,
    /// A ticket that lets one in: it stands in for the password and for the private slug.
    #[schema(value_type = Option<String>)]
    ticket: Option<SecretString>,
    /// Whether a refresh token is wanted too.
    with_refresh_token: Option<bool>,
}

/// A token.
#[derive(Serialize, ToSchema)]
pub(crate) struct IssuedToken<'a> {
    token: &'a str,
    claims: ClaimsObject<'a>,
    expires_at: Instant,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token_expires_at: Option<Instant>,
}

/// Enter a room, or renew a token.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/tokens", tag = "tokens",
    request_body(content = Option<Body>, description = "May be left out for an open room without a password"),
    responses(
        (status = 200, description = "A token", body = IssuedToken),
        (status = 401, description = "`token_invalid`, `token_expired`, `token_revoked`: the one to be renewed; `ticket_invalid`"),
        (status = 403, description = "`wrong_password`, `wrong_owner_key`, `not_shared`, `room_locked`, `room_closed`, `entries_exhausted`"),
        (status = 410, description = "`ticket_spent`"),
    ),
)]
pub(crate) async fn issue_token(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    OptionalJson(body): OptionalJson<Body>,
) -> Answer {
    let request = TokenRequest::default()
        .password(body.password)
        .token(body.token)
        .owner_key(body.owner_key)
        .ticket(body.ticket)
        .with_refresh_token(body.with_refresh_token.unwrap_or_default());
    let issued = state.app().issue_token(&room, request).await?;
    Ok(reply(&IssuedToken {
        token: issued.token.expose_secret(),
        claims: ClaimsObject::from(&issued.claims),
        expires_at: Instant(issued.expires_at),
        refresh_token: issued.refresh.as_ref().map(|refresh| refresh.token.expose_secret()),
        refresh_token_expires_at: issued.refresh.as_ref().map(|refresh| Instant(refresh.expires_at)),
    }))
}

use axum::extract::State;
use elizabeth_api::{Instant, Refresh, RefreshedTokens};

use crate::{
    body::{Answer, SMALL, reply},
    extract::Json,
    state::AppState,
};

/// Exchange a refresh token for a new pair of the same session. Each works once; using one twice revokes its session.
#[utoipa::path(
    post, path = "/api/v1/auth/refresh", tag = "tokens",
    request_body = Refresh,
    responses(
        (status = 200, description = "A new pair", body = RefreshedTokens),
        (status = 401, description = "`refresh_token_invalid`, `refresh_token_reused`"),
        (status = 403, description = "`room_closed`"),
        (status = 429, description = "`too_many_tokens`, `too_many_refresh_tokens`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn refresh(State(state): State<AppState>, Json(body): Json<Refresh, SMALL>) -> Answer {
    let issued = state.app().refresh(body.refresh_token.expose()).await?;
    let expires_at = Instant(issued.expires_at);
    let refresh_token_expires_at = issued.refresh.as_ref().map(|refresh| Instant(refresh.expires_at));
    Ok(reply(&RefreshedTokens {
        access_token: issued.token.into(),
        refresh_token: issued.refresh.map(|refresh| refresh.token.into()),
        access_token_expires_at: expires_at,
        expires_at,
        refresh_token_expires_at,
    }))
}

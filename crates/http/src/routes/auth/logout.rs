use axum::extract::State;
use elizabeth_api::{LoggedOut, Logout};

use crate::{
    body::{Answer, SMALL, reply},
    extract::Json,
    state::AppState,
};

/// Give up a token; its session's refresh tokens die with it.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "tokens",
    request_body = Logout,
    responses(
        (status = 200, description = "It is no good any more", body = LoggedOut),
        (status = 401, description = "`token_invalid`, `token_expired`, `token_revoked`"),
    ),
)]
pub(crate) async fn logout(State(state): State<AppState>, Json(body): Json<Logout, SMALL>) -> Answer {
    state.app().logout(body.access_token.expose()).await?;
    Ok(reply(&LoggedOut { message: "Token revoked successfully".into() }))
}

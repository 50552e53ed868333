use axum::extract::State;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::Json,
    state::AppState,
};

/// The token to give up.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Logout)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    access_token: SecretString,
}

/// What was done, in words.
#[derive(Serialize, ToSchema)]
pub(crate) struct LoggedOut {
    message: &'static str,
}

/// Give up a token; its session's refresh tokens die with it.
#[utoipa::path(
    post, path = "/api/v1/auth/logout", tag = "tokens",
    request_body = Body,
    responses(
        (status = 200, description = "It is no good any more", body = LoggedOut),
        (status = 401, description = "`token_invalid`, `token_expired`, `token_revoked`"),
    ),
)]
pub(crate) async fn logout(State(state): State<AppState>, Json(body): Json<Body>) -> Answer {
    state.app().logout(body.access_token.expose_secret()).await?;
    Ok(reply(&LoggedOut { message: "Token revoked successfully" }))
}

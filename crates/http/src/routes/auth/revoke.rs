use axum::extract::State;
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::Json,
    state::AppState,
};

/// The refresh token to give up.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RevokeRefresh)]
pub(crate) struct Body {
    #[schema(value_type = String)]
    refresh_token: SecretString,
}

/// What was done, in words.
#[derive(Serialize, ToSchema)]
pub(crate) struct RefreshRevoked {
    message: &'static str,
}

/// Give up a refresh token.
#[utoipa::path(
    post, path = "/api/v1/auth/revoke", tag = "tokens",
    request_body = Body,
    responses(
        (status = 200, description = "It is no good any more", body = RefreshRevoked),
        (status = 401, description = "`refresh_token_invalid`"),
    ),
)]
pub(crate) async fn revoke_refresh_token(State(state): State<AppState>, Json(body): Json<Body>) -> Answer {
    state.app().revoke_refresh(body.refresh_token.expose_secret()).await?;
    Ok(reply(&RefreshRevoked { message: "Refresh token revoked successfully" }))
}

use axum::extract::State;
use elizabeth_core::id::Jti;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
};

/// Which token.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = RevokeToken)]
pub(crate) struct Body {
    #[schema(value_type = uuid::Uuid)]
    jti: Jti,
}

/// It is no good any more.
#[derive(Serialize, ToSchema)]
pub(crate) struct TokenRevoked {
    revoked: bool,
    message: &'static str,
}

/// Revoke a token: the owner any of the room, a guest those of its own session.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/tokens/revoke", tag = "tokens",
    request_body = Body,
    responses(
        (status = 200, description = "It is no good any more", body = TokenRevoked),
        (status = 403, description = "`not_your_token`"),
        (status = 404, description = "`token_not_found`"),
    ),
)]
pub(crate) async fn revoke_token(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<Body>,
) -> Answer {
    state.app().revoke_token(&room, credential.caller(), body.jti).await?;
    Ok(reply(&TokenRevoked { revoked: true, message: "Token revoked successfully" }))
}

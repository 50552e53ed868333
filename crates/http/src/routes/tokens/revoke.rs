use axum::extract::State;
use elizabeth_api::{RevokeToken, TokenRevoked};
use elizabeth_core::id::Jti;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
};

/// Revoke a token: the owner any of the room, a guest those of its own session.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/tokens/revoke", tag = "tokens",
    request_body = RevokeToken,
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
    Json(body): Json<RevokeToken>,
) -> Answer {
    state.app().revoke_token(&room, credential.caller(), Jti(body.jti)).await?;
    Ok(reply(&TokenRevoked { revoked: true, message: "Token revoked successfully".into() }))
}

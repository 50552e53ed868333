use axum::extract::State;
use elizabeth_api::TokenDeleted;
use elizabeth_core::id::Jti;

use crate::{
    body::{Answer, reply},
    extract::{Credential, RoomItem},
    state::AppState,
};

/// Revoke a token: the owner any of the room, a guest those of its own session.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}/tokens/{jti}", tag = "tokens",
    responses(
        (status = 200, description = "It is no good any more", body = TokenDeleted),
        (status = 403, description = "`not_your_token`"),
        (status = 404, description = "`token_not_found`"),
    ),
)]
pub(crate) async fn delete_token(
    State(state): State<AppState>,
    RoomItem(room, jti): RoomItem<Jti>,
    credential: Credential,
) -> Answer {
    state.app().revoke_token(&room, credential.caller(), jti).await?;
    Ok(reply(&TokenDeleted { revoked: true }))
}

use axum::extract::State;
use elizabeth_api::TokenObject;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    state::AppState,
};

/// List live tokens: the owner sees all of the room, a guest those of its own session.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/tokens", tag = "tokens",
    params(("room" = String, Path, description = "A room's name or slug")),
    responses(
        (status = 200, description = "The tokens, the oldest first", body = Vec<TokenObject>),
        (status = 401, description = "`token_missing`, `token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`room_closed`"),
        (status = 404, description = "`room_not_found`"),
        (status = 410, description = "`room_expired`"),
    ),
    security(("room_token" = [])),
)]
pub(crate) async fn list_tokens(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    let list = state.app().tokens(&room, credential.token()).await?;
    let tokens: Vec<TokenObject> =
        list.tokens.iter().map(|token| TokenObject::new(token, list.current)).collect();
    Ok(reply(&tokens))
}

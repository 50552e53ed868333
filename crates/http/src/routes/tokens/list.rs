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
    responses(
        (status = 200, description = "The tokens, the oldest first", body = Vec<TokenObject>),
    ),
)]
pub(crate) async fn list_tokens(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    let list = state.app().tokens(&room, credential.caller()).await?;
    let tokens: Vec<TokenObject> =
        list.tokens.iter().map(|token| TokenObject::new(token, list.current)).collect();
    Ok(reply(&tokens))
}

use axum::extract::State;
use elizabeth_api::RoomObject;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    state::AppState,
};

/// Look at a room from outside, or with a token of it.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}", tag = "rooms",
    responses(
        (status = 200, description = "The room", body = RoomObject),
        (status = 401, description = "`token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`not_shared`, `room_closed`, `room_locked`, `entries_exhausted`"),
    ),
    security((), ("room_token" = [])),
)]
pub(crate) async fn read_room(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    let room = state.app().room(&room, credential.caller()).await?;
    Ok(reply(&RoomObject::new(&room, state.app().now())))
}

use axum::extract::State;
use elizabeth_api::RoomDeleted;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    state::AppState,
};

/// Delete a room with everything in it. All tokens of it are dead at once.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}", tag = "rooms",
    responses(
        (status = 200, description = "It is gone", body = RoomDeleted),
        (status = 403, description = "`permission_denied`"),
    ),
)]
pub(crate) async fn delete_room(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    state.app().delete_room(&room, credential.caller()).await?;
    state.announce_garbage();
    Ok(reply(&RoomDeleted { message: "Room deleted successfully".into() }))
}

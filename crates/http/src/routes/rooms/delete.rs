use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    state::AppState,
};

/// What was done, in words.
#[derive(Serialize, ToSchema)]
pub(crate) struct RoomDeleted {
    message: &'static str,
}

/// Delete a room with everything in it. All tokens of it are dead at once.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}", tag = "rooms",
    params(("room" = String, Path, description = "A room's name or slug")),
    responses(
        (status = 200, description = "It is gone", body = RoomDeleted),
        (status = 401, description = "`token_missing`, `token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`permission_denied`, `room_closed`"),
        (status = 404, description = "`room_not_found`"),
        (status = 410, description = "`room_expired`"),
    ),
    security(("room_token" = [])),
)]
pub(crate) async fn delete_room(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    state.app().delete_room(&room, credential.token()).await?;
    state.announce_garbage();
    Ok(reply(&RoomDeleted { message: "Room deleted successfully" }))
}

use axum::extract::State;
use elizabeth_api::RoomObject;
use elizabeth_core::Caller;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    live::last_event_id,
    state::AppState,
};

/// Look at a room from outside, or with a token of it.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}", tag = "rooms",
    responses(
        (status = 200, description = "The room", body = RoomObject,
            headers(("Last-Event-ID" = String, description = "With a token: of the event that it shows last, to follow the room's events from there on"))),
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
    let caller = credential.caller();
    let room = state.app().room(&room, caller).await?;
    let mut answer = reply(&RoomObject::new(&room, state.app().now()));
    // How much happens in it is not for those outside.
    if matches!(caller, Caller::Token(_)) {
        answer.headers_mut().extend(last_event_id(room.id, room.event_seq));
    }
    Ok(answer)
}

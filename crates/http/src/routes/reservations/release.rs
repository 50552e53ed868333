use axum::extract::State;
use elizabeth_api::ReservationReleased;
use elizabeth_core::id::ReservationId;

use crate::{
    body::{Answer, reply},
    extract::{Credential, RoomItem},
    state::AppState,
};

/// Give back the space of an upload. One that is under way ends.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}/reservations/{id}", tag = "contents",
    responses(
        (status = 200, description = "The space is given back", body = ReservationReleased),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`reservation_not_found`"),
        (status = 410, description = "`reservation_expired`"),
    ),
)]
pub(crate) async fn release_reservation(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ReservationId>,
    credential: Credential,
) -> Answer {
    let released = state.app().release(&room, credential.caller(), id).await?;
    Ok(reply(&ReservationReleased::from(released)))
}

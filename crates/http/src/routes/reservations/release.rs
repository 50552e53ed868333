use axum::extract::State;
use elizabeth_core::{id::ReservationId, service::Released};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, RoomItem},
    state::AppState,
};

/// The space is given back.
#[derive(Serialize, ToSchema)]
pub(crate) struct ReservationReleased {
    released: bool,
    /// Bytes that were held.
    released_size: u64,
    /// Bytes stored and reserved in the room now.
    current_size: u64,
}

impl From<Released> for ReservationReleased {
    fn from(Released { released, current_size }: Released) -> Self {
        Self { released: true, released_size: released, current_size }
    }
}

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

use axum::extract::State;
use elizabeth_api::ReservationReleased;
use elizabeth_core::id::UploadId;

use crate::{
    body::{Answer, reply},
    extract::{RoomItem, UploadCredential},
    state::AppState,
};

/// Give an upload up: its space and its chunks are given back. Files of it that are complete stay.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}/uploads/chunks/{reservation_id}", tag = "uploads",
    responses(
        (status = 200, description = "The space is given back", body = ReservationReleased),
        (status = 404, description = "`reservation_not_found`"),
        (status = 410, description = "`reservation_expired`"),
    ),
)]
pub(crate) async fn abandon_upload(
    State(state): State<AppState>,
    RoomItem(room, upload): RoomItem<UploadId>,
    credential: UploadCredential,
) -> Answer {
    let released = state.app().abandon_upload(&room, &credential.of(upload)).await?;
    state.announce_garbage();
    Ok(reply(&ReservationReleased::from(released)))
}

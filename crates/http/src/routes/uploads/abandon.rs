use axum::extract::State;
use elizabeth_core::id::UploadId;

use crate::{
    body::{Answer, reply},
    extract::{RoomItem, UploadCredential},
    routes::reservations::release::ReservationReleased,
    state::AppState,
};

/// Give an upload up: its space and its chunks are given back. Files of it that are complete stay.
#[utoipa::path(
    delete, path = "/api/v1/rooms/{room}/uploads/chunks/{reservation_id}", tag = "uploads",
    params(
        ("room" = String, Path, description = "A room's name or slug"),
        ("reservation_id" = uuid::Uuid, Path, description = "The upload"),
    ),
    responses(
        (status = 200, description = "The space is given back", body = ReservationReleased),
        (status = 401, description = "`upload_token_invalid`, `token_missing`, `token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`room_closed`"),
        (status = 404, description = "`room_not_found`, `reservation_not_found`"),
        (status = 410, description = "`room_expired`, `reservation_expired`"),
    ),
    security(("upload_token" = []), ("room_token" = [])),
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

use axum::extract::State;
use elizabeth_api::{Instant, Manifest, Reservation, Size};
use elizabeth_core::content::FileRequest;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
    upload::as_announced,
};

/// Take the space for some files out of the room, before their first byte is sent.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/contents/prepare", tag = "contents",
    request_body = Manifest,
    responses(
        (status = 200, description = "The space is held", body = Reservation),
        (status = 400, description = "`invalid_file_name`, `invalid_size`, `invalid_manifest`, `invalid_max_downloads`, `invalid_expire_at`"),
        (status = 403, description = "`permission_denied`"),
        (status = 409, description = "`room_contents_full`"),
        (status = 413, description = "`room_full`, `room_rows_full`: `details` says how much was asked for and how much is left"),
        (status = 429, description = "`too_many_reservations`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn prepare_upload(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<Manifest>,
) -> Answer {
    let sizes: Vec<Size> = body.files.iter().map(|file| file.size).collect();
    let files = body.files.into_iter().map(FileRequest::from).collect();
    let prepared = state.app().prepare(&room, credential.caller(), files).await;
    let prepared = prepared.map_err(|error| as_announced(error, &sizes))?;
    Ok(reply(&Reservation {
        reservation_id: prepared.reservation_id.0,
        reserved_size: prepared.reserved_size,
        expires_at: Instant(prepared.expires_at),
        current_size: prepared.current_size,
        remaining_size: prepared.max_size.saturating_sub(prepared.current_size),
        max_size: prepared.max_size,
    }))
}

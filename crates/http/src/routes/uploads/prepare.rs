use axum::extract::State;
use elizabeth_api::{ChunkedManifest, ChunkedReservation, Instant, Size, files};
use elizabeth_core::upload::UploadFileRequest;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
    upload::as_announced,
};

/// Take the space for some files out of the room that are going to come in chunks, in any order.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/uploads/chunks/prepare", tag = "uploads",
    request_body = ChunkedManifest,
    responses(
        (status = 200, description = "The space is held", body = ChunkedReservation),
        (status = 400, description = "`invalid_file_name`, `invalid_size`, `invalid_manifest`, `invalid_chunk_size`, `invalid_hash`, `invalid_max_downloads`, `invalid_expire_at`"),
        (status = 403, description = "`permission_denied`"),
        (status = 409, description = "`room_contents_full`"),
        (status = 413, description = "`room_full`, `room_rows_full`: `details` says how much was asked for and how much is left"),
        (status = 429, description = "`too_many_uploads`, `too_many_session_uploads`: `Retry-After` says when to ask again"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn prepare_chunked_upload(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<ChunkedManifest>,
) -> Answer {
    let chunk_sizes = body.files.iter().filter_map(|file| file.chunk_size);
    let sizes: Vec<Size> = body.files.iter().map(|file| file.size).chain(chunk_sizes).collect();
    let asked = body.files.into_iter().map(UploadFileRequest::from).collect();
    let prepared = state.app().prepare_upload(&room, credential.caller(), asked).await;
    let prepared = prepared.map_err(|error| as_announced(error, &sizes))?;
    Ok(reply(&ChunkedReservation {
        reservation_id: prepared.upload.id.0,
        upload_token: prepared.token.into(),
        expires_at: Instant(prepared.upload.hold.deadline),
        files: files(&prepared.upload),
    }))
}

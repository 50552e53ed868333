use axum::extract::State;
use elizabeth_api::{ChunkList, Instant, UploadState, UploadWord, files_so_far};
use elizabeth_core::upload::ChunkedUpload;

use crate::{
    body::{Answer, reply},
    extract::{InRoom, UploadCredential},
    state::AppState,
};

/// How an upload stands: its chunks that have arrived, and how long it waits for more. An upload that is complete tells
/// of it for an hour.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/uploads/chunks/status", tag = "uploads",
    params(
        ("upload_token" = Option<String>, Query, description = "The upload's token, unless it is sent as a bearer token"),
        ("reservation_id" = Option<uuid::Uuid>, Query, description = "The upload, with a room token; not beside an upload token"),
    ),
    responses(
        (status = 200, description = "How it stands", body = UploadState),
        (status = 400, description = "`invalid_query`: both are given, or neither"),
        (status = 404, description = "`reservation_not_found`"),
    ),
)]
pub(crate) async fn upload_status(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: UploadCredential,
) -> Answer {
    let access = credential.by_either()?;
    let found = state.app().upload_state(&room, &access).await?;
    let upload = &found.upload;
    let status = UploadWord::from(upload.status(found.now));
    let is_expired = status == UploadWord::Expired;
    let left = upload.hold.deadline.since(found.now).as_secs();
    Ok(reply(&UploadState {
        reservation_id: upload.id.0,
        upload_status: status,
        total_chunks: upload.files.iter().map(|file| file.total_chunks()).sum(),
        uploaded_chunks: upload.progress.iter().map(|progress| progress.chunks).sum(),
        progress_percentage: percentage(upload, status),
        expires_at: Instant(upload.hold.deadline),
        files: files_so_far(upload),
        chunk_details: ChunkList(&found.chunks),
        reserved_size: upload.announced(),
        uploaded_size: if status == UploadWord::Completed { upload.announced() } else { upload.arrived() },
        is_expired,
        remaining_seconds: (!is_expired).then_some(left),
    }))
}

/// Rounded down, so that 100 means all of it.
fn percentage(upload: &ChunkedUpload, status: UploadWord) -> f64 {
    if status == UploadWord::Completed {
        return 100.0;
    }
    let (announced, arrived) = (u128::from(upload.announced()), u128::from(upload.arrived()));
    let hundredths = (arrived * 10_000).checked_div(announced).unwrap_or(0);
    f64::from(u16::try_from(hundredths).unwrap_or(10_000)) / 100.0
}

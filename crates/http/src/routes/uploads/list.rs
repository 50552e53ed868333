use axum::extract::State;
use elizabeth_api::{Instant, UploadFileProgress, files_so_far};
use elizabeth_core::service::ListedUpload;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom},
    state::AppState,
};

/// An upload in pieces that is under way.
#[derive(Serialize, ToSchema)]
pub(crate) struct UploadUnderWay<'a> {
    reservation_id: Uuid,
    /// In the order of the manifest.
    files: Vec<UploadFileProgress<'a>>,
    /// Bytes that have arrived.
    uploaded_size: u64,
    /// Bytes announced.
    reserved_size: u64,
    started_at: Instant,
    /// When it is gone unless more comes.
    expires_at: Instant,
    /// Whether the token it was asked with may go on with it.
    mine: bool,
    /// How its bytes come: `chunks`, or `tus`, one behind the other.
    protocol: &'static str,
}

impl<'a> From<&'a ListedUpload> for UploadUnderWay<'a> {
    fn from(ListedUpload { upload, mine }: &'a ListedUpload) -> Self {
        let in_chunks = upload.files.iter().all(|file| file.chunk_size.is_some());
        Self {
            reservation_id: upload.id.0,
            files: files_so_far(upload),
            uploaded_size: upload.arrived(),
            reserved_size: upload.announced(),
            started_at: Instant(upload.created_at),
            expires_at: Instant(upload.hold.deadline),
            mine: *mine,
            protocol: if in_chunks { "chunks" } else { "tus" },
        }
    }
}

/// The uploads in pieces that are under way, the oldest first. Who may not look sees their own.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/uploads", tag = "uploads",
    responses(
        (status = 200, description = "The uploads", body = Vec<UploadUnderWay>),
        (status = 403, description = "`permission_denied`"),
    ),
)]
pub(crate) async fn list_uploads(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
) -> Answer {
    let uploads = state.app().uploads(&room, credential.caller()).await?;
    Ok(reply(&uploads.iter().map(UploadUnderWay::from).collect::<Vec<_>>()))
}

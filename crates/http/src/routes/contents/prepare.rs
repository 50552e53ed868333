use axum::extract::State;
use elizabeth_api::{Instant, Size};
use elizabeth_core::content::FileRequest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
    upload::as_announced,
};

/// What is going to be uploaded: 1 to 1,000 files of distinct names.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = Manifest)]
pub(crate) struct Body {
    #[schema(min_items = 1, max_items = 1000)]
    files: Vec<FileBody>,
}

/// One file.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ManifestFile)]
struct FileBody {
    /// Its name, perhaps a relative path. The older spelling `file_name` is read too.
    #[serde(alias = "file_name")]
    name: String,
    /// Bytes. The older spelling `file_size` is read too.
    #[serde(alias = "file_size")]
    size: Size,
    /// Its media type; guessed from its name when left out. The older spelling `content_type` is read too.
    #[serde(alias = "content_type")]
    mime: Option<String>,
    /// At least 1.
    #[schema(minimum = 1)]
    max_downloads: Option<u64>,
    expire_at: Option<Instant>,
}

impl From<FileBody> for FileRequest {
    fn from(file: FileBody) -> Self {
        Self::new(file.name, file.size.saturated())
            .mime(file.mime)
            .max_downloads(file.max_downloads)
            .expire_at(file.expire_at.map(|Instant(at)| at))
    }
}

/// Space held for an upload.
#[derive(Serialize, ToSchema)]
pub(crate) struct Reservation {
    /// To upload with.
    reservation_id: i64,
    /// Bytes held.
    reserved_size: u64,
    /// By when the upload must begin.
    expires_at: Instant,
    /// Bytes stored and reserved in the room now.
    current_size: u64,
    /// Bytes left.
    remaining_size: u64,
    /// The most bytes the room may hold.
    max_size: u64,
}

/// Take the space for some files out of the room, before their first byte is sent.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/contents/prepare", tag = "contents",
    request_body = Body,
    responses(
        (status = 200, description = "The space is held", body = Reservation),
        (status = 400, description = "`invalid_file_name`, `invalid_size`, `invalid_manifest`, `invalid_media_type`, `invalid_max_downloads`, `invalid_expire_at`"),
        (status = 403, description = "`permission_denied`"),
        (status = 413, description = "`room_full`: `details` says how much was asked for and how much is left"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn prepare_upload(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<Body>,
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

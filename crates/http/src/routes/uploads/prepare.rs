use axum::extract::State;
use elizabeth_api::{Instant, Size, UploadFileObject, files};
use elizabeth_core::{
    content::FileRequest,
    upload::{Pieces, UploadFileRequest},
};
use secrecy::ExposeSecret;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    body::{Answer, reply},
    extract::{Credential, InRoom, Json},
    state::AppState,
    upload::as_announced,
};

/// What is going to be uploaded in chunks: 1 to 1,000 files of distinct names, of 16,384 chunks together at most.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChunkedManifest)]
pub(crate) struct Body {
    #[schema(min_items = 1, max_items = 1000)]
    files: Vec<FileBody>,
}

/// One file.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChunkedManifestFile)]
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
    /// Bytes of every chunk but the last, from 64 KiB to 64 MiB; 1 MiB when left out.
    #[schema(minimum = 65536, maximum = 67108864)]
    chunk_size: Option<Size>,
    /// The SHA-256 of the whole in hexadecimal, perhaps behind `sha256:`, where it is known beforehand.
    file_hash: Option<String>,
    /// At least 1.
    #[schema(minimum = 1)]
    max_downloads: Option<u64>,
    expire_at: Option<Instant>,
}

impl From<FileBody> for UploadFileRequest {
    fn from(asked: FileBody) -> Self {
        let file = FileRequest::new(asked.name, asked.size.saturated())
            .mime(asked.mime)
            .max_downloads(asked.max_downloads)
            .expire_at(asked.expire_at.map(|Instant(at)| at));
        let chunk_size = asked.chunk_size.map(Size::saturated);
        Self::new(file, Pieces::Chunked { chunk_size, file_hash: asked.file_hash })
    }
}

/// Space held for an upload in chunks.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChunkedReservation<'a> {
    /// What the upload is known by.
    reservation_id: Uuid,
    /// What alone is needed to go on with it. It is shown this once.
    upload_token: &'a str,
    /// By when the first chunk must have begun; every chunk moves it ahead.
    expires_at: Instant,
    /// In the order of the manifest.
    files: Vec<UploadFileObject<'a>>,
}

/// Take the space for some files out of the room that are going to come in chunks, in any order.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/uploads/chunks/prepare", tag = "uploads",
    request_body = Body,
    responses(
        (status = 200, description = "The space is held", body = ChunkedReservation),
        (status = 400, description = "`invalid_file_name`, `invalid_size`, `invalid_manifest`, `invalid_media_type`, `invalid_chunk_size`, `invalid_hash`, `invalid_max_downloads`, `invalid_expire_at`"),
        (status = 403, description = "`permission_denied`"),
        (status = 413, description = "`room_full`: `details` says how much was asked for and how much is left"),
        (status = 429, description = "`too_many_uploads`: `Retry-After` says when to ask again"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn prepare_chunked_upload(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<Body>,
) -> Answer {
    let chunk_sizes = body.files.iter().filter_map(|file| file.chunk_size);
    let sizes: Vec<Size> = body.files.iter().map(|file| file.size).chain(chunk_sizes).collect();
    let asked = body.files.into_iter().map(UploadFileRequest::from).collect();
    let prepared = state.app().prepare_upload(&room, credential.caller(), asked).await;
    let prepared = prepared.map_err(|error| as_announced(error, &sizes))?;
    Ok(reply(&ChunkedReservation {
        reservation_id: prepared.upload.id.0,
        upload_token: prepared.token.expose_secret(),
        expires_at: Instant(prepared.upload.hold.deadline),
        files: files(&prepared.upload),
    }))
}

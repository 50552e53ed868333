use axum::extract::State;
use elizabeth_api::{ContentObject, UploadWord};
use elizabeth_core::{content::Sha256Hash, id::UploadId, name::FileName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    body::{Answer, reply},
    extract::{InRoom, Json, UploadCredential},
    state::AppState,
    upload::run_to_end,
};

/// Which file is whole, and what it has to hash to.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = CompleteUpload)]
pub(crate) struct Body {
    reservation_id: Uuid,
    /// The SHA-256 of the whole in hexadecimal, perhaps behind `sha256:`. It may be left out where `file_hash` was
    /// announced.
    final_hash: Option<String>,
    /// The file's place in the manifest; 0 when left out.
    file_index: Option<u64>,
}

/// A file that has become a content.
#[derive(Serialize, ToSchema)]
pub(crate) struct CompletedUpload<'a> {
    reservation_id: Uuid,
    /// Always `completed`: of this file, also where others of the upload are still open.
    upload_status: UploadWord,
    file_info: FileInfo<'a>,
    content: ContentObject<'a>,
}

/// The file in short.
#[derive(Serialize, ToSchema)]
struct FileInfo<'a> {
    name: Option<&'a str>,
    /// Bytes.
    size: u64,
    /// The SHA-256 of its bytes, hexadecimal.
    hash: String,
    content_id: i64,
}

/// Make a content of a file whose chunks have all arrived. Twice is as good as once.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/uploads/chunks/complete", tag = "uploads",
    request_body = Body,
    responses(
        (status = 200, description = "The file is a content", body = CompletedUpload),
        (status = 400, description = "`invalid_hash`, `invalid_file_index`, `hash_mismatch`: `details` has both hashes, the chunks are kept"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`reservation_not_found`, `content_not_found`: it was complete and has been deleted"),
        (status = 409, description = "`upload_incomplete`: `details.missing_chunks` names the first thousand, `details.missing_count` has their number"),
        (status = 410, description = "`reservation_expired`"),
    ),
)]
pub(crate) async fn complete_upload(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: UploadCredential,
    Json(body): Json<Body>,
) -> Answer {
    let final_hash = body.final_hash.as_deref().map(Sha256Hash::parse).transpose()?;
    let access = credential.of(UploadId(body.reservation_id));
    let app = state.app().clone();
    let complete = async move {
        app.complete_upload(&room, &access, body.file_index.unwrap_or_default(), final_hash).await
    };
    let completed = run_to_end(&state, complete).await?;
    let content = &completed.content;
    Ok(reply(&CompletedUpload {
        reservation_id: completed.upload.id.0,
        upload_status: UploadWord::Completed,
        file_info: FileInfo {
            name: content.file_name.as_ref().map(FileName::as_str),
            size: content.size,
            hash: content.sha256.to_hex(),
            content_id: content.id.0,
        },
        content: content.into(),
    }))
}

use axum::extract::State;
use elizabeth_api::{CompleteUpload, CompletedFile, CompletedUpload, ContentObject, UploadWord};
use elizabeth_core::{content::Sha256Hash, id::UploadId, name::FileName};

use crate::{
    body::{Answer, reply},
    extract::{InRoom, Json, UploadCredential},
    state::AppState,
    upload::run_to_end,
};

/// Make a content of a file whose chunks have all arrived. Twice is as good as once.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/uploads/chunks/complete", tag = "uploads",
    request_body = CompleteUpload,
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
    Json(body): Json<CompleteUpload>,
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
        file_info: CompletedFile {
            name: content.file_name.as_ref().map(|name| FileName::as_str(name).into()),
            size: content.size,
            hash: content.sha256.to_hex(),
            content_id: content.id.0,
        },
        content: ContentObject::from(content),
    }))
}

use axum::{extract::State, http::StatusCode, response::IntoResponse};
use elizabeth_api::{AddText, ContentObject, Instant};
use elizabeth_core::text::TextRequest;

use crate::{
    body::Answer,
    extract::{Credential, InRoom, Json, TEXT_LIMIT},
    routes::contents::meta::described,
    state::AppState,
};

/// Add a text to the room. Its bytes count towards the room as a file's do.
#[utoipa::path(
    post, path = "/api/v1/rooms/{room}/texts", tag = "contents",
    request_body = AddText,
    responses(
        (status = 201, description = "The text is stored", body = ContentObject,
            headers(("ETag" = String, description = "The version in quotes, to send as `If-Match`"))),
        (status = 400, description = "`invalid_json`, `invalid_file_name`, `invalid_language`, `invalid_max_downloads`, `invalid_expire_at`"),
        (status = 403, description = "`permission_denied`"),
        (status = 409, description = "`room_contents_full`"),
        (status = 413, description = "`text_too_long`, `room_full`, `room_rows_full`: `details` says how much was asked for and how much is left"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn add_text(
    State(state): State<AppState>,
    InRoom(room): InRoom,
    credential: Credential,
    Json(body): Json<AddText, TEXT_LIMIT>,
) -> Answer {
    let request = TextRequest::new(body.text)
        .file_name(body.file_name)
        .language(body.language)
        .pinned(body.pinned.unwrap_or_default())
        .max_downloads(body.max_downloads)
        .expire_at(body.expire_at.map(|Instant(at)| at));
    let content = state.app().add_text(&room, credential.caller(), request).await?;
    Ok((StatusCode::CREATED, described(&content)).into_response())
}

use axum::extract::State;
use elizabeth_api::{ChangeContent, ContentObject, Instant};
use elizabeth_core::{change::Edit, id::ContentId};

use super::meta::described;
use crate::{
    body::Answer,
    extract::{Credential, IfMatch, Json, RoomItem, TEXT_LIMIT},
    state::AppState,
};

/// Change a content, starting from a version of it: of two who start from the same one, the second is told how the
/// content stands by now, and nothing is overwritten.
///
/// `If-Match` names the version: it is the `ETag` of `meta`, the version in quotes; several, or `*` for any.
#[utoipa::path(
    patch, path = "/api/v1/rooms/{room}/contents/{id}", tag = "contents",
    request_body = ChangeContent,
    responses(
        (status = 200, description = "The content as it stands now", body = ContentObject,
            headers(("ETag" = String, description = "The new version in quotes"))),
        (status = 400, description = "`invalid_json`, `invalid_header`, `invalid_file_name`, `invalid_language`, `invalid_url`, `invalid_max_downloads`, `invalid_expire_at`, `wrong_content_type`"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`content_not_found`"),
        (status = 410, description = "`content_expired`, `downloads_spent`"),
        (status = 412, description = "`precondition_failed`: somebody else was first; `details` is the content as it stands"),
        (status = 413, description = "`text_too_long`, `room_full`, `room_rows_full`"),
        (status = 428, description = "`precondition_required`: `If-Match` is missing"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn change_content(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: Credential,
    if_match: IfMatch,
    Json(body): Json<ChangeContent, TEXT_LIMIT>,
) -> Answer {
    let expected = if_match.versions()?;
    let edit = Edit::default()
        .text(body.text)
        .url(body.url)
        .file_name(body.file_name)
        .language(body.language)
        .pinned(body.pinned)
        .max_downloads(body.max_downloads)
        .expire_at(body.expire_at.map(|at| at.map(|Instant(at)| at)));
    let content = state.app().change_content(&room, credential.caller(), id, expected, edit).await?;
    Ok(described(&content))
}

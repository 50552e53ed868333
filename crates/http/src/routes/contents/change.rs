use axum::extract::State;
use elizabeth_api::{ContentObject, Instant, given};
use elizabeth_core::{change::Edit, id::ContentId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::meta::described;
use crate::{
    body::Answer,
    extract::{Credential, IfMatch, Json, RoomItem, TEXT_LIMIT},
    state::AppState,
};

/// What is to change. What is left out stays; null clears `file_name`, `language`, `max_downloads` and `expire_at`, and
/// is as if left out for the rest, so that a whole content can be sent back.
#[derive(Debug, Deserialize, ToSchema)]
#[schema(as = ChangeContent)]
pub(crate) struct Body {
    /// What a text says, at most 1 MiB of UTF-8.
    text: Option<String>,
    /// Where a link leads.
    url: Option<String>,
    /// Null for none; a file keeps one. A text's media type follows its name.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    file_name: Option<Option<String>>,
    /// Null for none.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<String>)]
    language: Option<Option<String>>,
    /// Whether it is kept at the top.
    pinned: Option<bool>,
    /// Above the downloads there were, which count; null for no limit.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<u64>, minimum = 1)]
    max_downloads: Option<Option<u64>>,
    /// Null for with the room.
    #[serde(default, deserialize_with = "given")]
    #[schema(value_type = Option<Instant>)]
    expire_at: Option<Option<Instant>>,
}

/// Change a content, starting from a version of it: of two who start from the same one, the second is told how the
/// content stands by now, and nothing is overwritten.
///
/// `If-Match` names the version: it is the `ETag` of `meta`, the version in quotes; several, or `*` for any.
#[utoipa::path(
    patch, path = "/api/v1/rooms/{room}/contents/{id}", tag = "contents",
    request_body = Body,
    responses(
        (status = 200, description = "The content as it stands now", body = ContentObject,
            headers(("ETag" = String, description = "The new version in quotes"))),
        (status = 400, description = "`invalid_json`, `invalid_header`, `invalid_file_name`, `invalid_language`, `invalid_url`, `invalid_max_downloads`, `invalid_expire_at`, `wrong_content_type`"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`content_not_found`"),
        (status = 410, description = "`content_expired`, `downloads_spent`"),
        (status = 412, description = "`precondition_failed`: somebody else was first; `details` is the content as it stands"),
        (status = 413, description = "`text_too_long`, `room_full`"),
        (status = 428, description = "`precondition_required`: `If-Match` is missing"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn change_content(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: Credential,
    if_match: IfMatch,
    Json(body): Json<Body, TEXT_LIMIT>,
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

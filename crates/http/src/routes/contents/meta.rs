use axum::{
    extract::State,
    http::{HeaderMap, StatusCode},
    response::{IntoResponse, Response},
};
use elizabeth_api::ContentObject;
use elizabeth_core::{content::Content, id::ContentId};

use crate::{
    body::{Answer, reply},
    extract::{Credential, RoomItem},
    headers::{is_known, strong_tag, tagged},
    state::AppState,
};

/// What is known of a content. Its `ETag` is its version: changing the content starts from it. A download that is
/// counted is no change.
///
/// With `If-None-Match` an unchanged one is not sent again.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/contents/{id}/meta", tag = "contents",
    responses(
        (status = 200, description = "The content", body = ContentObject,
            headers(("ETag" = String, description = "The version in quotes, to send as `If-Match`"))),
        (status = 304, description = "It has not changed"),
        (status = 403, description = "`permission_denied`"),
        (status = 404, description = "`content_not_found`"),
        (status = 410, description = "`content_expired`, `downloads_spent`"),
    ),
)]
pub(crate) async fn content_meta(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: Credential,
    headers: HeaderMap,
) -> Answer {
    let content = state.app().content(&room, credential.caller(), id).await?;
    if is_known(&headers, &content.version.to_string()) {
        return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), strong_tag(content.version)));
    }
    Ok(described(&content))
}

/// A content as JSON, with its version as the tag.
pub(crate) fn described(content: &Content) -> Response {
    tagged(reply(&ContentObject::from(content)), strong_tag(content.version))
}

use axum::{
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use elizabeth_api::ContentObject;
use elizabeth_core::{content::Content, id::ContentId};

use crate::{
    body::{Answer, reply},
    delivery::is_known,
    extract::{Credential, RoomItem},
    state::AppState,
};

/// What is known of a content. Its `ETag` is its version: changing the content starts from it. A download that is
/// counted is no change.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/contents/{id}/meta", tag = "contents",
    params(
        ("room" = String, Path, description = "A room's name or slug"),
        ("id" = i64, Path, description = "The content's number"),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags"),
    ),
    responses(
        (status = 200, description = "The content", body = ContentObject,
            headers(("ETag" = String, description = "The version in quotes, to send as `If-Match`"))),
        (status = 304, description = "It has not changed"),
        (status = 401, description = "`token_missing`, `token_invalid`, `token_expired`, `token_revoked`"),
        (status = 403, description = "`permission_denied`, `room_closed`"),
        (status = 404, description = "`room_not_found`, `content_not_found`"),
        (status = 410, description = "`room_expired`, `content_expired`, `downloads_spent`"),
    ),
    security(("room_token" = [])),
)]
pub(crate) async fn content_meta(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: Credential,
    headers: HeaderMap,
) -> Answer {
    let content = state.app().content(&room, credential.token(), id).await?;
    if is_known(&headers, &content.version.to_string()) {
        return Ok(tagged(StatusCode::NOT_MODIFIED.into_response(), &content));
    }
    Ok(described(&content))
}

/// A content as JSON, with its version as the tag.
pub(crate) fn described(content: &Content) -> Response {
    tagged(reply(&ContentObject::from(content)), content)
}

fn tagged(mut response: Response, content: &Content) -> Response {
    if let Ok(version) = HeaderValue::try_from(format!("\"{}\"", content.version)) {
        response.headers_mut().insert(header::ETAG, version);
    }
    response
}

use axum::{
    extract::State,
    http::{HeaderValue, header},
};
use elizabeth_core::id::ContentId;

use crate::{
    body::{Answer, reply},
    extract::{Credential, RoomItem},
    object::ContentObject,
    state::AppState,
};

/// What is known of a content. Its `ETag` is its version.
#[utoipa::path(
    get, path = "/api/v1/rooms/{room}/contents/{id}/meta", tag = "contents",
    params(
        ("room" = String, Path, description = "A room's name or slug"),
        ("id" = i64, Path, description = "The content's number"),
    ),
    responses(
        (status = 200, description = "The content", body = ContentObject),
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
) -> Answer {
    let content = state.app().content(&room, credential.token(), id).await?;
    let mut response = reply(&ContentObject::from(&content));
    if let Ok(version) = HeaderValue::try_from(format!("\"{}\"", content.version)) {
        response.headers_mut().insert(header::ETAG, version);
    }
    Ok(response)
}

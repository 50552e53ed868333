use axum::{
    extract::State,
    http::{HeaderMap, Method},
};
use elizabeth_core::id::ContentId;

use crate::{
    body::Answer,
    delivery::{Purpose, deliver, find},
    extract::{ReadCredential, RoomItem},
    state::AppState,
};

/// A content's bytes, to keep: always sent as an attachment.
#[utoipa::path(
    method(get, head), path = "/api/v1/rooms/{room}/contents/{id}/download", tag = "contents",
    params(
        ("room" = String, Path, description = "A room's name or slug"),
        ("id" = i64, Path, description = "The content's number"),
        ("ticket" = Option<String>, Query, description = "A ticket for this content, where no token is sent"),
        ("Range" = Option<String>, Header, description = "One range of bytes"),
        ("If-Range" = Option<String>, Header, description = "An entity tag or a date"),
        ("If-None-Match" = Option<String>, Header, description = "Entity tags"),
        ("If-Modified-Since" = Option<String>, Header, description = "A date"),
    ),
    responses(
        (status = 200, description = "The bytes", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 206, description = "The bytes of the range", body = Vec<u8>, content_type = "application/octet-stream"),
        (status = 304, description = "It has not changed"),
        (status = 307, description = "The bytes are to be fetched from there, within the hour and without the token: only where \
            the operator turned it on, never for a content with `max_downloads`",
            headers(("Location" = String, description = "A credential: whoever has it may fetch the bytes"))),
        (status = 401, description = "`token_missing`, `token_invalid`, `token_expired`, `token_revoked`, `ticket_invalid`"),
        (status = 403, description = "`permission_denied`, `room_closed`"),
        (status = 404, description = "`room_not_found`, `content_not_found`"),
        (status = 410, description = "`room_expired`, `content_expired`, `downloads_spent`, `ticket_spent`"),
        (status = 412, description = "`precondition_failed`"),
        (status = 416, description = "`range_not_satisfiable`"),
    ),
    security(("room_token" = []), ("ticket" = [])),
)]
pub(crate) async fn download_content(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: ReadCredential,
    method: Method,
    headers: HeaderMap,
) -> Answer {
    let readable = find(state.app(), &room, &credential, id).await?;
    deliver(readable, Purpose::Download, &method, &headers, state.app().now()).await
}

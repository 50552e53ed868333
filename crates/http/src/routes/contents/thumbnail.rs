use axum::{extract::State, http::HeaderMap, http::StatusCode, response::IntoResponse};
use elizabeth_core::id::ContentId;

use crate::{
    body::Answer,
    delivery::{deliver_thumbnail, find},
    document::Binary,
    extract::{Credential, ReadCredential, RoomItem, SmallPicture},
    state::AppState,
};

/// Give a content a thumbnail, in place of one that it has: a JPEG, WebP or AVIF of 512 pixels a side and 64 KiB at most
/// (the limit `thumbnail-bytes`), which counts towards the room. Whoever added the content may, and the room's owner.
///
/// It goes with the content, and when that gets `max_downloads`. The content's `version` stays, and nothing is to be sent
/// again: a `content.updated` lets others know. The server does not look into the picture; it is what the client made.
#[utoipa::path(
    put, path = "/api/v1/rooms/{room}/contents/{id}/thumbnail", tag = "contents",
    request_body(
        content((inline(Binary) = "image/jpeg"), (inline(Binary) = "image/webp"), (inline(Binary) = "image/avif")),
        description = "The picture: what its bytes are has to be what `Content-Type` says",
    ),
    responses(
        (status = 204, description = "It is stored"),
        (status = 403, description = "`permission_denied`, `not_your_content`"),
        (status = 404, description = "`content_not_found`"),
        (status = 409, description = "`limited_content`: a content with `max_downloads` is not shown without a download"),
        (status = 410, description = "`content_expired`, `downloads_spent`"),
        (status = 413, description = "`room_full`"),
        (status = 507, description = "`storage_full`"),
    ),
)]
pub(crate) async fn put_thumbnail(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: Credential,
    SmallPicture(thumbnail): SmallPicture,
) -> Answer {
    state.app().put_thumbnail(&room, credential.caller(), id, thumbnail).await?;
    Ok(StatusCode::NO_CONTENT.into_response())
}

/// A content's thumbnail, where the content says that it has one. Neither a download nor a use of a ticket is counted.
///
/// It may be kept for a year without being asked for again: to have another one, put something else into the query. With
/// `If-None-Match` an unchanged one is not sent again.
#[utoipa::path(
    method(get, head),
    path = "/api/v1/rooms/{room}/contents/{id}/thumbnail",
    tag = "contents",
    responses(
        (status = 200, description = "The picture",
            content((inline(Binary) = "image/jpeg"), (inline(Binary) = "image/webp"), (inline(Binary) = "image/avif")),
            headers(("ETag" = String, description = "The SHA-256 of its bytes in quotes"))),
        (status = 304, description = "It has not changed"),
        (status = 403, description = "`permission_denied`, `destination_refused`"),
        (status = 404, description = "`content_not_found`, `thumbnail_not_found`"),
        (status = 410, description = "`content_expired`, `downloads_spent`, `ticket_spent`"),
    ),
)]
pub(crate) async fn view_thumbnail(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: ReadCredential,
    headers: HeaderMap,
) -> Answer {
    let readable = find(state.app(), &room, &credential, id).await?;
    deliver_thumbnail(readable.thumbnail().await?, &headers)
}

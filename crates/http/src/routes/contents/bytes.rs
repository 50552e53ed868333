use std::collections::BTreeMap;

use axum::{
    extract::State,
    http::{HeaderMap, Method},
};
use elizabeth_core::id::ContentId;
use utoipa::{
    IntoResponses, PartialSchema,
    openapi::{ContentBuilder, HeaderBuilder, RefOr, Response, ResponseBuilder},
};

use crate::{
    body::Answer,
    delivery::{Purpose, deliver, find},
    document::Binary,
    extract::{ReadCredential, RoomItem},
    state::AppState,
};

/// A content's bytes, to look at: shown in place where its type is safe, else sent as an attachment.
///
/// What a browser could run (scripts, HTML, SVG and other XML, style sheets, WebAssembly) is sent as
/// `application/octet-stream`, text of it as `text/plain`; its own type is `mime_type`. A browser that asks for it to run
/// it, to style a page by it or to show it within a page (`Sec-Fetch-Dest`) is refused; PDF may be shown within one.
///
/// One range of bytes and the conditions of HTTP are honoured: `Range`, `If-Range`, `If-None-Match`,
/// `If-Modified-Since`, `If-Match`, `If-Unmodified-Since` (RFC 9110).
#[utoipa::path(
    method(get, head),
    path = "/api/v1/rooms/{room}/contents/{id}",
    tag = "contents",
    responses(Bytes)
)]
pub(crate) async fn view_content(
    State(state): State<AppState>,
    RoomItem(room, id): RoomItem<ContentId>,
    credential: ReadCredential,
    method: Method,
    headers: HeaderMap,
) -> Answer {
    let readable = find(state.app(), &room, &credential, id).await?;
    deliver(readable, Purpose::View, &method, &headers, state.app().now()).await
}

/// A content's bytes, to keep: always sent as an attachment, and what a browser could run as `application/octet-stream`.
///
/// One range of bytes and the conditions of HTTP are honoured, as for viewing.
#[utoipa::path(
    method(get, head),
    path = "/api/v1/rooms/{room}/contents/{id}/download",
    tag = "contents",
    responses(Bytes)
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

/// What a `GET` of a content's bytes answers.
struct Bytes;

impl IntoResponses for Bytes {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let bytes = |description: &str| {
            let content = ContentBuilder::new().schema(Some(Binary::schema())).build();
            ResponseBuilder::new()
                .description(description)
                .content("application/octet-stream", content)
                .build()
        };
        let elsewhere = "The bytes are to be fetched from there, within the hour and without the token: only where \
                         the operator turned it on, never for a content with `max_downloads`";
        let location = HeaderBuilder::new()
            .schema(Some(String::schema()))
            .description(Some("A credential: whoever has it may fetch the bytes"))
            .build();
        let responses = [
            ("200", bytes("The bytes")),
            ("206", bytes("The bytes of the range")),
            ("304", Response::new("It has not changed")),
            ("307", ResponseBuilder::new().description(elsewhere).header("Location", location).build()),
            ("403", Response::new("`permission_denied`, `destination_refused`")),
            ("404", Response::new("`content_not_found`")),
            ("410", Response::new("`content_expired`, `downloads_spent`, `ticket_spent`")),
            ("412", Response::new("`precondition_failed`")),
            ("416", Response::new("`range_not_satisfiable`")),
        ];
        responses.map(|(status, response)| (status.to_owned(), RefOr::T(response))).into()
    }
}

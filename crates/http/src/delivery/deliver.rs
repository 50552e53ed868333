use std::borrow::Cow;

use axum::{
    Extension,
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use elizabeth_core::{
    Elizabeth, ErrorCode, Result, content::Content, id::ContentId, name::RoomRef, service::Readable,
    time::Timestamp,
};
use serde_json::json;

use super::{
    body::ExactBody,
    conditional::{Outcome, Selected, evaluate},
    destination,
    media::{is_pdf, kept_as, shown_as},
    redirect::redirect,
};
use crate::{
    body::Answer,
    extract::ReadCredential,
    headers::{content_disposition, content_range, http_date, strong_tag},
    problem::{Problem, RequestCode},
    protection::Kind,
};

/// What the bytes are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To look at them, where that is safe.
    View,
    /// To keep them.
    Download,
    /// To look at them, from a room as a folder: what `curl` asks for comes from here, as it does not follow where it
    /// is sent unless it is asked to.
    Folder,
}

/// Finds a content by what was presented for it.
pub(crate) async fn find(
    app: &Elizabeth,
    room: &RoomRef,
    credential: &ReadCredential,
    id: ContentId,
) -> Result<Readable> {
    match credential {
        ReadCredential::Token(token) => app.readable(room, token.caller(), id).await,
        ReadCredential::Ticket(ticket) => app.readable_by_ticket(room, ticket, id).await,
    }
}

/// Answers a `GET` or `HEAD` of a content. Only a `GET` that sends bytes, or says where they are, counts.
pub(crate) async fn deliver(
    readable: Readable,
    purpose: Purpose,
    method: &Method,
    request: &HeaderMap,
    now: Timestamp,
) -> Answer {
    let content = readable.content();
    destination::check(request, &content.mime_type)?;
    let etag = content.sha256.to_hex();
    let size = content.size;
    let ranges = content.max_downloads.is_none();
    let selected = Selected { etag: &etag, last_modified: content.updated_at, size, ranges, now };
    let outcome = evaluate(request, &selected);
    let (status, range) = match outcome {
        Outcome::Whole => (StatusCode::OK, None),
        // Only GET has ranges (RFC 9110, section 14.2).
        Outcome::Part(_) | Outcome::NotSatisfiable if method == Method::HEAD => (StatusCode::OK, None),
        Outcome::Part(range) => (StatusCode::PARTIAL_CONTENT, Some(range)),
        Outcome::NotModified => {
            // Its headers become those of what the client has.
            let mut response =
                (StatusCode::NOT_MODIFIED, Extension(Shown::of(content, purpose).kind)).into_response();
            validators(response.headers_mut(), content, &etag);
            return Ok(response);
        }
        Outcome::PreconditionFailed => {
            let text = "the content is not the one that If-Match or If-Unmodified-Since names";
            return Err(Problem::new(ErrorCode::PreconditionFailed, text));
        }
        Outcome::NotSatisfiable => return Ok(not_satisfiable(size)),
    };
    let shown = Shown::of(content, purpose);
    let mut response = (status, Extension(shown.kind)).into_response();
    let headers = response.headers_mut();
    validators(headers, content, &etag);
    describe(headers, content, &shown);
    if ranges {
        headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    }
    let length = range.as_ref().map_or(size, |range| range.end - range.start);
    headers.insert(header::CONTENT_LENGTH, length.into());
    if let Some(range) = &range {
        headers.extend(content_range(Some(range), size).map(|value| (header::CONTENT_RANGE, value)));
    }
    if method != Method::HEAD {
        if purpose != Purpose::Folder
            && let Some(elsewhere) = redirect(&readable, request, range.as_ref(), response.headers()).await?
        {
            return Ok(elsewhere);
        }
        let stream = readable.open(range).await?;
        *response.body_mut() = Body::new(ExactBody::new(stream, length));
    }
    Ok(response)
}

fn validators(headers: &mut HeaderMap, content: &Content, etag: &str) {
    headers.extend(strong_tag(etag).map(|tag| (header::ETAG, tag)));
    headers.extend(http_date(content.updated_at).map(|date| (header::LAST_MODIFIED, date)));
    // It may be kept, by the one who fetched it, and is asked for again before each use: a token may be revoked.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
}

/// As what a content is sent.
struct Shown<'a> {
    media_type: Cow<'a, str>,
    kind: Kind,
}

impl<'a> Shown<'a> {
    fn of(content: &'a Content, purpose: Purpose) -> Self {
        let own = &content.mime_type;
        match shown_as(own).filter(|_| purpose != Purpose::Download) {
            Some(media_type) => {
                Self { media_type, kind: if is_pdf(own) { Kind::InlinePdf } else { Kind::Inline } }
            }
            None => Self { media_type: kept_as(own).into(), kind: Kind::Attachment },
        }
    }
}

fn describe(headers: &mut HeaderMap, content: &Content, shown: &Shown<'_>) {
    let media_type = HeaderValue::try_from(&*shown.media_type)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, media_type);
    let kind = if shown.kind == Kind::Attachment { "attachment" } else { "inline" };
    let disposition = match &content.file_name {
        Some(name) => content_disposition(kind, name.last_segment()),
        None => content_disposition(kind, &format!("{}-{}", content.kind.as_str(), content.id)),
    };
    headers.insert(header::CONTENT_DISPOSITION, disposition);
}

fn not_satisfiable(size: u64) -> Response {
    let problem = Problem::new(
        RequestCode::RangeNotSatisfiable,
        format!("the range lies beyond the {size} bytes there are"),
    );
    let mut response = problem.with_details(json!({"size": size})).into_response();
    response.headers_mut().extend(content_range(None, size).map(|value| (header::CONTENT_RANGE, value)));
    response
}

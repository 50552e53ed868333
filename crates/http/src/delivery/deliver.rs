use axum::{
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
    media::shown_as,
    redirect::redirect,
};
use crate::{
    body::Answer,
    extract::ReadCredential,
    headers::{content_disposition, content_range, http_date, strong_tag},
    problem::{Problem, RequestCode},
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
            let mut response = StatusCode::NOT_MODIFIED.into_response();
            validators(response.headers_mut(), content, &etag);
            return Ok(response);
        }
        Outcome::PreconditionFailed => {
            let text = "the content is not the one that If-Match or If-Unmodified-Since names";
            return Err(Problem::new(ErrorCode::PreconditionFailed, text));
        }
        Outcome::NotSatisfiable => return Ok(not_satisfiable(size)),
    };
    let mut response = status.into_response();
    let headers = response.headers_mut();
    validators(headers, content, &etag);
    describe(headers, content, purpose);
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

fn describe(headers: &mut HeaderMap, content: &Content, purpose: Purpose) {
    let shown = shown_as(&content.mime_type).filter(|_| purpose != Purpose::Download);
    let kind = if shown.is_some() { "inline" } else { "attachment" };
    let media_type = shown.as_deref().unwrap_or(&content.mime_type);
    let media_type = HeaderValue::try_from(media_type)
        .unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    headers.insert(header::CONTENT_TYPE, media_type);
    let disposition = match &content.file_name {
        Some(name) => content_disposition(kind, name.last_segment()),
        None => content_disposition(kind, &format!("{}-{}", content.kind.as_str(), content.id)),
    };
    headers.insert(header::CONTENT_DISPOSITION, disposition);
    // The address may hold a token or a ticket, and a document may hold links.
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    if kind == "attachment" {
        headers
            .insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
    }
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

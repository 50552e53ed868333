//! Answers with JSON, and request bodies that nobody wants any more.

use std::{
    mem,
    ops::{Deref, DerefMut},
    pin::Pin,
    time::Duration,
};

use axum::{
    body::Body,
    extract::Request,
    http::{HeaderMap, HeaderValue, header},
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use hyper::body::Body as _;
use serde::Serialize;

use crate::problem::Problem;

/// What anybody may send, who or wherever it is. More is read only of those who have a token of the room.
pub(crate) const SMALL: usize = 64 << 10;
/// What is still read of a body that was refused, so that a client that is busy sending gets to read the answer.
const DRAIN_BYTES: usize = 16 << 20;
const DRAIN_TIME: Duration = Duration::from_secs(5);

/// An answer of 200 with a JSON body, written in one pass.
pub(crate) fn reply<T: Serialize + ?Sized>(value: &T) -> Response {
    json(value).map_or_else(IntoResponse::into_response, of_json)
}

/// What is to be answered as JSON.
///
/// # Errors
///
/// When it cannot be: a defect.
pub(crate) fn json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, Problem> {
    serde_json::to_vec(value).map_err(|error| {
        tracing::error!(%error, "an answer could not be written as JSON");
        Problem::internal()
    })
}

/// An answer of 200 whose body is JSON.
pub(crate) fn of_json(body: impl Into<Body>) -> Response {
    ([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))], body.into()).into_response()
}

/// Reads a body a little further beside the answer that refuses it, then lets go: the connection ends.
///
/// Closing a socket with unread bytes in it makes the kernel reset the connection, and the answer may be lost
/// (RFC 9112, section 9.6). A client that asks before it sends (RFC 9110, section 10.1.1) has sent nothing that
/// would have to be read away: reading would only invite it.
pub(crate) fn refuse(headers: &HeaderMap, body: Body) {
    if !headers.contains_key(header::EXPECT) {
        drain(body);
    }
}

/// The same for a body that was read from already, perhaps to its end.
pub(crate) fn drain(body: Body) {
    if body.is_end_stream() {
        return;
    }
    tokio::spawn(async move {
        let mut body = body.into_data_stream();
        let mut left = DRAIN_BYTES;
        let read = async {
            while let Some(Ok(piece)) = body.next().await {
                left = left.saturating_sub(piece.len());
                if left == 0 {
                    // Enough was read. The client is held up now and can read the answer; it is not cut off yet.
                    std::future::pending::<()>().await;
                }
            }
        };
        // The end of the time is one of the two ways to finish.
        let _ = tokio::time::timeout(DRAIN_TIME, read).await;
    });
}

/// Has a small body read to its end where the answer does not need it: behind an answer to a request that it has not read
/// out, hyper ends the connection without a word of it, and what the client sends next on it is lost. A larger body is
/// left to those who [`refuse`] it and say that the connection ends.
pub(crate) fn read_out(request: Request) -> Request {
    let is_small = request.body().size_hint().upper().is_some_and(|bytes| bytes <= SMALL as u64);
    if !is_small || request.body().is_end_stream() || request.headers().contains_key(header::EXPECT) {
        return request;
    }
    request.map(|body| Body::new(Pin::new(ReadOut(body))))
}

/// Pinned, it is the body it holds.
struct ReadOut(Body);

impl Deref for ReadOut {
    type Target = Body;

    fn deref(&self) -> &Body {
        &self.0
    }
}

impl DerefMut for ReadOut {
    fn deref_mut(&mut self) -> &mut Body {
        &mut self.0
    }
}

impl Drop for ReadOut {
    fn drop(&mut self) {
        drain(mem::take(&mut self.0));
    }
}

/// What a handler answers: a response, or the problem in its way.
pub(crate) type Answer = Result<Response, Problem>;

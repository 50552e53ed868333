//! Bodies that are read whole into memory, of no more than a few of them at once.

use axum::{
    body::{Body, BodyDataStream},
    extract::FromRequestParts,
    http::{StatusCode, header, request::Parts},
};
use bytes::{Bytes, BytesMut};
use elizabeth_core::{Caller, Error, ErrorCode, Unauthorized};
use futures::StreamExt;
use tokio::{
    sync::{Semaphore, SemaphorePermit},
    time::{Instant, timeout},
};

use super::{Credential, InRoom};
use crate::{
    body::{SMALL, drain, refuse},
    pace::{Pace, SILENCE},
    problem::{Problem, RequestCode},
    state::AppState,
};

/// What is gathered beyond a little at a time, in KiB, of all requests together: a crowd would take all memory there is. It
/// is taken by what has come, not by what was announced, so that nobody holds it without having sent it.
static KIB_AT_ONCE: Semaphore = Semaphore::const_new(128 << 10);

/// What kind of body it is.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// What it is called.
    pub(super) what: &'static str,
    /// The most bytes it may have.
    pub(super) at_most: usize,
    /// What it is when it ends early.
    pub(super) broken: RequestCode,
}

impl Form {
    fn too_large(self) -> Problem {
        let text = format!("{} has at most {} bytes here", self.what, self.at_most);
        Problem::new(RequestCode::BodyTooLarge, text).closing()
    }
}

/// Reads a body of so many bytes at most, as `form` has it.
///
/// # Errors
///
/// 413, 408, what the form says of one that ends early, and 503; beyond a little also what the room says of the token.
pub(super) async fn collect(
    parts: &mut Parts,
    state: &AppState,
    body: Body,
    form: Form,
) -> Result<Bytes, Problem> {
    let limit = form.at_most;
    let announced = parts.headers.get(header::CONTENT_LENGTH);
    let announced = announced.and_then(|value| value.to_str().ok()?.parse::<u64>().ok());
    if announced.is_some_and(|length| length > limit as u64) {
        refuse(&parts.headers, body);
        return Err(form.too_large());
    }
    if announced.is_some_and(|length| length > SMALL as u64)
        && let Err(problem) = judge(parts, state).await
    {
        refuse(&parts.headers, body);
        return Err(problem.closing());
    }
    let mut stream = body.into_data_stream();
    match gather(parts, state, announced, &mut stream, form).await {
        Ok(bytes) => Ok(bytes),
        Err(problem) => {
            if problem.status() != StatusCode::REQUEST_TIMEOUT {
                drain(Body::from_stream(stream));
            }
            Err(problem.closing())
        }
    }
}

async fn gather(
    parts: &mut Parts,
    state: &AppState,
    announced: Option<u64>,
    stream: &mut BodyDataStream,
    form: Form,
) -> Result<Bytes, Problem> {
    let too_slow = || Problem::new(RequestCode::RequestTimeout, "the body did not arrive in time");
    let mut gathered = BytesMut::new();
    let mut held: Option<SemaphorePermit<'_>> = None;
    let mut pace = Pace::default();
    loop {
        let asked = Instant::now();
        let piece = timeout(SILENCE, stream.next()).await.map_err(|_| too_slow())?;
        let Some(piece) = piece else { return Ok(gathered.freeze()) };
        let piece = piece.map_err(|_| Problem::new(form.broken, "the body ended before it was complete"))?;
        if !pace.keeps(asked, piece.len()) {
            return Err(too_slow());
        }
        let bytes = gathered.len() + piece.len();
        if bytes > form.at_most {
            return Err(form.too_large());
        }
        if bytes > SMALL {
            if held.is_none() && announced.is_none() {
                judge(parts, state).await?;
            }
            let kib = bytes.div_ceil(1 << 10) - held.as_ref().map_or(0, SemaphorePermit::num_permits);
            let more = timeout(SILENCE, KIB_AT_ONCE.acquire_many(kib as u32)).await.ok().and_then(Result::ok);
            let more = more.ok_or_else(|| {
                Problem::new(ErrorCode::Unavailable, "too many large bodies arrive at once: try again")
            })?;
            match &mut held {
                Some(held) => held.merge(more),
                None => held = Some(more),
            }
        }
        gathered.extend_from_slice(&piece);
    }
}

/// Lets those send more than a little who have a token of the room that the address names.
async fn judge(parts: &mut Parts, state: &AppState) -> Result<(), Problem> {
    let InRoom(room) = InRoom::from_request_parts(parts, state).await?;
    let credential = Credential::from_request_parts(parts, state).await?;
    let known = state.app().room(&room, credential.caller()).await;
    Err(match (credential.caller(), known) {
        (Caller::Token(_) | Caller::Visitor(_), Ok(_)) => return Ok(()),
        (Caller::Token(_) | Caller::Visitor(_), Err(error)) => error,
        (Caller::Nobody, Err(error @ (Error::RoomNotFound | Error::RoomExpired))) => error,
        // Whatever else keeps strangers out of the room is nothing to somebody who wants to use it.
        (Caller::Nobody, _) => Unauthorized::Missing.into(),
    }
    .into())
}

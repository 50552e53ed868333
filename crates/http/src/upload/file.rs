use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use elizabeth_core::{
    Caller,
    content::{FileRequest, Manifest},
    name::{FileName, RoomRef},
    service::Uploaded,
    time::Timestamp,
};

use super::{
    raw::RawBody,
    transfer::{begin, receive, run_to_end},
    whole::gather_bytes,
};
use crate::{
    body::refuse,
    extract::Query,
    headers::{announced_length, media_type},
    problem::{Problem, RequestCode},
    state::AppState,
};

/// What a PUT says of the file that it brings.
#[derive(Clone, Debug)]
pub(crate) struct FilePut {
    file: FileRequest,
    /// Bytes, where the body's length was announced.
    pub(crate) length: Option<u64>,
}

impl FilePut {
    /// Reads a request's headers and query.
    ///
    /// # Errors
    ///
    /// When one of them is malformed, or the request brings only a part of a file.
    pub(crate) fn read(
        name: &FileName,
        headers: &HeaderMap,
        query: &Query,
        now: Timestamp,
    ) -> Result<Self, Problem> {
        let length = announced_length(headers)?;
        let expire_at = query.text("expire_at")?.map(|text| {
            let read = Timestamp::parse(&text);
            read.map_err(|error| {
                Problem::new(RequestCode::InvalidQuery, format!("query: expire_at: {error}"))
            })
        });
        let file = FileRequest::new(name.as_str(), length.unwrap_or(0))
            .mime(media_type(headers))
            .max_downloads(query.number("max_downloads")?)
            .expire_at(expire_at.transpose()?);
        // Syntax first: nobody enters, and nothing is made, for what could not be stored.
        Manifest::parse(vec![file.clone()], now)?;
        Ok(Self { file, length })
    }
}

/// Stores a body as one file, for whoever `enter` lets in. Nothing of the body is asked for before the space for it is
/// taken, where the client waits for that (RFC 9110, section 10.1.1).
pub(crate) async fn put_file(
    state: &AppState,
    enter: impl Future<Output = Result<Caller, Problem>> + Send + 'static,
    room: RoomRef,
    put: FilePut,
    headers: &HeaderMap,
    body: Body,
) -> Result<Uploaded, Problem> {
    let FilePut { file, length } = put;
    let waits = headers.contains_key(header::EXPECT);
    let small = length.filter(|_| !waits).and_then(|length| usize::try_from(length).ok());
    let app = state.app().clone();
    let body = match gather_bytes(small, body).await {
        Ok(bytes) => {
            let store = async move {
                let caller = enter.await?;
                Ok::<_, Problem>(app.store_file(&room, &caller, file, bytes).await?)
            };
            return run_to_end(state, store).await;
        }
        Err(body) => body,
    };
    let name = file.name.clone();
    let begun = async move {
        let caller = enter.await?;
        Ok::<_, Problem>(app.begin_file(&room, &caller, file, length.is_none()).await?)
    };
    match begin(state, begun).await {
        Ok(upload) => receive(state, upload, RawBody::new(name, body)).await,
        Err(problem) => {
            refuse(headers, body);
            Err(problem.closing())
        }
    }
}

/// The answer to a body without a length, where it has to have one.
pub(crate) fn length_required() -> Problem {
    let text = "the body's length is required: send Content-Length";
    Problem::new(RequestCode::LengthRequired, text)
}

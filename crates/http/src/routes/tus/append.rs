use axum::{
    body::Body,
    http::{HeaderMap, header},
};
use bytes::Bytes;
use elizabeth_core::{Elizabeth, Error, ErrorCode, Result, service::Append};
use tokio_util::sync::CancellationToken;

use super::{Target, standing::Standing};
use crate::{
    body::refuse,
    headers::tus::Checksum,
    problem::{Problem, RequestCode},
    state::AppState,
    upload::{ByteSink, RawBody, Source, UploadSlot, begin, receive},
};

/// Adds a body to the end of an upload's file, which is at `offset`. Of an upload that is `fresh` nobody knows before the
/// answer: one that breaks off is given up.
pub(super) async fn append(
    state: &AppState,
    target: Target,
    offset: u64,
    checksum: Option<Checksum>,
    fresh: bool,
    headers: &HeaderMap,
    body: Body,
) -> Result<Standing, Problem> {
    let (app, whole) = (state.app().clone(), checksum.is_some());
    let slot = state.slots().take(target.upload).await;
    let stop = slot.stop();
    let begun = async move {
        let append = app.begin_append(&target.room, &target.access, offset, whole).await?;
        Ok::<_, Error>(Tail { append, whole, fresh: fresh.then_some((app, target)), _slot: slot })
    };
    match begin(state, begun).await {
        Ok(tail) => {
            let piece = Piece { body: RawBody::new("", body), checksum, stop: stop.clone() };
            Ok(receive(state, tail, piece).await?.cut_off(stop.is_cancelled()))
        }
        Err(problem) => {
            refuse(headers, body);
            Err(problem.closing())
        }
    }
}

/// Whether a body of the length that was announced fits behind what has come.
///
/// # Errors
///
/// When it is longer than what is missing, or too long to be kept whole or not at all.
pub(super) fn check_length(headers: &HeaderMap, missing: u64, whole: bool) -> Result<(), Problem> {
    let length = headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
    let length: u64 = length.unwrap_or(0);
    if length > missing {
        let text = format!("the body has {length} bytes, of the file {missing} are missing");
        return Err(Problem::new(ErrorCode::FileTooLong, text));
    }
    let most = elizabeth_core::policy::CHUNK_SIZE_MAX;
    if whole && length > most {
        let text = format!("a piece with Upload-Checksum has {most} bytes at most");
        return Err(Problem::new(RequestCode::BodyTooLarge, text));
    }
    Ok(())
}

/// The end of a file, to which bytes are added.
struct Tail {
    append: Append,
    whole: bool,
    /// What it takes to give up an upload that nobody knows of yet.
    fresh: Option<(Elizabeth, Target)>,
    /// It ends once what came is kept.
    _slot: UploadSlot,
}

impl ByteSink for Tail {
    type Kept = Standing;

    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.append.write(bytes).await
    }

    async fn finish(self) -> Result<Standing> {
        let before = Standing::of(self.append.upload());
        Ok(before.after(self.append.finish().await?))
    }

    /// What has come is kept: the client goes on behind it.
    async fn break_off(self) {
        if self.whole || self.fresh.is_some() {
            return self.abort().await;
        }
        if let Err(error) = self.append.finish().await {
            tracing::debug!(%error, "the end of what came of an upload is not kept");
        }
    }

    async fn abort(self) {
        self.append.abort().await;
        if let Some((app, target)) = self.fresh
            && let Err(error) = app.abandon_upload(&target.room, &target.access).await
        {
            tracing::debug!(%error, "an upload that broke off at once is left to its end");
        }
    }
}

/// A body that is a piece of a file.
struct Piece {
    body: RawBody,
    checksum: Option<Checksum>,
    /// Somebody else has come for the upload: the line of whoever sends this is broken, most likely.
    stop: CancellationToken,
}

impl Source for Piece {
    async fn next_file(&mut self) -> Result<Option<String>, Problem> {
        self.body.next_file().await
    }

    async fn data(&mut self) -> Result<Option<Bytes>, Problem> {
        let data = self.stop.run_until_cancelled(self.body.data()).await;
        match data.unwrap_or_else(|| Err(taken_over())) {
            Ok(Some(bytes)) => {
                if let Some(checksum) = &mut self.checksum {
                    checksum.update(&bytes);
                }
                Ok(Some(bytes))
            }
            Ok(None) => self.checksum.take().map_or(Ok(()), Checksum::check).map(|()| None),
            // It has broken off: this is how far it came.
            Err(_) if self.checksum.is_none() => Ok(None),
            Err(problem) => Err(problem),
        }
    }

    fn into_body(self) -> Body {
        self.body.into_body()
    }
}

fn taken_over() -> Problem {
    Problem::new(
        RequestCode::IncompleteBody,
        "another request for this upload came before the body was complete",
    )
}

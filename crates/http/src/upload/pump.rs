use std::time::Duration;

use axum::http::StatusCode;
use bytes::{Bytes, BytesMut};
use elizabeth_core::{
    Error,
    service::{Upload, Uploaded},
};
use tokio::{
    sync::mpsc,
    time::{Instant, timeout_at},
};
use tracing::Instrument;

use super::{
    disposition::unescaped,
    multipart::{Multipart, MultipartError},
};
use crate::{
    body::drain,
    problem::{Code, Problem},
    state::AppState,
};

/// Pieces of at least this size are handed on as they came.
const PIECE_MIN: usize = 64 << 10;
/// Smaller ones are gathered to this size, so that the blob store is not called for every packet.
const PIECE_GATHERED: usize = 256 << 10;
/// How long gathered bytes may wait: bytes that core has not seen do not keep a lease alive.
const GATHER_TIME: Duration = Duration::from_millis(200);

/// One step of an upload.
enum Step {
    Start(String),
    Data(Bytes),
    Finish,
    Commit,
}

/// Why the storing side ended without contents.
enum Ended {
    /// Core refused.
    Refused(Error),
    /// The receiving side went away before everything had arrived.
    Abandoned,
}

/// Why the receiving side ended before everything had arrived.
enum Stopped {
    /// By what the client sent, or did not send.
    Problem(Problem),
    /// The storing side has ended.
    Closed,
}

impl From<MultipartError> for Stopped {
    fn from(error: MultipartError) -> Self {
        Self::Problem(Problem::bad_request(Code::InvalidMultipart, error.to_string()))
    }
}

impl From<mpsc::error::SendError<Step>> for Stopped {
    fn from(_: mpsc::error::SendError<Step>) -> Self {
        Self::Closed
    }
}

/// Feeds a body into an upload.
///
/// The upload is owned by a task of its own. So hashing and writing run beside receiving; when the client goes away
/// and this future is dropped, the task sees its channel end and gives everything up; and once all bytes have come,
/// the commit runs to its end whoever still listens.
pub(crate) async fn receive(
    state: &AppState,
    upload: Upload,
    mut multipart: Multipart,
) -> Result<Uploaded, Problem> {
    let (sender, steps) = mpsc::channel(1);
    let task = state.uploads().spawn(store(upload, steps).in_current_span());
    let fed = feed(&mut multipart, sender, state.app().policy().upload_lease).await;
    // Waiting here also means: when the answer is an error, the reservation is released by then.
    let problem = match (task.await, fed) {
        (Ok(Ok(uploaded)), _) => return Ok(uploaded),
        (Ok(Err(Ended::Refused(error))), _) => Problem::from(error),
        (Ok(Err(Ended::Abandoned)), Err(Stopped::Problem(problem))) => problem,
        (Err(_) | Ok(Err(Ended::Abandoned)), _) => {
            let text = "something went wrong on the server";
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, text)
        }
    };
    if problem.status() != StatusCode::REQUEST_TIMEOUT {
        drain(multipart.into_body());
    }
    Err(problem.closing())
}

async fn store(mut upload: Upload, mut steps: mpsc::Receiver<Step>) -> Result<Uploaded, Ended> {
    while let Some(step) = steps.recv().await {
        let done = match step {
            Step::Start(name) => start(&mut upload, &name).await,
            Step::Data(bytes) => upload.write(bytes).await,
            Step::Finish => upload.finish_file().await,
            Step::Commit => return upload.commit().await.map_err(Ended::Refused),
        };
        if let Err(error) = done {
            // The receiving side need not fill a channel that nobody empties.
            drop(steps);
            upload.abort().await;
            return Err(Ended::Refused(error));
        }
    }
    upload.abort().await;
    Err(Ended::Abandoned)
}

async fn start(upload: &mut Upload, name: &str) -> Result<(), Error> {
    match (upload.start_file(name).await, unescaped(name)) {
        (Err(Error::ManifestMismatch(_)), Some(other)) => upload.start_file(&other).await,
        (done, _) => done,
    }
}

async fn feed(multipart: &mut Multipart, steps: mpsc::Sender<Step>, lease: Duration) -> Result<(), Stopped> {
    loop {
        let part = timeout_at(Instant::now() + lease, multipart.next_part()).await;
        let Some(part) = part.map_err(|_| silent())?? else { break };
        let name = part.file_name.ok_or_else(|| {
            let text = "the upload does not match its manifest: a part has no file name";
            Stopped::Problem(Problem::bad_request(Code::ManifestMismatch, text))
        })?;
        steps.send(Step::Start(name)).await?;
        feed_data(multipart, &steps, lease).await?;
        steps.send(Step::Finish).await?;
    }
    steps.send(Step::Commit).await?;
    Ok(())
}

async fn feed_data(
    multipart: &mut Multipart,
    steps: &mpsc::Sender<Step>,
    lease: Duration,
) -> Result<(), Stopped> {
    let mut gathered = BytesMut::new();
    let mut last = Instant::now();
    loop {
        let patience = if gathered.is_empty() { lease } else { GATHER_TIME.min(lease) };
        match timeout_at(last + patience, multipart.data()).await {
            Ok(piece) => {
                let Some(piece) = piece? else { break };
                last = Instant::now();
                if gathered.is_empty() && piece.len() >= PIECE_MIN {
                    steps.send(Step::Data(piece)).await?;
                } else {
                    gathered.extend_from_slice(&piece);
                    if gathered.len() >= PIECE_GATHERED {
                        steps.send(Step::Data(gathered.split().freeze())).await?;
                    }
                }
            }
            Err(_) if !gathered.is_empty() => steps.send(Step::Data(gathered.split().freeze())).await?,
            Err(_) => return Err(silent()),
        }
    }
    if !gathered.is_empty() {
        steps.send(Step::Data(gathered.freeze())).await?;
    }
    Ok(())
}

fn silent() -> Stopped {
    let text = "no bytes arrived for too long; the reservation is released";
    Stopped::Problem(Problem::new(StatusCode::REQUEST_TIMEOUT, Code::UploadTimedOut, text))
}

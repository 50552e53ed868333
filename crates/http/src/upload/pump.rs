use std::{ops::RangeInclusive, pin::pin, time::Duration};

use axum::{body::Body, http::StatusCode};
use bytes::{Bytes, BytesMut};
use elizabeth_core::{
    Error,
    service::{Upload, Uploaded},
};
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout, timeout_at},
};
use tracing::Instrument;

use super::disposition::unescaped;
use crate::{
    body::drain,
    problem::{Code, Problem},
    state::AppState,
};

/// Bytes that are gathered before they are handed on, so that hashing and writing are not called for every packet:
/// each call is two turns of threads.
const BATCH: RangeInclusive<usize> = 128 << 10..=1 << 20;
/// Bytes that the batches of all uploads together aim at: the fewer there are at once, the larger is each.
const IN_FLIGHT: usize = 16 << 20;
/// Pieces below this many bytes may be all there is: no large buffer is taken for them.
const SMALL: usize = 16 << 10;
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

/// Files as they arrive, one after the other. What waits for bytes may be cancelled without losing any.
pub(crate) trait Source: Send {
    /// The next file's name; `None` behind the last, once the whole body has arrived.
    fn next_file(&mut self) -> impl Future<Output = Result<Option<String>, Problem>> + Send;

    /// The next piece of the current file, never empty; `None` at its end.
    fn data(&mut self) -> impl Future<Output = Result<Option<Bytes>, Problem>> + Send;

    /// What is left of the body.
    fn into_body(self) -> Body;
}

/// Why the receiving side ended before everything had arrived.
enum Stopped {
    /// By what the client sent, or did not send.
    Problem(Problem),
    /// The storing side has ended.
    Closed,
}

impl From<Problem> for Stopped {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
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
    mut source: impl Source,
) -> Result<Uploaded, Problem> {
    let (sender, steps) = mpsc::channel(1);
    let task = state.uploads().spawn(store(upload, steps).in_current_span());
    let fed = feed(state, &mut source, sender).await;
    // Waiting here also means: when the answer is an error, the reservation is released by then.
    let problem = match (task.await, fed) {
        (Ok(Ok(uploaded)), _) => return Ok(uploaded),
        (Ok(Err(Ended::Refused(error))), _) => Problem::from(error),
        (Ok(Err(Ended::Abandoned)), Err(Stopped::Problem(problem))) => problem,
        (Err(_) | Ok(Err(Ended::Abandoned)), _) => Problem::internal(),
    };
    if problem.status() != StatusCode::REQUEST_TIMEOUT {
        drain(source.into_body());
    }
    Err(problem.closing())
}

/// Begins an upload beside the request. When the client goes away meanwhile, the upload is given up once it has begun.
pub(crate) async fn begin(
    state: &AppState,
    begin: impl Future<Output = Result<Upload, Error>> + Send + 'static,
) -> Result<Upload, Problem> {
    let (sender, begun) = oneshot::channel();
    state.uploads().spawn(
        async move {
            if let Err(Ok(upload)) = sender.send(begin.await) {
                upload.abort().await;
            }
        }
        .in_current_span(),
    );
    begun.await.map_err(|_| Problem::internal())?.map_err(Problem::from)
}

/// Hands over files that have arrived whole. Once begun it runs to its end, whoever still listens.
pub(crate) async fn store_whole(
    state: &AppState,
    store: impl Future<Output = Result<Uploaded, Error>> + Send + 'static,
) -> Result<Uploaded, Problem> {
    match state.uploads().spawn(store.in_current_span()).await {
        Ok(stored) => stored.map_err(Problem::from),
        Err(_) => Err(Problem::internal()),
    }
}

async fn store(mut upload: Upload, mut steps: mpsc::Receiver<Step>) -> Result<Uploaded, Ended> {
    while let Some(step) = steps.recv().await {
        let done = match step {
            Step::Start(name) => start(&mut upload, &name).await,
            Step::Data(bytes) => upload.write(bytes).await,
            Step::Finish => finish(&mut upload).await,
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

/// All bytes have come; until the store has made them durable, it is we who keep the upload alive.
async fn finish(upload: &mut Upload) -> Result<(), Error> {
    let lease = upload.lease();
    let mut finished = pin!(upload.finish_file());
    loop {
        match timeout(lease.span() / 3, &mut finished).await {
            Ok(finished) => return finished,
            Err(_) => lease.renew().await.map(drop)?,
        }
    }
}

async fn start(upload: &mut Upload, name: &str) -> Result<(), Error> {
    match (upload.start_file(name).await, unescaped(name)) {
        (Err(Error::ManifestMismatch(_)), Some(other)) => upload.start_file(&other).await,
        (done, _) => done,
    }
}

async fn feed(state: &AppState, source: &mut impl Source, steps: mpsc::Sender<Step>) -> Result<(), Stopped> {
    let lease = state.app().policy().upload_lease;
    loop {
        let name = timeout_at(Instant::now() + lease, source.next_file()).await;
        let Some(name) = name.map_err(|_| silent())?? else { break };
        steps.send(Step::Start(name)).await?;
        feed_data(state, source, &steps, lease).await?;
        steps.send(Step::Finish).await?;
    }
    steps.send(Step::Commit).await?;
    Ok(())
}

async fn feed_data(
    state: &AppState,
    source: &mut impl Source,
    steps: &mpsc::Sender<Step>,
    lease: Duration,
) -> Result<(), Stopped> {
    let mut gathered = BytesMut::new();
    let mut last = Instant::now();
    loop {
        let patience = if gathered.is_empty() { lease } else { GATHER_TIME.min(lease) };
        match timeout_at(last + patience, source.data()).await {
            Ok(piece) => {
                let Some(piece) = piece? else { break };
                last = Instant::now();
                let batch = (IN_FLIGHT / state.uploads().len().max(1)).clamp(*BATCH.start(), *BATCH.end());
                // Before, not behind: a batch never outgrows its buffer.
                if !gathered.is_empty() && gathered.len() + piece.len() > batch {
                    steps.send(Step::Data(std::mem::take(&mut gathered).freeze())).await?;
                }
                if gathered.is_empty() && piece.len() >= batch / 2 {
                    steps.send(Step::Data(piece)).await?;
                } else {
                    if gathered.is_empty() && piece.len() >= SMALL {
                        gathered.reserve(batch);
                    }
                    gathered.extend_from_slice(&piece);
                }
            }
            Err(_) if !gathered.is_empty() => {
                steps.send(Step::Data(std::mem::take(&mut gathered).freeze())).await?;
            }
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

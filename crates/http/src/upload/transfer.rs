use std::{ops::RangeInclusive, time::Duration};

use axum::{body::Body, http::StatusCode};
use bytes::{Bytes, BytesMut};
use elizabeth_core::Error;
use tokio::{
    sync::{mpsc, oneshot},
    time::{Instant, timeout_at},
};

use super::sink::ByteSink;
use crate::{
    body::drain,
    facts::in_this_request,
    pace::{Pace, SILENCE},
    problem::{Problem, RequestCode},
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

/// One step of a body.
enum Step {
    Start(String),
    Data(Bytes),
    End,
    Finish,
}

/// Why the storing side ended before it had finished.
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

/// Feeds a body into what receives it.
///
/// That is owned by a task of its own. So hashing and writing run beside receiving; when the client goes away and this
/// future is dropped, the task sees its channel end and breaks off; and once all bytes have come, the commit runs to
/// its end whoever still listens.
pub(crate) async fn receive<S: ByteSink>(
    state: &AppState,
    sink: S,
    mut source: impl Source,
) -> Result<S::Kept, Problem> {
    let (sender, steps) = mpsc::channel(1);
    let task = state.uploads().spawn(in_this_request(store(sink, steps)));
    let fed = feed(state, &mut source, sender).await;
    // Waiting here also means: when the answer is an error, what is not kept is given back by then.
    let problem = match (task.await, fed) {
        (Ok(Ok(kept)), _) => {
            // A source may end before its body does.
            drain(source.into_body());
            return Ok(kept);
        }
        (Ok(Err(Ended::Refused(error))), _) => Problem::from(error),
        (Ok(Err(Ended::Abandoned)), Err(Stopped::Problem(problem))) => problem,
        (Err(_) | Ok(Err(Ended::Abandoned)), _) => Problem::internal(),
    };
    if problem.status() != StatusCode::REQUEST_TIMEOUT {
        drain(source.into_body());
    }
    Err(problem.closing())
}

/// Begins to receive beside the request. When the client goes away meanwhile, what has begun is given up.
pub(crate) async fn begin<S: ByteSink, E: Into<Problem> + Send + 'static>(
    state: &AppState,
    begin: impl Future<Output = Result<S, E>> + Send + 'static,
) -> Result<S, Problem> {
    let (sender, begun) = oneshot::channel();
    state.uploads().spawn(in_this_request(async move {
        if let Err(Ok(sink)) = sender.send(begin.await) {
            sink.abort().await;
        }
    }));
    begun.await.map_err(|_| Problem::internal())?.map_err(Into::into)
}

/// Does what needs no more of the client. Once begun it runs to its end, whoever still listens.
pub(crate) async fn run_to_end<T: Send + 'static, E: Into<Problem> + Send + 'static>(
    state: &AppState,
    work: impl Future<Output = Result<T, E>> + Send + 'static,
) -> Result<T, Problem> {
    match state.uploads().spawn(in_this_request(work)).await {
        Ok(done) => done.map_err(Into::into),
        Err(_) => Err(Problem::internal()),
    }
}

async fn store<S: ByteSink>(mut sink: S, mut steps: mpsc::Receiver<Step>) -> Result<S::Kept, Ended> {
    while let Some(step) = steps.recv().await {
        let done = match step {
            Step::Start(name) => sink.start(&name).await,
            Step::Data(bytes) => sink.write(bytes).await,
            Step::End => sink.end().await,
            Step::Finish => return sink.finish().await.map_err(Ended::Refused),
        };
        if let Err(error) = done {
            // The receiving side need not fill a channel that nobody empties.
            drop(steps);
            sink.abort().await;
            return Err(Ended::Refused(error));
        }
    }
    sink.break_off().await;
    Err(Ended::Abandoned)
}

async fn feed(state: &AppState, source: &mut impl Source, steps: mpsc::Sender<Step>) -> Result<(), Stopped> {
    let lease = state.app().policy().upload_lease.min(SILENCE);
    loop {
        let name = timeout_at(Instant::now() + lease, source.next_file()).await;
        let Some(name) = name.map_err(|_| timed_out())?? else { break };
        steps.send(Step::Start(name)).await?;
        feed_data(state, source, &steps, lease).await?;
        steps.send(Step::End).await?;
    }
    steps.send(Step::Finish).await?;
    Ok(())
}

async fn feed_data(
    state: &AppState,
    source: &mut impl Source,
    steps: &mpsc::Sender<Step>,
    lease: Duration,
) -> Result<(), Stopped> {
    let mut gathered = BytesMut::new();
    let mut pace = Pace::default();
    let mut last = Instant::now();
    loop {
        let patience = if gathered.is_empty() { lease } else { GATHER_TIME.min(lease) };
        let asked = Instant::now();
        let came = timeout_at(last + patience, source.data()).await;
        let bytes = came.iter().flatten().flatten().map(Bytes::len).sum();
        if !pace.keeps(asked, bytes) {
            return Err(timed_out().into());
        }
        match came {
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
            Err(_) => return Err(timed_out().into()),
        }
    }
    if !gathered.is_empty() {
        steps.send(Step::Data(gathered.freeze())).await?;
    }
    Ok(())
}

/// The answer to a client that falls silent.
pub(super) fn timed_out() -> Problem {
    let text = "no bytes arrived for too long, or too few";
    Problem::new(RequestCode::UploadTimedOut, text)
}

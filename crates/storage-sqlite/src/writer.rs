use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use elizabeth_core::ports::{StoreError, StoreResult};
use elizabeth_storage_sql::Observed;
use sqlx::{ConnectOptions, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{mpsc, oneshot};

use crate::{
    conn::control,
    error::store_error,
    place::{End, Offer, Place, Return},
    unit::Unit,
};

/// Units of work that share a commit at most, and the time after which no other joins: the first of them waits
/// for the last.
const SHARE_UNITS: usize = 64;
const SHARE_TIME: Duration = Duration::from_millis(5);
/// How long an offer stands while commits wait.
const PATIENCE: Duration = Duration::from_millis(2);

/// The queue for the one connection that writes.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::UnboundedSender<Arc<Place>>,
}

impl Writer {
    /// Starts to serve the queue; ends with the last [`Writer`].
    pub(crate) fn spawn(options: SqliteConnectOptions, conn: SqliteConnection, observed: Observed) -> Self {
        let (queue, places) = mpsc::unbounded_channel();
        tokio::spawn(Server { options, idle: Some(conn), places, observed }.run());
        Self { queue }
    }

    /// Waits for the connection.
    pub(crate) async fn begin(&self) -> StoreResult<Unit> {
        let place = Arc::new(Place::new());
        let queued = self.queue.send(Arc::clone(&place));
        queued.map_err(|_| StoreError::Unavailable("the store is closed".to_owned()))?;
        place.wait().await.map(Unit::new)
    }
}

/// Owns the connection between units of work.
///
/// Each unit runs in a savepoint of one outer transaction. While others queue, that transaction stays open, and its
/// one COMMIT makes all of them durable; until then none is reported as committed. A connection on which
/// anything went wrong is dropped, which undoes what it had open, and another one is opened when it is needed.
struct Server {
    options: SqliteConnectOptions,
    idle: Option<SqliteConnection>,
    places: mpsc::UnboundedReceiver<Arc<Place>>,
    observed: Observed,
}

type Told = oneshot::Sender<StoreResult<()>>;

impl Server {
    async fn run(mut self) {
        let mut first = None;
        loop {
            let place = match first.take() {
                Some(place) => place,
                None => match self.places.recv().await {
                    Some(place) => place,
                    None => return,
                },
            };
            first = self.share_commit(place).await;
        }
    }

    /// One outer transaction. Returns a place that was called and not served.
    async fn share_commit(&mut self, mut place: Arc<Place>) -> Option<Arc<Place>> {
        let mut conn = match self.begin().await {
            Ok(conn) => conn,
            Err(error) => {
                place.refuse(error);
                return None;
            }
        };
        let started = Instant::now();
        let mut waiting: Vec<Told> = Vec::new();
        for units in 1.. {
            let patience = (!waiting.is_empty()).then_some(PATIENCE);
            let undo = match place.offer(conn, patience).await {
                Offer::Over(Return { conn: back, end: End::Commit(reported) }) => {
                    conn = back;
                    waiting.push(reported);
                    false
                }
                Offer::Over(Return { conn: back, end: End::Undo }) => {
                    conn = back;
                    true
                }
                Offer::Unclaimed(back) => {
                    self.finish(back, false, waiting).await;
                    return Some(place);
                }
                Offer::Lost => {
                    tell_all(waiting, &Err(StoreError::Unavailable("the connection was lost".to_owned())));
                    return None;
                }
            };
            let may_go_on = units < SHARE_UNITS && started.elapsed() < SHARE_TIME;
            let next = if may_go_on { self.places.try_recv().ok() } else { None };
            let Some(next) = next else {
                self.finish(conn, undo, waiting).await;
                return None;
            };
            let between = if undo { "ROLLBACK TO unit" } else { "RELEASE unit; SAVEPOINT unit" };
            if let Err(error) = control(&mut conn, between).await {
                tell_all(waiting, &Err(unavailable(error)));
                return Some(next);
            }
            place = next;
        }
        None
    }

    /// A connection inside an outer transaction and a first savepoint.
    async fn begin(&mut self) -> StoreResult<SqliteConnection> {
        let mut conn = match self.idle.take() {
            Some(conn) => conn,
            None => self.options.connect().await.map_err(store_error)?,
        };
        control(&mut conn, "BEGIN IMMEDIATE; SAVEPOINT unit").await?;
        Ok(conn)
    }

    /// Ends the outer transaction and tells those who wait.
    async fn finish(&mut self, mut conn: SqliteConnection, undo_last: bool, waiting: Vec<Told>) {
        // COMMIT releases the savepoint too.
        let end = match (waiting.is_empty(), undo_last) {
            (true, _) => "ROLLBACK",
            (false, true) => "ROLLBACK TO unit; COMMIT",
            (false, false) => "COMMIT",
        };
        let ended = control(&mut conn, end).await.map_err(unavailable);
        if let Err(error) = &ended {
            tracing::error!(%error, "ending a transaction failed");
        } else {
            self.idle = Some(conn);
            if !waiting.is_empty() {
                self.observed.committed(waiting.len());
            }
        }
        tell_all(waiting, &ended);
    }
}

fn tell_all(waiting: Vec<Told>, answer: &StoreResult<()>) {
    for reported in waiting {
        // Who has gone needs no report.
        let _ = reported.send(answer.clone());
    }
}

/// Whatever kept a commit from being made, to those who asked for it nothing is known to be wrong with their work.
fn unavailable(error: StoreError) -> StoreError {
    match error {
        StoreError::Corrupt(text) => StoreError::Unavailable(text),
        error @ (StoreError::AddressTaken | StoreError::Contended(_) | StoreError::Unavailable(_)) => error,
    }
}

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use elizabeth_core::ports::{StoreError, StoreResult};
use elizabeth_storage_sql::Observed;
use sqlx::{ConnectOptions, Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::{
    sync::{mpsc, oneshot},
    time::sleep_until,
};

use crate::{
    conn::{SHRINK, control},
    error::store_error,
    place::{End, Offer, Place, Return},
    readers::Readers,
    unit::Unit,
};

/// Units of work that share a commit at most, and the time after which no other joins: the first of them waits
/// for the last.
const SHARE_UNITS: usize = 64;
const SHARE_TIME: Duration = Duration::from_millis(5);
/// How long an offer stands while commits wait.
const PATIENCE: Duration = Duration::from_millis(2);

/// How long what was committed may be in the log alone, where there is a moment to put it into the database file.
const IN_LOG: Duration = Duration::from_secs(2);
/// Empties the log into the file as far as nobody reads from it. Nobody is waited for: a reader in the way is met again.
const CHECKPOINT: &str =
    "PRAGMA busy_timeout = 0; PRAGMA wal_checkpoint(TRUNCATE); PRAGMA busy_timeout = 15000";

/// The queue for the one connection that writes.
#[derive(Clone)]
pub(crate) struct Writer {
    queue: mpsc::UnboundedSender<Arc<Place>>,
    ends: mpsc::UnboundedSender<oneshot::Sender<()>>,
}

impl Writer {
    /// Starts to serve the queue; ends with the last [`Writer`].
    pub(crate) fn spawn(
        options: SqliteConnectOptions,
        conn: SqliteConnection,
        readers: Arc<Readers>,
        observed: Observed,
    ) -> Self {
        let (queue, places) = mpsc::unbounded_channel();
        let (ends, ended) = mpsc::unbounded_channel();
        tokio::spawn(
            Server { options, idle: Some(conn), readers, places, in_log: Some(Instant::now()), observed }
                .run(ended),
        );
        Self { queue, ends }
    }

    /// Serves those who queue, puts the log into the file and closes the connection. Whoever comes later is refused.
    pub(crate) async fn close(&self) {
        let (done, over) = oneshot::channel();
        if self.ends.send(done).is_ok() {
            // It has closed before where nobody answers.
            let _ = over.await;
        }
    }

    /// Waits for the connection.
    pub(crate) async fn begin(&self) -> StoreResult<Unit> {
        let place = Arc::new(Place::new());
        let queued = self.queue.send(Arc::clone(&place));
        queued.map_err(|_| closed())?;
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
    /// Those who keep parts of the file in memory too.
    readers: Arc<Readers>,
    places: mpsc::UnboundedReceiver<Arc<Place>>,
    observed: Observed,
    /// Since when something is in the log that is not in the file.
    in_log: Option<Instant>,
}

type Told = oneshot::Sender<StoreResult<()>>;

impl Server {
    async fn run(mut self, mut ends: mpsc::UnboundedReceiver<oneshot::Sender<()>>) {
        let mut first = None;
        loop {
            let due = self.in_log.map(|since| (since + IN_LOG).into());
            let place = match first.take() {
                Some(place) => Some(place),
                None => tokio::select! {
                    biased;
                    place = self.places.recv() => match place {
                        Some(place) => Some(place),
                        None => return,
                    },
                    Some(done) = ends.recv() => {
                        self.close().await;
                        let _ = done.send(());
                        return;
                    }
                    () = sleep_until(due.unwrap_or_else(tokio::time::Instant::now)), if due.is_some() => None,
                },
            };
            match place {
                Some(place) => first = self.share_commit(place).await,
                None => {
                    self.empty_log().await;
                    self.give_back_memory().await;
                }
            }
        }
    }

    /// Puts what was committed into the database file, so that the file alone is a whole copy.
    async fn empty_log(&mut self) {
        self.in_log = None;
        let Some(mut conn) = self.idle.take() else { return };
        match control(&mut conn, CHECKPOINT).await {
            Ok(()) => self.idle = Some(conn),
            Err(error) => tracing::warn!(%error, "the log could not be put into the database file"),
        }
    }

    /// Has all connections give back what they keep of the file: the operating system keeps it too, for all of them once.
    async fn give_back_memory(&mut self) {
        if let Some(mut conn) = self.idle.take()
            && control(&mut conn, SHRINK).await.is_ok()
        {
            self.idle = Some(conn);
        }
        self.readers.give_back_memory().await;
    }

    async fn close(&mut self) {
        self.places.close();
        while let Ok(place) = self.places.try_recv() {
            place.refuse(closed());
        }
        self.empty_log().await;
        if let Some(conn) = self.idle.take()
            && let Err(error) = conn.close().await
        {
            tracing::warn!(%error, "the database was not closed in good order");
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
        self.in_log.get_or_insert(started);
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
        error @ (StoreError::AddressTaken
        | StoreError::Contended(_)
        | StoreError::Full(_)
        | StoreError::Unavailable(_)) => error,
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("the store is closed".to_owned())
}

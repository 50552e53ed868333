use std::{
    mem,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use elizabeth_core::ports::{StoreError, StoreResult};
use sqlx::SqliteConnection;
use tokio::{
    sync::{Notify, oneshot},
    time::timeout,
};

/// The writer's connection in the hands of a unit of work. Whoever holds it sends it back.
pub(crate) struct Loan {
    pub(crate) conn: SqliteConnection,
    pub(crate) back: oneshot::Sender<Return>,
}

impl Loan {
    /// Gives the connection back. When nobody takes it the store is gone, and closing it undoes everything.
    pub(crate) fn end(self, end: End) {
        let _ = self.back.send(Return { conn: self.conn, end });
    }
}

/// The connection coming back.
pub(crate) struct Return {
    pub(crate) conn: SqliteConnection,
    pub(crate) end: End,
}

/// How a unit of work ended.
pub(crate) enum End {
    /// It waits for the report that it is durable.
    Commit(oneshot::Sender<StoreResult<()>>),
    /// It was dropped: undo it.
    Undo,
}

/// What became of an offer.
pub(crate) enum Offer {
    /// It was taken, and the unit of work is over.
    Over(Return),
    /// Nobody came for it in time.
    Unclaimed(SqliteConnection),
    /// The connection was lost on the way.
    Lost,
}

enum State {
    Waiting,
    Offered(Loan),
    Refused(StoreError),
    /// Taken, or nobody waits any more.
    Left,
}

/// A place in the queue for the writer's connection.
///
/// The connection is offered, not handed over: a future that nobody polls must not keep it while other units of
/// work wait for their commit.
pub(crate) struct Place {
    state: Mutex<State>,
    called: Notify,
}

impl Place {
    pub(crate) fn new() -> Self {
        Self { state: Mutex::new(State::Waiting), called: Notify::new() }
    }

    fn swap(&self, next: State) -> State {
        mem::replace(&mut *self.state.lock().unwrap_or_else(PoisonError::into_inner), next)
    }

    /// Waits for the connection. Dropping this future leaves the queue.
    pub(crate) async fn wait(&self) -> StoreResult<Loan> {
        let _leave = LeaveOnDrop(self);
        loop {
            self.called.notified().await;
            match self.swap(State::Waiting) {
                State::Offered(loan) => {
                    self.swap(State::Left);
                    return Ok(loan);
                }
                State::Refused(error) => return Err(error),
                // The offer was withdrawn; there will be another.
                State::Waiting | State::Left => {}
            }
        }
    }

    /// Says that there will be no connection.
    pub(crate) fn refuse(&self, error: StoreError) {
        self.swap(State::Refused(error));
        self.called.notify_one();
    }

    /// Offers the connection and waits until it is back. With `patience`, an offer that nobody takes is withdrawn
    /// after that time.
    pub(crate) async fn offer(&self, conn: SqliteConnection, patience: Option<Duration>) -> Offer {
        let (back, mut over) = oneshot::channel();
        if let State::Left = self.swap(State::Offered(Loan { conn, back })) {
            self.leave();
        }
        self.called.notify_one();
        if let Some(patience) = patience {
            match timeout(patience, &mut over).await {
                Ok(Ok(over)) => return Offer::Over(over),
                Ok(Err(_)) => return Offer::Lost,
                Err(_) => {
                    if let Some(conn) = self.withdraw() {
                        return Offer::Unclaimed(conn);
                    }
                }
            }
        }
        over.await.map_or(Offer::Lost, Offer::Over)
    }

    fn withdraw(&self) -> Option<SqliteConnection> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match mem::replace(&mut *state, State::Waiting) {
            State::Offered(loan) => Some(loan.conn),
            other => {
                *state = other;
                None
            }
        }
    }

    fn leave(&self) {
        if let State::Offered(loan) = self.swap(State::Left) {
            loan.end(End::Undo);
        }
    }
}

struct LeaveOnDrop<'p>(&'p Place);

impl Drop for LeaveOnDrop<'_> {
    fn drop(&mut self) {
        self.0.leave();
    }
}

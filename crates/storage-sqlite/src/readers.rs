use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
};

use elizabeth_core::ports::{StoreError, StoreResult};
use elizabeth_storage_sql::{Connection, Dialect, Statement};
use sqlx::{ConnectOptions, Connection as _, SqliteConnection, sqlite::SqliteConnectOptions};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::{
    conn::{self, Cells},
    error::store_error,
};

/// Connections that read, opened when they are first needed. Each read is a transaction by itself, so a connection
/// that comes back holds nothing, even when a request was dropped in the middle of one: its driver's thread ends
/// the statement before it takes the next.
pub(crate) struct Readers {
    options: SqliteConnectOptions,
    idle: Mutex<VecDeque<SqliteConnection>>,
    permits: Arc<Semaphore>,
}

impl Readers {
    pub(crate) fn new(options: SqliteConnectOptions) -> Arc<Self> {
        let most = thread::available_parallelism().map_or(4, |cores| cores.get().clamp(4, 16));
        let permits = Arc::new(Semaphore::new(most));
        Arc::new(Self { options, idle: Mutex::default(), permits })
    }

    /// Closes the connections that are idle, and lets nobody take one any more. One that is in use goes with who uses it.
    pub(crate) async fn close(&self) {
        self.permits.close();
        let idle = std::mem::take(&mut *self.idle());
        for conn in idle {
            // It has nothing to lose.
            let _ = conn.close().await;
        }
    }

    /// Has those that are idle empty their page caches, one after the other.
    pub(crate) async fn give_back_memory(self: &Arc<Self>) {
        let idle = self.idle().len();
        for _ in 0..idle {
            let Ok(permit) = Arc::clone(&self.permits).try_acquire_owned() else { return };
            // It comes back at the other end.
            let conn = self.idle().pop_front();
            Reader { conn, pool: Arc::clone(self), _permit: permit }.shrink().await;
        }
    }

    fn idle(&self) -> MutexGuard<'_, VecDeque<SqliteConnection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes a connection; waits while all are in use.
    pub(crate) async fn take(pool: &Arc<Self>) -> StoreResult<Reader> {
        let permit = Arc::clone(&pool.permits).acquire_owned().await;
        let permit = permit.map_err(|_| gone())?;
        let idle = pool.idle().pop_back();
        let conn = match idle {
            Some(conn) => conn,
            None => pool.options.connect().await.map_err(store_error)?,
        };
        Ok(Reader { conn: Some(conn), pool: Arc::clone(pool), _permit: permit })
    }
}

/// A connection that reads; it goes back when this is dropped.
pub(crate) struct Reader {
    /// Always there until an error or the end.
    conn: Option<SqliteConnection>,
    pool: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl Reader {
    async fn shrink(&mut self) {
        if let Some(conn) = &mut self.conn
            && conn::control(conn, conn::SHRINK).await.is_err()
        {
            self.conn = None;
        }
    }

    /// A connection that failed is not used again.
    fn check<T>(&mut self, answer: StoreResult<T>) -> StoreResult<T> {
        if answer.is_err() {
            self.conn = None;
        }
        answer
    }
}

impl Connection for Reader {
    type Row = Cells;

    fn dialect(&self) -> Dialect {
        Dialect::Sqlite
    }

    async fn execute(&mut self, statement: Statement) -> StoreResult<u64> {
        let answer = conn::execute(self.conn.as_mut().ok_or_else(gone)?, statement).await;
        self.check(answer)
    }

    async fn fetch(&mut self, statement: Statement) -> StoreResult<Vec<Cells>> {
        let answer = conn::fetch(self.conn.as_mut().ok_or_else(gone)?, statement).await;
        self.check(answer)
    }

    async fn fetch_first(&mut self, statement: Statement) -> StoreResult<Option<Cells>> {
        let answer = conn::fetch_first(self.conn.as_mut().ok_or_else(gone)?, statement).await;
        self.check(answer)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(conn) = self.conn.take()
            && !self.pool.permits.is_closed()
        {
            self.pool.idle().push_back(conn);
        }
    }
}

fn gone() -> StoreError {
    StoreError::Unavailable("the connection failed before".to_owned())
}

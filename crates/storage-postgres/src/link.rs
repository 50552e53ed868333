use std::{
    future::Future,
    pin::Pin,
    time::{Duration, Instant},
};

use elizabeth_core::ports::{StoreError, StoreResult};
use elizabeth_storage_sql::{Connection, Dialect, Statement, Transaction};
use sqlx::{Connection as _, PgConnection, Postgres, pool::PoolConnection};
use tokio::{runtime::Handle, time::timeout};

use crate::{
    conn::{self, Cells},
    pool::Pool,
};

/// How long a connection may take to come to rest before it is closed instead of used again.
const REST_TIMEOUT: Duration = Duration::from_secs(5);

/// How long a statement is waited for at least before the server is asked for a sign of life.
const PATIENCE_MIN: Duration = Duration::from_millis(500);

/// A connection taken from the pool, by itself or inside a transaction. Dropping it gives it back, at rest.
///
/// The driver's own transactions are not used: one that is dropped while it begins would go back to the pool as
/// an open transaction, and into it would fall what comes next.
pub(crate) struct Link {
    /// There until the end.
    conn: Option<PoolConnection<Postgres>>,
    /// Whether a transaction may be open.
    transaction: bool,
    /// Whether a statement failed or was dropped half-way. Its transaction cannot be committed then: the server
    /// would answer `COMMIT` by undoing it, and call that a success.
    broken: bool,
    pool: Pool,
    /// When it was asked for: whoever waits for it has waited since then.
    since: Instant,
}

impl Link {
    /// Takes a connection to read with; waits while all are in use.
    pub(crate) async fn reader(pool: &Pool) -> StoreResult<Self> {
        let since = Instant::now();
        let conn = Some(pool.take().await?);
        Ok(Self { conn, transaction: false, broken: false, pool: pool.clone(), since })
    }

    /// Begins a transaction.
    pub(crate) async fn transaction(pool: &Pool) -> StoreResult<Self> {
        let mut link = Self::reader(pool).await?;
        link.transaction = true;
        link.control("BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE").await?;
        Ok(link)
    }

    async fn control(&mut self, sql: &'static str) -> StoreResult<()> {
        self.run(|conn| Box::pin(conn::control(conn, sql))).await
    }

    /// Runs one more statement. Until it has come to its end the link is broken.
    async fn run<T>(
        &mut self,
        statement: impl for<'c> FnOnce(&'c mut PgConnection) -> Running<'c, T>,
    ) -> StoreResult<T> {
        let conn = match &mut self.conn {
            Some(conn) if !self.broken => conn,
            _ => return Err(unavailable("an earlier statement on this connection failed")),
        };
        self.broken = true;
        let answer = answered(&self.pool, self.since, statement(conn)).await;
        self.broken = answer.is_err();
        answer
    }
}

/// Waits for a statement's end. A server that is silent for long is asked for a sign of life: one that is busy may take
/// as long as a statement may, one that is gone or stands still is given up at once.
async fn answered<T>(pool: &Pool, since: Instant, mut statement: Running<'_, T>) -> StoreResult<T> {
    let (begun, limit) = (Instant::now(), pool.statement_limit());
    let mut patience = pool.silence().saturating_sub(since.elapsed()).max(PATIENCE_MIN);
    loop {
        if let Ok(answer) = timeout(patience.min(limit.saturating_sub(begun.elapsed())), &mut statement).await
        {
            return answer;
        }
        if begun.elapsed() >= limit {
            return Err(unavailable("the database did not answer in time"));
        }
        tokio::select! {
            biased;
            answer = &mut statement => return answer,
            alive = pool.is_alive() => if !alive {
                return Err(unavailable("the database does not answer"));
            },
        }
        patience = pool.silence();
    }
}

type Running<'c, T> = Pin<Box<dyn Future<Output = StoreResult<T>> + Send + 'c>>;

impl Connection for Link {
    type Row = Cells;

    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    async fn execute(&mut self, statement: Statement) -> StoreResult<u64> {
        self.run(|conn| Box::pin(conn::execute(conn, statement))).await
    }

    async fn fetch(&mut self, statement: Statement) -> StoreResult<Vec<Cells>> {
        self.run(|conn| Box::pin(conn::fetch(conn, statement))).await
    }
}

impl Transaction for Link {
    async fn commit(mut self) -> StoreResult<()> {
        self.control("COMMIT").await?;
        self.transaction = false;
        Ok(())
    }
}

impl Drop for Link {
    fn drop(&mut self) {
        let Some(conn) = self.conn.take() else { return };
        match Handle::try_current() {
            Ok(_) if !self.transaction && !self.broken => drop(conn),
            Ok(runtime) => drop(runtime.spawn(bring_to_rest(conn, self.transaction))),
            // Nobody is there to wait for an answer. Closing the connection undoes everything.
            Err(_) => drop(conn.detach()),
        }
    }
}

/// Lets a statement that is under way end and undoes its transaction; then the connection goes back to the pool.
/// One that does not come to rest is closed, and the server undoes what it did.
async fn bring_to_rest(mut conn: PoolConnection<Postgres>, transaction: bool) {
    let rested = timeout(REST_TIMEOUT, async {
        if transaction {
            conn::control(&mut conn, "ROLLBACK").await.is_ok()
        } else {
            conn.ping().await.is_ok()
        }
    });
    if !rested.await.unwrap_or(false) {
        drop(conn.detach());
    }
}

fn unavailable(what: &str) -> StoreError {
    StoreError::Unavailable(what.to_owned())
}

//! How connections are opened and kept.

use std::time::Duration;

use elizabeth_core::ports::{StoreError, StoreResult};
use elizabeth_storage_sql::{Sql, Statement, Value};
use sqlx::{
    ConnectOptions, Connection, PgConnection, PgPool, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions},
};
use tokio::time::{Instant, sleep, timeout, timeout_at};

use crate::{PostgresOptions, conn, error::store_error, session};

/// A connection that has not been used for so long is asked whether it is still there; before, it would cost each
/// request a round trip.
const TRUSTED_FOR: Duration = Duration::from_secs(1);

/// How much longer than the server we wait for it to end a statement, before we take it for dead.
const GRACE: Duration = Duration::from_secs(2);

/// What a session is set to. Notices are of use to nobody here. A commit that is acknowledged is on the server's disk,
/// even when the server is set up to lie about that; other settings of the operator stand.
const SETTINGS: &str = "SELECT set_config('lock_timeout', $1, false), set_config('statement_timeout', $2, false), \
     set_config('idle_in_transaction_session_timeout', $3, false), \
     set_config('client_min_messages', 'error', false), \
     set_config('synchronous_commit', CASE current_setting('synchronous_commit') WHEN 'off' THEN 'on' \
     ELSE current_setting('synchronous_commit') END, false)";

/// Connections to one database, opened when they are needed.
#[derive(Clone)]
pub(crate) struct Pool {
    pool: PgPool,
    connect: PgConnectOptions,
    options: PostgresOptions,
}

impl Pool {
    pub(crate) fn new(connect: PgConnectOptions, options: PostgresOptions) -> Self {
        let limits = [options.lock_timeout, options.statement_timeout, options.idle_transaction_timeout];
        let pool = PgPoolOptions::new()
            .max_connections(options.max_connections)
            .acquire_timeout(options.acquire_timeout)
            .test_before_acquire(false)
            .before_acquire(|conn, past| {
                Box::pin(async move { Ok(past.idle_for < TRUSTED_FOR || conn.ping().await.is_ok()) })
            })
            .after_connect(move |conn, _| {
                Box::pin(async move {
                    // The driver gives the connection up and tries again, whatever the error is.
                    configure(conn, limits).await.map_err(|error| sqlx::Error::Protocol(error.to_string()))
                })
            })
            .connect_lazy_with(connect.clone());
        Self { pool, connect, options }
    }

    /// Takes a connection; waits while all are in use.
    pub(crate) async fn take(&self) -> StoreResult<PoolConnection<Postgres>> {
        self.pool.acquire().await.map_err(store_error)
    }

    /// Ends the connections in good order; those in use once they come back.
    pub(crate) async fn close(&self) {
        self.pool.close().await;
    }

    /// How long the server may be silent before it is asked for a sign of life: with that it comes to what a request waits
    /// for a connection.
    pub(crate) fn silence(&self) -> Duration {
        self.options.acquire_timeout * 4 / 5
    }

    /// Whether the server gives a sign of life: it takes one more connection, or says why it does not.
    pub(crate) async fn is_alive(&self) -> bool {
        match timeout(self.options.acquire_timeout / 5, self.connect.connect()).await {
            Ok(Ok(conn)) => {
                // Nothing was asked of it.
                drop(conn);
                true
            }
            Ok(Err(error)) => matches!(error, sqlx::Error::Database(_)),
            Err(_) => false,
        }
    }

    /// How long to wait for a statement's end.
    pub(crate) fn statement_limit(&self) -> Duration {
        self.options.statement_timeout + GRACE
    }
}

/// Opens the connection that migrates: it may take its time.
///
/// A server that is just starting is waited for; what else is wrong is reported at once.
pub(crate) async fn first(connect: &PgConnectOptions, patience: Duration) -> StoreResult<PgConnection> {
    let deadline = Instant::now() + patience;
    let mut pause = Duration::from_millis(20);
    loop {
        let answer = timeout_at(deadline, connect.connect()).await;
        match answer {
            Ok(Ok(mut conn)) => {
                let own = timeout_at(deadline, session::check_is_own(&mut conn, connect)).await;
                own.map_err(|_| at(connect, StoreError::Unavailable("no answer in time".to_owned())))??;
                configure(&mut conn, [Duration::ZERO; 3]).await?;
                return Ok(conn);
            }
            Ok(Err(error)) if may_be_starting(&error) && Instant::now() + pause < deadline => {
                sleep(pause).await;
                pause = (pause * 2).min(Duration::from_millis(500));
            }
            Ok(Err(error)) => return Err(at(connect, store_error(error))),
            Err(_) => return Err(at(connect, StoreError::Unavailable("no answer in time".to_owned()))),
        }
    }
}

/// Nobody listens yet, the server says that it is starting or stopping, or its other clients leave no room.
fn may_be_starting(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(error) => error.kind() == std::io::ErrorKind::ConnectionRefused,
        sqlx::Error::Database(refused) => {
            matches!(refused.code().as_deref(), Some("57P01" | "57P03" | "53300"))
        }
        _ => false,
    }
}

/// Says which server it was: its address, nothing else of the URL.
fn at(connect: &PgConnectOptions, error: StoreError) -> StoreError {
    let place = match connect.get_socket() {
        Some(folder) => folder.display().to_string(),
        None => format!("{}:{}", connect.get_host(), connect.get_port()),
    };
    match error {
        StoreError::Unavailable(why) => StoreError::Unavailable(format!("the database at {place}: {why}")),
        error @ (StoreError::Corrupt(_)
        | StoreError::Contended(_)
        | StoreError::Full(_)
        | StoreError::AddressTaken) => error,
    }
}

async fn configure(conn: &mut PgConnection, limits: [Duration; 3]) -> StoreResult<()> {
    // The server counts in milliseconds; 0 is no limit.
    let values = limits.map(|limit| Value::Text(Some(limit.as_millis().to_string()))).to_vec();
    conn::fetch(conn, Statement { sql: Sql::Fixed(SETTINGS), values }).await.map(drop)
}

//! How the server of `--database-url postgres://…` is used.

use std::time::Duration;

use clap::Args;
use elizabeth_storage_postgres::PostgresOptions;

use crate::{WiringError, units};

/// The most connections that a Postgres server can be set up for.
const CONNECTIONS_MAX: u32 = 262_143;
/// The longest time-out, in whole days: Postgres counts in milliseconds, with 31 bits.
const TIMEOUT_MAX: Duration = Duration::from_secs(24 * 24 * 60 * 60);

/// Options that have no effect on another database; they are read all the same, so that a mistake shows at once.
#[derive(Args, Clone, Debug)]
pub(crate) struct PostgresFlags {
    /// Connections of this process to Postgres at most; the server's own limit is for all processes together
    #[arg(
        long = "postgres-max-connections",
        global = true,
        env = "ELIZABETH_POSTGRES_MAX_CONNECTIONS",
        default_value = "16",
        value_name = "N"
    )]
    max_connections: String,
    /// How long a request waits for a connection to Postgres, and the start for a server that is not up yet
    #[arg(
        long = "postgres-acquire-timeout",
        global = true,
        env = "ELIZABETH_POSTGRES_ACQUIRE_TIMEOUT",
        default_value = "5s",
        value_name = "DURATION"
    )]
    acquire_timeout: String,
    /// How long a transaction waits for a lock that another one holds in Postgres
    #[arg(
        long = "postgres-lock-timeout",
        global = true,
        env = "ELIZABETH_POSTGRES_LOCK_TIMEOUT",
        default_value = "10s",
        value_name = "DURATION"
    )]
    lock_timeout: String,
    /// How long a statement may take in Postgres, waiting for locks included
    #[arg(
        long = "postgres-statement-timeout",
        global = true,
        env = "ELIZABETH_POSTGRES_STATEMENT_TIMEOUT",
        default_value = "30s",
        value_name = "DURATION"
    )]
    statement_timeout: String,
    /// How long a transaction may do nothing before Postgres ends it and frees its locks
    #[arg(
        long = "postgres-idle-transaction-timeout",
        global = true,
        env = "ELIZABETH_POSTGRES_IDLE_TRANSACTION_TIMEOUT",
        default_value = "30s",
        value_name = "DURATION"
    )]
    idle_transaction_timeout: String,
}

impl PostgresFlags {
    /// Reads the values.
    pub(crate) fn options(&self) -> Result<PostgresOptions, WiringError> {
        let span = |flag, text| units::span_up_to(flag, text, TIMEOUT_MAX);
        Ok(PostgresOptions {
            max_connections: units::count(
                "postgres-max-connections",
                &self.max_connections,
                CONNECTIONS_MAX,
            )?,
            acquire_timeout: span("postgres-acquire-timeout", &self.acquire_timeout)?,
            lock_timeout: span("postgres-lock-timeout", &self.lock_timeout)?,
            statement_timeout: span("postgres-statement-timeout", &self.statement_timeout)?,
            idle_transaction_timeout: span(
                "postgres-idle-transaction-timeout",
                &self.idle_transaction_timeout,
            )?,
        })
    }
}

//! How the server of `--database-url postgres://…` is used.

use clap::Args;
use elizabeth_storage_postgres::PostgresOptions;

use super::units::{Count, Span};

/// The most connections that a Postgres server can be set up for.
const CONNECTIONS_MAX: u32 = 262_143;
/// Days of the longest time-out: Postgres counts in milliseconds, with 31 bits.
const TIMEOUT_DAYS_MAX: u64 = 24;

/// Options that have no effect on another database; they are read all the same, so that a mistake shows at once.
#[derive(Args, Clone, Debug)]
pub(crate) struct PostgresFlags {
    /// Connections of this process to Postgres at most; the server's own limit is for all processes together
    #[arg(long = "postgres-max-connections", default_value = "16", value_name = "N")]
    max_connections: Count<CONNECTIONS_MAX>,
    /// How long a request waits for Postgres: for a connection, or for a sign of life while a statement runs; and the
    /// start for a server that is not up yet
    #[arg(long = "postgres-acquire-timeout", default_value = "5s", value_name = "DURATION")]
    acquire_timeout: Span<TIMEOUT_DAYS_MAX>,
    /// How long a transaction waits for a lock that another one holds in Postgres
    #[arg(long = "postgres-lock-timeout", default_value = "10s", value_name = "DURATION")]
    lock_timeout: Span<TIMEOUT_DAYS_MAX>,
    /// How long a statement may take in Postgres, waiting for locks included
    #[arg(long = "postgres-statement-timeout", default_value = "30s", value_name = "DURATION")]
    statement_timeout: Span<TIMEOUT_DAYS_MAX>,
    /// How long a transaction may do nothing before Postgres ends it and frees its locks
    #[arg(long = "postgres-idle-transaction-timeout", default_value = "30s", value_name = "DURATION")]
    idle_transaction_timeout: Span<TIMEOUT_DAYS_MAX>,
}

impl PostgresFlags {
    pub(crate) fn options(&self) -> PostgresOptions {
        PostgresOptions {
            max_connections: self.max_connections.0,
            acquire_timeout: self.acquire_timeout.0,
            lock_timeout: self.lock_timeout.0,
            statement_timeout: self.statement_timeout.0,
            idle_transaction_timeout: self.idle_transaction_timeout.0,
        }
    }
}

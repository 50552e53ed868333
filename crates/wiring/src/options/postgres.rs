//! How the server of `--database-url postgres://…` is used.

use std::str::FromStr;

use clap::Args;
use elizabeth_storage_postgres::PostgresOptions;
use secrecy::SecretString;

use super::{
    from_file::{FromFile, given},
    units::{Count, Span},
};
use crate::{error::WiringError, parse::read_by_clap};

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
    /// Where to listen for what other processes change, a URL of the same database: the database itself where
    /// --database-url names a pooler. "off" for not at all: then it is found out within a second
    /// [default: as --database-url]
    #[arg(long = "postgres-listen-url", hide_env_values = true, value_name = "URL")]
    listen_url: Option<ListenUrl>,
    /// File that holds it, for one with a password [default: none]
    #[arg(long = "postgres-listen-url-file", value_name = "FILE")]
    listen_url_file: Option<FromFile<ListenUrl>>,
}

/// Where word of other processes is listened for.
#[derive(Clone, Debug)]
pub(crate) enum ListenUrl {
    /// At a URL.
    At(SecretString),
    /// Nowhere.
    Off,
}

impl FromStr for ListenUrl {
    type Err = String;

    /// What is not understood is not repeated: such a URL may hold a password.
    fn from_str(text: &str) -> Result<Self, String> {
        match text.split_once("://") {
            Some(("postgres" | "postgresql", _)) => Ok(Self::At(text.into())),
            None if text == "off" => Ok(Self::Off),
            Some(_) | None => Err("expected postgres://USER:PASSWORD@HOST:PORT/NAME or off".into()),
        }
    }
}

read_by_clap! {
    ListenUrl;
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

    /// Where to listen; `None` for where the database is.
    pub(crate) fn listen_url(self) -> Result<Option<ListenUrl>, WiringError> {
        given("postgres-listen-url", self.listen_url, self.listen_url_file)
    }
}

use std::time::Duration;

use elizabeth_core::ports::{StoreError, StoreResult};
use sqlx::{ConnectOptions, postgres::PgConnectOptions};

use crate::error::store_error;

/// How a store uses its server. The default fits several processes on a server as it comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PostgresOptions {
    /// Connections of this process at most. The server's own `max_connections` is for all processes together.
    pub max_connections: u32,
    /// How long a request waits for the server: for a connection, or for a sign of life while a statement runs; and opening
    /// a store for a server that is just starting.
    pub acquire_timeout: Duration,
    /// How long a transaction waits for another one's lock.
    pub lock_timeout: Duration,
    /// How long a statement may take, waiting for locks included.
    pub statement_timeout: Duration,
    /// How long a transaction may do nothing before the server ends it, so that a process that sleeps or is cut off
    /// keeps no room locked.
    pub idle_transaction_timeout: Duration,
}

impl Default for PostgresOptions {
    fn default() -> Self {
        Self {
            max_connections: 16,
            acquire_timeout: Duration::from_secs(5),
            lock_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(30),
            idle_transaction_timeout: Duration::from_secs(30),
        }
    }
}

/// Parameters of a URL that the driver knows. Others it would log, with their values.
const KNOWN: [&str; 19] = [
    "application_name",
    "dbname",
    "host",
    "hostaddr",
    "options",
    "password",
    "port",
    "ssl-ca",
    "ssl-cert",
    "ssl-key",
    "ssl-mode",
    "ssl-root-cert",
    "sslcert",
    "sslkey",
    "sslmode",
    "sslrootcert",
    "statement-cache-capacity",
    "user",
    "options[search_path]",
];

/// Reads a URL. Parameters that are not known are passed over: hosted databases hand out URLs with some that only
/// other drivers know.
pub(crate) fn connect_options(url: &str) -> StoreResult<PgConnectOptions> {
    let (address, query) = url.split_once('?').unwrap_or((url, ""));
    let (known, unknown): (Vec<_>, Vec<_>) =
        query.split('&').filter(|part| !part.is_empty()).partition(|part| KNOWN.contains(&key(part)));
    let options: PgConnectOptions =
        format!("{address}?{}", known.join("&")).parse().map_err(|error| match store_error(error) {
            StoreError::Unavailable(why) => StoreError::Unavailable(format!("the database URL: {why}")),
            error => error,
        })?;
    for key in unknown.into_iter().map(key).filter(|key| is_name(key)) {
        tracing::warn!(parameter = key, "a parameter of the database URL is not known and has no effect");
    }
    let named = options.get_application_name().is_some();
    let options = if named { options } else { options.application_name("elizabeth") };
    Ok(options.disable_statement_logging())
}

fn key(part: &str) -> &str {
    part.split_once('=').map_or(part, |(key, _)| key)
}

/// What is no name may be a piece of a password that should have been percent-encoded.
fn is_name(key: &str) -> bool {
    key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

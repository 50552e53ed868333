//! Where the driver's errors end.

use elizabeth_core::ports::StoreError;
use sqlx::error::DatabaseError;

/// Classes of SQLSTATE (<https://www.postgresql.org/docs/current/errcodes-appendix.html>) of what may be better
/// later or on another server: connection, authorization, no such database, rollback, insufficient resources, operator intervention (shutdowns and time-outs), system errors.
const UNAVAILABLE_CLASSES: [&str; 7] = ["08", "28", "3D", "40", "53", "57", "58"];

/// Collisions with other transactions, which the server ended by undoing this one: a serialization failure, a deadlock.
/// Of a commit, too, it is known then that it did not take place.
const CONTENDED: [&str; 2] = ["40001", "40P01"];

/// The server's disk is full. What it refuses so, a commit too, did not take place.
const FULL: &str = "53100";

/// Single codes besides: a transaction that slept too long, a server that only reads (as after a failover), a lock
/// that was not to be had in time.
const UNAVAILABLE: [&str; 3] = ["25P03", "25006", "55P03"];

/// Classes whose messages name tables, columns, constraints and roles, never a value. (Class 22, for one, quotes
/// what it could not read.)
const NAMES_ONLY: [&str; 11] = ["08", "23", "25", "28", "3D", "40", "42", "53", "55", "57", "58"];

/// No text of it holds a value or a password: it may be logged.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    match error {
        sqlx::Error::Database(refused) => refusal(&*refused),
        sqlx::Error::PoolTimedOut => {
            StoreError::Unavailable("no connection to the database became free in time".to_owned())
        }
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::Configuration(_) => StoreError::Unavailable(one_line(&error.to_string())),
        error => StoreError::Corrupt(one_line(&error.to_string())),
    }
}

fn refusal(refused: &dyn DatabaseError) -> StoreError {
    let code = refused.code().unwrap_or_default();
    let class = code.get(..2).unwrap_or_default();
    let what = if NAMES_ONLY.contains(&class) { refused.message() } else { "statement refused" };
    let text = format!("{} (SQLSTATE {code})", one_line(what));
    if CONTENDED.contains(&&*code) {
        StoreError::Contended(text)
    } else if code == FULL {
        StoreError::Full(text)
    } else if UNAVAILABLE_CLASSES.contains(&class) || UNAVAILABLE.contains(&&*code) {
        StoreError::Unavailable(text)
    } else {
        StoreError::Corrupt(text)
    }
}

fn one_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

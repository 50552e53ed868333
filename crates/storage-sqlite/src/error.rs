//! Where the driver's errors end.

use std::io;

use elizabeth_core::ports::StoreError;

/// Primary result codes (<https://sqlite.org/rescode.html>) of what may be better later or on another disk: BUSY,
/// LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, FULL, CANTOPEN, PROTOCOL.
const UNAVAILABLE: [u32; 9] = [5, 6, 7, 8, 9, 10, 13, 14, 15];

/// SQLite's messages name tables, columns and constraints, never a value: they may be logged.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    let unavailable = match &error {
        sqlx::Error::Database(refused) => {
            // The low byte of an extended code is its primary one.
            let code = refused.code().and_then(|code| code.parse::<u32>().ok());
            code.is_some_and(|code| UNAVAILABLE.contains(&(code & 0xff)))
        }
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => true,
        _ => false,
    };
    let text = error.to_string();
    if unavailable { StoreError::Unavailable(text) } else { StoreError::Corrupt(text) }
}

/// What keeps the file from being used.
pub(crate) fn unusable(error: io::Error) -> StoreError {
    StoreError::Unavailable(format!("the database file: {error}"))
}

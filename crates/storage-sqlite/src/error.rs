//! Where the driver's errors end.

use std::io;

use elizabeth_core::ports::StoreError;

/// Primary result codes (<https://sqlite.org/rescode.html>) of what may be better later or on another disk: BUSY,
/// LOCKED, NOMEM, READONLY, INTERRUPT, IOERR, CANTOPEN, PROTOCOL.
const UNAVAILABLE: [u32; 8] = [5, 6, 7, 8, 9, 10, 14, 15];
/// FULL: the disk is, or the file may not grow any more.
const FULL: u32 = 13;
/// IOERR_SHMSIZE: the index of the write-ahead log could not be made longer, which is a full disk too.
const SHM_FULL: u32 = 4874;

/// SQLite's messages name tables, columns and constraints, never a value: they may be logged.
pub(crate) fn store_error(error: sqlx::Error) -> StoreError {
    let text = error.to_string();
    match &error {
        sqlx::Error::Database(refused) => {
            let code = refused.code().and_then(|code| code.parse::<u32>().ok()).unwrap_or_default();
            // The low byte of an extended code is its primary one.
            match code & 0xff {
                FULL => StoreError::Full(text),
                _ if code == SHM_FULL => StoreError::Full(text),
                primary if UNAVAILABLE.contains(&primary) => StoreError::Unavailable(text),
                _ => StoreError::Corrupt(text),
            }
        }
        sqlx::Error::Io(_) | sqlx::Error::WorkerCrashed => StoreError::Unavailable(text),
        _ => StoreError::Corrupt(text),
    }
}

/// What keeps the file from being used.
pub(crate) fn unusable(error: io::Error) -> StoreError {
    StoreError::Unavailable(format!("the database file: {error}"))
}

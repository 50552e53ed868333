//! How files and connections are opened.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    time::Duration,
};

use elizabeth_core::ports::{StoreError, StoreResult};
use sqlx::{
    ConnectOptions, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::error::{store_error, unusable};

/// How long a connection waits for a lock that another process holds. SQLite asks again every tenth of a second, and
/// under a steady load from there the lock is free for moments only.
const BUSY_TIMEOUT: Duration = Duration::from_secs(15);
/// Rows that the driver's thread may be ahead: at its default of 50 a long list is a chain of wake-ups.
const ROWS_AHEAD: usize = 1024;
/// Page cache of a reader in KiB: the inner pages of the tables that requests touch. The rest is the operating
/// system's, which all readers share.
const READER_CACHE_KIB: u32 = 1024;

fn options(path: &Path) -> SqliteConnectOptions {
    SqliteConnectOptions::new()
        .filename(path)
        .busy_timeout(BUSY_TIMEOUT)
        .foreign_keys(true)
        .row_buffer_size(ROWS_AHEAD)
        .pragma("temp_store", "memory")
        .disable_statement_logging()
}

/// The connection that writes. FULL: a commit is on the disk before it is acknowledged.
pub(crate) fn writer(path: &Path) -> SqliteConnectOptions {
    options(path).journal_mode(SqliteJournalMode::Wal).synchronous(SqliteSynchronous::Full)
}

/// A connection that reads. The write-ahead log stays in the file once it is set.
pub(crate) fn reader(path: &Path) -> SqliteConnectOptions {
    options(path).read_only(true).pragma("cache_size", format!("-{READER_CACHE_KIB}"))
}

/// Opens the first connection. Turning a new file to the write-ahead log needs a lock that SQLite's own timeout
/// does not wait for, so this asks again until that time is over.
pub(crate) async fn first_writer(path: &Path) -> StoreResult<SqliteConnection> {
    let mut pause = Duration::from_millis(2);
    let mut waited = Duration::ZERO;
    loop {
        match writer(path).connect().await.map_err(store_error) {
            Err(StoreError::Unavailable(_)) if waited < BUSY_TIMEOUT => {
                tokio::time::sleep(pause).await;
                waited += pause;
                pause = (pause * 2).min(Duration::from_millis(100));
            }
            answer => return answer,
        }
    }
}

/// Asks SQLite whether the file is in order.
pub(crate) async fn quick_check(conn: &mut SqliteConnection) -> StoreResult<()> {
    let found: String =
        sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(conn).await.map_err(store_error)?;
    if found == "ok" {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!("the file is damaged ({found}): put back a backup")))
}

/// Where the file really is, so that no relative path is taken for one of SQLite's `file:` addresses.
pub(crate) fn absolute(path: &Path) -> StoreResult<PathBuf> {
    std::path::absolute(path).map_err(unusable)
}

/// Makes the folders above the file where they are missing.
pub(crate) fn make_folders(path: &Path) -> StoreResult<()> {
    let make = || -> io::Result<()> {
        let folders: Vec<_> = path.ancestors().skip(1).collect();
        let missing = folders.iter().take_while(|folder| !folder.exists()).count();
        let Some(parent) = folders.first().filter(|_| missing > 0) else { return Ok(()) };
        fs::create_dir_all(parent)?;
        // A name lasts when the folder that holds it is on the disk. SQLite syncs its own folder, not those above.
        folders.iter().take(missing + 1).try_for_each(|folder| File::open(folder)?.sync_all())
    };
    make().map_err(unusable)
}

/// Makes the file where there is none, readable by its owner only.
pub(crate) fn make_file(path: &Path) -> StoreResult<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let make = || match options.open(path) {
        Ok(_) => path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all()),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    };
    make().map_err(unusable)
}

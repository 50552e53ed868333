use elizabeth_core::ports::StoreResult;
use sqlx::{Connection, SqliteConnection, migrate::Migrator};

use crate::{
    conn::{is_current, migrate_error},
    error::store_error,
};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/sqlite");

/// Brings the tables up to date, all or nothing. The driver takes no lock for SQLite, so it is done inside one
/// transaction that holds the file from its beginning: of processes that start at once the others wait, and then
/// find nothing left to do. Where nothing is to be done from the start, no writer is waited for.
pub(crate) async fn migrate(conn: &mut SqliteConnection) -> StoreResult<()> {
    if is_current(conn, &MIGRATIONS).await {
        return Ok(());
    }
    let mut tx = conn.begin_with("BEGIN IMMEDIATE").await.map_err(store_error)?;
    // Not `run`: its bounds keep the future from being sent to another thread.
    MIGRATIONS.run_direct(None, &mut *tx, false).await.map_err(migrate_error)?;
    tx.commit().await.map_err(store_error)
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;

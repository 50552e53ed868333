use elizabeth_core::ports::StoreResult;
use sqlx::{PgConnection, migrate::Migrator};

use crate::conn::{is_current, migrate_error};

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Brings the tables up to date, each migration all or nothing, under a lock that the connection's end releases
/// too: of processes that start at once the others wait, and then find nothing left to do. Where nothing is to be
/// done from the start, nobody is waited for.
pub(crate) async fn migrate(conn: &mut PgConnection) -> StoreResult<()> {
    if is_current(conn, &MIGRATIONS).await {
        return Ok(());
    }
    // Not `run`: its bounds keep the future from being sent to another thread.
    MIGRATIONS.run_direct(None, conn, false).await.map_err(migrate_error)
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;

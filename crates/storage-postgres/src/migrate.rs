use elizabeth_core::ports::StoreResult;
use sqlx::{
    PgConnection,
    migrate::{AppliedMigration, Migrate, Migrator},
};

use crate::error::migrate_error;

pub(crate) static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/postgres");

/// Brings the tables up to date, each migration all or nothing, under a lock that the connection's end releases
/// too: of processes that start at once the others wait, and then find nothing left to do. Where nothing is to be
/// done from the start, nobody is waited for.
pub(crate) async fn migrate(conn: &mut PgConnection) -> StoreResult<()> {
    if is_current(conn).await {
        return Ok(());
    }
    // Not `run`: its bounds keep the future from being sent to another thread.
    MIGRATIONS.run_direct(None, conn, false).await.map_err(migrate_error)
}

/// Whether every migration was applied and none that is unknown. When in doubt it is not: what is wrong is found
/// under the lock.
async fn is_current(conn: &mut PgConnection) -> bool {
    let applied = conn.list_applied_migrations(&MIGRATIONS.table_name).await.unwrap_or_default();
    let known = MIGRATIONS.iter().map(|known| (known.version, &known.checksum));
    let applied = applied.iter().map(|AppliedMigration { version, checksum, .. }| (*version, checksum));
    applied.eq(known)
}

#[cfg(test)]
#[path = "migrate_tests.rs"]
mod tests;

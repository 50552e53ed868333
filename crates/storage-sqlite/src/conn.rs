//! The one place where statements meet the driver.

use elizabeth_core::ports::StoreResult;
use elizabeth_storage_sql::{Statement, sqlx_driver};
use sqlx::Sqlite;

use crate::error::store_error;

sqlx_driver!(Sqlite, store_error);

/// Runs a query up to its first row.
pub(crate) async fn fetch_first(conn: &mut Connection, statement: Statement) -> StoreResult<Option<Cells>> {
    let row = query(statement).fetch_optional(conn).await.map_err(store_error)?;
    Ok(row.map(Cells))
}

/// Empties a connection's page cache.
pub(crate) const SHRINK: &str = "PRAGMA shrink_memory";

/// Runs statements that begin, part or end a transaction, or see to the connection itself.
pub(crate) async fn control(conn: &mut Connection, sql: &'static str) -> StoreResult<()> {
    sqlx::query(sql).execute(conn).await.map(drop).map_err(store_error)
}

//! The one place where statements meet the driver.

use elizabeth_core::ports::StoreResult;
use elizabeth_storage_sql::sqlx_driver;
use sqlx::Postgres;

use crate::error::store_error;

sqlx_driver!(Postgres, store_error);

/// Runs statements without values, as they begin and end transactions: in one round trip, nothing prepared.
pub(crate) async fn control(conn: &mut Connection, sql: &'static str) -> StoreResult<()> {
    sqlx::raw_sql(sql).execute(conn).await.map(drop).map_err(store_error)
}

//! The one place where statements meet the driver.

use elizabeth_core::ports::{StoreError, StoreResult};
use elizabeth_storage_sql::{Row, Sql, Statement, Value};
use sqlx::{
    AssertSqlSafe, PgConnection, Postgres, Row as _,
    postgres::{PgArguments, PgRow},
    query::Query,
};

use crate::error::store_error;

/// A row as the driver gives it.
pub(crate) struct PostgresCells(PgRow);

impl Row for PostgresCells {
    fn is_null(&self, cell: usize) -> StoreResult<bool> {
        use sqlx::ValueRef;
        self.0.try_get_raw(cell).map(|value| value.is_null()).map_err(|error| unreadable(cell, &error))
    }

    fn int(&self, cell: usize) -> StoreResult<Option<i64>> {
        self.0.try_get(cell).map_err(|error| unreadable(cell, &error))
    }

    fn text(&self, cell: usize) -> StoreResult<Option<String>> {
        self.0.try_get(cell).map_err(|error| unreadable(cell, &error))
    }

    fn bytes(&self, cell: usize) -> StoreResult<Option<Vec<u8>>> {
        self.0.try_get(cell).map_err(|error| unreadable(cell, &error))
    }
}

/// The driver names the cell's types, never its value.
fn unreadable(cell: usize, error: &sqlx::Error) -> StoreError {
    StoreError::Corrupt(format!("cell {cell}: {error}"))
}

/// Runs a statement; says how many rows it changed, those that triggers changed not counted.
pub(crate) async fn execute(conn: &mut PgConnection, statement: Statement) -> StoreResult<u64> {
    query(statement).execute(conn).await.map(|done| done.rows_affected()).map_err(store_error)
}

/// Runs a statement and returns its rows.
pub(crate) async fn fetch(conn: &mut PgConnection, statement: Statement) -> StoreResult<Vec<PostgresCells>> {
    let rows = query(statement).fetch_all(conn).await.map_err(store_error)?;
    Ok(rows.into_iter().map(PostgresCells).collect())
}

/// Runs statements without values, as they begin and end transactions: in one round trip, nothing prepared.
pub(crate) async fn control(conn: &mut PgConnection, sql: &'static str) -> StoreResult<()> {
    sqlx::raw_sql(sql).execute(conn).await.map(drop).map_err(store_error)
}

fn query(statement: Statement) -> Query<'static, Postgres, PgArguments> {
    let query = match statement.sql {
        Sql::Fixed(text) => sqlx::query(text),
        // The texts hold placeholders only. There are too many different ones to keep each prepared.
        Sql::Built(text) => sqlx::query(AssertSqlSafe(text)).persistent(false),
    };
    statement.values.into_iter().fold(query, |query, value| match value {
        Value::Int(number) => query.bind(number),
        Value::Text(text) => query.bind(text),
        Value::Bytes(bytes) => query.bind(bytes),
    })
}

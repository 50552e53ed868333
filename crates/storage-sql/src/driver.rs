/// Writes, for a database of sqlx, what every adapter does alike where statements meet the driver: rows (`Cells`),
/// `query`, `execute`, `fetch`, and of migrations `is_current` and `migrate_error`. The first argument is the database,
/// the second what its errors become. It is a macro because the driver has no common trait for what it all needs, and
/// so that this crate depends on none.
#[macro_export]
macro_rules! sqlx_driver {
    ($database:ty, $store_error:path) => {
        type Connection = <$database as ::sqlx::Database>::Connection;

        /// A row as the driver gives it.
        pub(crate) struct Cells(<$database as ::sqlx::Database>::Row);

        impl $crate::Row for Cells {
            fn is_null(&self, cell: usize) -> ::elizabeth_core::ports::StoreResult<bool> {
                let value = ::sqlx::Row::try_get_raw(&self.0, cell);
                value.map(|value| ::sqlx::ValueRef::is_null(&value)).map_err(|error| unreadable(cell, &error))
            }

            fn int(&self, cell: usize) -> ::elizabeth_core::ports::StoreResult<Option<i64>> {
                ::sqlx::Row::try_get(&self.0, cell).map_err(|error| unreadable(cell, &error))
            }

            fn text(&self, cell: usize) -> ::elizabeth_core::ports::StoreResult<Option<String>> {
                ::sqlx::Row::try_get(&self.0, cell).map_err(|error| unreadable(cell, &error))
            }

            fn bytes(&self, cell: usize) -> ::elizabeth_core::ports::StoreResult<Option<Vec<u8>>> {
                ::sqlx::Row::try_get(&self.0, cell).map_err(|error| unreadable(cell, &error))
            }
        }

        /// The driver names the cell's types, never its value.
        fn unreadable(cell: usize, error: &::sqlx::Error) -> ::elizabeth_core::ports::StoreError {
            ::elizabeth_core::ports::StoreError::Corrupt(format!("cell {cell}: {error}"))
        }

        /// Runs a statement; says how many rows it changed, those that triggers changed not counted.
        pub(crate) async fn execute(
            conn: &mut Connection,
            statement: $crate::Statement,
        ) -> ::elizabeth_core::ports::StoreResult<u64> {
            query(statement).execute(conn).await.map(|done| done.rows_affected()).map_err($store_error)
        }

        /// Runs a statement to its end and returns its rows.
        pub(crate) async fn fetch(
            conn: &mut Connection,
            statement: $crate::Statement,
        ) -> ::elizabeth_core::ports::StoreResult<Vec<Cells>> {
            let rows = query(statement).fetch_all(conn).await.map_err($store_error)?;
            Ok(rows.into_iter().map(Cells).collect())
        }

        fn query(
            statement: $crate::Statement,
        ) -> ::sqlx::query::Query<'static, $database, <$database as ::sqlx::Database>::Arguments> {
            let query = match statement.sql {
                $crate::Sql::Fixed(text) => ::sqlx::query(text),
                // The texts hold placeholders only. There are too many different ones to keep each prepared.
                $crate::Sql::Built(text) => ::sqlx::query(::sqlx::AssertSqlSafe(text)).persistent(false),
            };
            statement.values.into_iter().fold(query, |query, value| match value {
                $crate::Value::Int(number) => query.bind(number),
                $crate::Value::Text(text) => query.bind(text),
                $crate::Value::Bytes(bytes) => query.bind(bytes),
            })
        }

        /// Whether every migration was applied and none that is unknown. When in doubt it is not: what is wrong is
        /// found under the lock.
        pub(crate) async fn is_current(
            conn: &mut Connection,
            migrations: &::sqlx::migrate::Migrator,
        ) -> bool {
            use ::sqlx::migrate::Migrate as _;
            let applied = conn.list_applied_migrations(&migrations.table_name).await.unwrap_or_default();
            let known = migrations.iter().map(|known| (known.version, &known.checksum));
            applied.iter().map(|applied| (applied.version, &applied.checksum)).eq(known)
        }

        pub(crate) fn migrate_error(
            error: ::sqlx::migrate::MigrateError,
        ) -> ::elizabeth_core::ports::StoreError {
            use ::sqlx::migrate::MigrateError::{Execute, ExecuteMigration};
            match error {
                Execute(error) | ExecuteMigration(error, _) => $store_error(error),
                error => ::elizabeth_core::ports::StoreError::Corrupt(error.to_string()),
            }
        }
    };
}

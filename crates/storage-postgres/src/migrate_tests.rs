use elizabeth_test_servers::Postgres;
use elizabeth_testing::earlier_versions::{self, rows_of_the_first_version};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};

use super::MIGRATIONS;
use crate::{PostgresOptions, PostgresStore};

#[tokio::test]
async fn what_an_older_version_left_is_kept() {
    for version in MIGRATIONS.iter().map(|migration| migration.version) {
        let url = Postgres::shared().database("older");
        let mut conn = PgConnection::connect(&url).await.unwrap();
        MIGRATIONS.run_direct(Some(version), &mut conn, false).await.unwrap();
        for row in rows_of_the_first_version(|hex| format!("decode('{hex}', 'hex')")) {
            sqlx::query(AssertSqlSafe(row)).execute(&mut conn).await.unwrap();
        }
        conn.close().await.unwrap();
        let store = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
        earlier_versions::what_an_older_version_left_is_kept(&store, version).await;
    }
}

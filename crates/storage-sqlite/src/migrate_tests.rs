use elizabeth_testing::earlier_versions::{self, rows_of_the_first_version};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection as _};

use super::MIGRATIONS;
use crate::{SqliteStore, open};

#[tokio::test]
async fn what_an_older_version_left_is_kept() {
    for version in MIGRATIONS.iter().map(|migration| migration.version) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("e.db");
        let mut conn = open::writer(&path).create_if_missing(true).connect().await.unwrap();
        MIGRATIONS.run_direct(Some(version), &mut conn, false).await.unwrap();
        for row in rows_of_the_first_version(|hex| format!("x'{hex}'")) {
            sqlx::query(AssertSqlSafe(row)).execute(&mut conn).await.unwrap();
        }
        conn.close().await.unwrap();
        earlier_versions::what_an_older_version_left_is_kept(
            &SqliteStore::open(&path).await.unwrap(),
            version,
        )
        .await;
    }
}

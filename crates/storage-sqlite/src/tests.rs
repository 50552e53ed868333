use std::{path::Path, pin::pin, time::Duration};

use elizabeth_core::ports::{Store, StoreError};
use elizabeth_storage_sql::{
    Connection, Dialect, Sql, Statement, Transaction, access_statements, event_statements, newest_statement,
    upload_statements,
};
use sqlx::{AssertSqlSafe, ConnectOptions, Row};
use tempfile::TempDir;

use super::*;
use crate::{conn::control, unit::Unit};

fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

async fn open_in(folder: &TempDir) -> SqliteStore {
    SqliteStore::open(&folder.path().join("e.db")).await.unwrap()
}

fn fixed(sql: &'static str) -> Statement {
    Statement { sql: Sql::Fixed(sql), values: vec![] }
}

async fn number(unit: &mut impl Connection, sql: &'static str) -> i64 {
    use elizabeth_storage_sql::Row;
    unit.fetch(fixed(sql)).await.unwrap()[0].int(0).unwrap().unwrap()
}

const ADD: &str = "INSERT INTO blob_deletions (key) VALUES (hex(randomblob(8)))";
const COUNT: &str = "SELECT COUNT(*) FROM blob_deletions";

async fn add_one(store: &SqliteStore) -> StoreResult<()> {
    let mut unit = store.writer.begin().await?;
    unit.execute(fixed(ADD)).await?;
    unit.commit().await
}

async fn count(store: &SqliteStore) -> i64 {
    number(&mut Readers::take(&store.readers).await.unwrap(), COUNT).await
}

#[tokio::test]
async fn the_writer_is_durable() {
    let folder = folder();
    let store = open_in(&folder).await;
    add_one(&store).await.unwrap();
    let mut unit = store.writer.begin().await.unwrap();
    // https://sqlite.org/pragma.html#pragma_synchronous: 2 is FULL.
    assert_eq!(number(&mut unit, "PRAGMA synchronous").await, 2);
    assert_eq!(number(&mut unit, "PRAGMA foreign_keys").await, 1);
    let mode = unit.fetch(fixed("PRAGMA journal_mode")).await.unwrap();
    assert_eq!(elizabeth_storage_sql::Row::text(&mode[0], 0).unwrap().unwrap(), "wal");
}

#[tokio::test]
async fn a_reconnected_writer_is_durable_too() {
    let folder = folder();
    let store = open_in(&folder).await;
    let mut unit = store.writer.begin().await.unwrap();
    // The outer transaction ends under the unit's feet, as SQLite itself ends it when the disk is full.
    assert_eq!(unit.execute(fixed(ADD)).await, Ok(1));
    unit.execute(fixed("ROLLBACK")).await.unwrap();
    assert!(matches!(unit.commit().await, Err(StoreError::Unavailable(_))));
    assert_eq!(count(&store).await, 0);
    let mut unit = store.writer.begin().await.unwrap();
    assert_eq!(number(&mut unit, "PRAGMA synchronous").await, 2);
    unit.execute(fixed(ADD)).await.unwrap();
    unit.commit().await.unwrap();
    assert_eq!(count(&store).await, 1);
}

#[tokio::test]
async fn readers_cannot_write() {
    let folder = folder();
    let store = open_in(&folder).await;
    let mut reader = Readers::take(&store.readers).await.unwrap();
    assert!(matches!(reader.execute(fixed(ADD)).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn every_request_is_served_by_indexes() {
    let folder = folder();
    let _store = open_in(&folder).await;
    let mut conn = open::reader(&folder.path().join("e.db")).connect().await.unwrap();
    for (name, sql) in access_statements(Dialect::Sqlite) {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
        let steps: Vec<String> =
            plan.fetch_all(&mut conn).await.unwrap().iter().map(|row| row.get("detail")).collect();
        assert!(steps.iter().any(|step| step.starts_with("SEARCH room_addresses")), "{name}: {steps:#?}");
        assert!(steps.iter().any(|step| step.contains("COVERING INDEX reservations_room_id")), "{steps:#?}");
        assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{name}: {steps:#?}");
    }
}

#[tokio::test]
async fn pieces_of_uploads_and_events_are_served_by_indexes() {
    let folder = folder();
    let _store = open_in(&folder).await;
    let mut conn = open::reader(&folder.path().join("e.db")).connect().await.unwrap();
    let events = event_statements(Dialect::Sqlite);
    for (name, sql) in upload_statements(Dialect::Sqlite).into_iter().chain(events) {
        let plan = sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}")));
        let steps: Vec<String> =
            plan.fetch_all(&mut conn).await.unwrap().iter().map(|row| row.get("detail")).collect();
        assert!(steps.iter().any(|step| step.starts_with("SEARCH")), "{name}: {steps:#?}");
        assert!(!steps.iter().any(|step| step.starts_with("SCAN")), "{name}: {steps:#?}");
    }
}

#[tokio::test]
async fn the_newest_of_a_name_is_served_by_its_index() {
    let folder = folder();
    let _store = open_in(&folder).await;
    let mut conn = open::reader(&folder.path().join("e.db")).connect().await.unwrap();
    let plan =
        sqlx::query(AssertSqlSafe(format!("EXPLAIN QUERY PLAN {}", newest_statement(Dialect::Sqlite))));
    let steps: Vec<String> =
        plan.fetch_all(&mut conn).await.unwrap().iter().map(|row| row.get("detail")).collect();
    assert_eq!(steps, ["SEARCH contents USING INDEX contents_file_name (room_id=? AND file_name=?)"]);
}

#[tokio::test]
async fn a_new_file_is_for_its_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let folder = folder();
    let path = folder.path().join("a/b/e.db");
    let store = SqliteStore::open(&path).await.unwrap();
    add_one(&store).await.unwrap();
    for name in ["a/b/e.db", "a/b/e.db-wal"] {
        let mode = std::fs::metadata(folder.path().join(name)).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_open_one_new_file_at_once() {
    for _ in 0..5 {
        let folder = folder();
        let opening = (0..8).map(|_| {
            let path = folder.path().join("new/e.db");
            tokio::spawn(async move {
                let store = SqliteStore::open(&path).await?;
                add_one(&store).await?;
                store.check().await.map(|()| store)
            })
        });
        let opening: Vec<_> = opening.collect();
        let mut stores = Vec::new();
        for opened in opening {
            stores.push(opened.await.unwrap().unwrap());
        }
        assert_eq!(count(&stores[0]).await, 8);
    }
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let folder = folder();
    let path = folder.path().join("e.db");
    std::fs::write(&path, "no database, but long enough to be looked at as if it were one ".repeat(99))
        .unwrap();
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Corrupt(_))));
    assert!(matches!(SqliteStore::open(Path::new("/dev/null/e.db")).await, Err(StoreError::Unavailable(_))));
}

#[tokio::test]
async fn a_file_of_a_newer_version_is_refused() {
    let folder = folder();
    let path = folder.path().join("e.db");
    drop(open_in(&folder).await);
    let mut conn = open::writer(&path).connect().await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, '', TRUE, x'00', 0)";
    control(&mut conn, newer).await.unwrap();
    assert!(matches!(SqliteStore::open(&path).await, Err(StoreError::Corrupt(_))));
}

/// Units that queue share a commit, and each is reported only once all of it is made.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn units_that_queue_are_all_committed() {
    let folder = folder();
    let store = open_in(&folder).await;
    let tasks: Vec<_> = (0..400)
        .map(|n| {
            let store = store.clone();
            tokio::spawn(async move {
                let mut unit = store.writer.begin().await.unwrap();
                unit.execute(fixed(ADD)).await.unwrap();
                match n % 4 {
                    0 => drop(unit),
                    1 => drop(tokio::time::timeout(Duration::ZERO, unit.execute(fixed(ADD))).await),
                    _ => unit.commit().await.unwrap(),
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    assert_eq!(count(&store).await, 200);
    let again = open_in(&folder).await;
    assert_eq!(count(&again).await, 200);
}

/// One that queues and is not polled keeps nobody's commit.
#[tokio::test]
async fn a_commit_does_not_wait_for_a_sleeping_waiter() {
    let folder = folder();
    let store = open_in(&folder).await;
    let mut first = store.writer.begin().await.unwrap();
    let mut sleeper = pin!(store.writer.begin());
    assert!(tokio::time::timeout(Duration::from_millis(5), &mut sleeper).await.is_err());
    first.execute(fixed(ADD)).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(count(&store).await, 1);
    let mut second: Unit = sleeper.await.unwrap();
    second.execute(fixed(ADD)).await.unwrap();
    second.commit().await.unwrap();
    assert_eq!(count(&store).await, 2);
}

/// A request is dropped at every await it has, one after the other, and the writer goes on each time.
#[tokio::test]
async fn a_request_may_be_dropped_anywhere() {
    let folder = folder();
    let store = open_in(&folder).await;
    let mut finished = 0;
    for micros in (0..6_000).step_by(60) {
        let request = async {
            let mut unit = store.writer.begin().await.unwrap();
            unit.execute(fixed(ADD)).await.unwrap();
            unit.execute(fixed("DELETE FROM blob_deletions")).await.unwrap();
            unit.execute(fixed(ADD)).await.unwrap();
            unit.execute(fixed(ADD)).await.unwrap();
            drop(unit);
        };
        finished += i32::from(tokio::time::timeout(Duration::from_micros(micros), request).await.is_ok());
        add_one(&store).await.unwrap();
    }
    assert_eq!(count(&store).await, 100, "{finished} were not dropped");
}

/// A long read that is dropped leaves its connection ready for the next.
#[tokio::test]
async fn a_read_may_be_dropped_anywhere() {
    let folder = folder();
    let store = open_in(&folder).await;
    const LONG: &str = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
                        SELECT i FROM n, (SELECT COUNT(*) FROM blob_deletions)";
    for n in 0..40 {
        let mut reader = Readers::take(&store.readers).await.unwrap();
        let _ = tokio::time::timeout(Duration::from_millis(n % 7), reader.fetch(fixed(LONG))).await;
        drop(reader);
        add_one(&store).await.unwrap();
        assert_eq!(count(&store).await, i64::try_from(n).unwrap() + 1);
    }
}

/// After a failed statement nothing of a unit can be committed: SQLite may have ended its transaction.
#[tokio::test]
async fn a_broken_unit_is_not_committed() {
    let folder = folder();
    let store = open_in(&folder).await;
    let mut unit = store.writer.begin().await.unwrap();
    unit.execute(fixed(ADD)).await.unwrap();
    assert!(matches!(
        unit.execute(fixed("INSERT INTO nowhere VALUES (1)")).await,
        Err(StoreError::Corrupt(_))
    ));
    assert!(unit.execute(fixed(ADD)).await.is_err() && unit.commit().await.is_err());
    assert_eq!(count(&store).await, 0);
    add_one(&store).await.unwrap();
}

/// While another process holds the file, what is asked waits; nothing is lost.
#[tokio::test]
async fn another_process_is_waited_for() {
    let folder = folder();
    let store = open_in(&folder).await;
    let mut other = open::writer(&folder.path().join("e.db")).connect().await.unwrap();
    control(&mut other, "BEGIN IMMEDIATE").await.unwrap();
    let mut waiting = pin!(add_one(&store));
    assert!(tokio::time::timeout(Duration::from_millis(100), &mut waiting).await.is_err());
    control(&mut other, "COMMIT").await.unwrap();
    waiting.await.unwrap();
    assert_eq!(count(&store).await, 1);
}

/// Whoever copies the file alone of a server that is running has what was acknowledged some seconds before.
#[tokio::test]
async fn what_is_committed_comes_into_the_file_soon() {
    let folder = folder();
    let store = open_in(&folder).await;
    add_one(&store).await.unwrap();
    let log = presence::beside(&folder.path().join("e.db"), "-wal");
    assert!(log.metadata().unwrap().len() > 0);
    while log.metadata().unwrap().len() > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    std::fs::copy(folder.path().join("e.db"), folder.path().join("copy.db")).unwrap();
    let copy = SqliteStore::open(&folder.path().join("copy.db")).await.unwrap();
    assert_eq!(count(&copy).await, 1);
    // And it goes on.
    add_one(&store).await.unwrap();
    assert_eq!(count(&store).await, 2);
}

#[tokio::test]
async fn a_closed_store_is_one_file_and_takes_nothing_any_more() {
    let folder = folder();
    let store = open_in(&folder).await;
    add_one(&store).await.unwrap();
    let reader = store.read().await.unwrap();
    assert_eq!(count(&store).await, 1);
    drop(reader);
    store.close().await.unwrap();
    for suffix in ["-wal", "-shm"] {
        assert!(!presence::beside(&folder.path().join("e.db"), suffix).exists(), "{suffix}");
    }
    assert!(matches!(add_one(&store).await, Err(StoreError::Unavailable(_))));
    assert!(matches!(store.read().await.err(), Some(StoreError::Unavailable(_))));
    store.close().await.unwrap();
    let again = open_in(&folder).await;
    assert_eq!(count(&again).await, 1);
}

/// What is under way when it is closed comes to its end first.
#[tokio::test]
async fn closing_waits_for_who_writes() {
    let folder = folder();
    let store = open_in(&folder).await;
    let mut unit = store.writer.begin().await.unwrap();
    unit.execute(fixed(ADD)).await.unwrap();
    let mut closing = pin!(store.close());
    let soon = tokio::time::timeout(Duration::from_millis(50), &mut closing).await;
    assert!(soon.is_err(), "it did not wait");
    unit.commit().await.unwrap();
    closing.await.unwrap();
    assert_eq!(count(&open_in(&folder).await).await, 1);
}

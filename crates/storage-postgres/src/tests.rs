use std::{
    pin::pin,
    time::{Duration, Instant},
};

use elizabeth_core::ports::StoreError;
use elizabeth_storage_sql::{
    Connection, Dialect, Row, Sql, Statement, Transaction, access_statements, newest_statement,
    upload_statements,
};
use elizabeth_test_servers::Postgres;
use futures::future::join_all;

use super::{migrate::MIGRATIONS, *};

fn fixed(sql: &'static str) -> Statement {
    Statement { sql: Sql::Fixed(sql), values: vec![] }
}

async fn number(link: &mut Link, sql: &'static str) -> i64 {
    link.fetch(fixed(sql)).await.unwrap()[0].int(0).unwrap().unwrap()
}

async fn text(link: &mut Link, sql: &'static str) -> String {
    link.fetch(fixed(sql)).await.unwrap()[0].text(0).unwrap().unwrap()
}

const ADD: &str = "INSERT INTO blob_deletions (key) VALUES (gen_random_uuid()::text)";
const COUNT: &str = "SELECT COUNT(*) FROM blob_deletions";
const LOCK: &str = "SELECT 1 FROM rooms WHERE name = 'locked' FOR UPDATE";

async fn add_one(store: &PostgresStore) -> StoreResult<()> {
    let mut unit = Link::transaction(&store.pool).await?;
    unit.execute(fixed(ADD)).await?;
    unit.commit().await
}

async fn count(store: &PostgresStore) -> i64 {
    number(&mut Link::reader(&store.pool).await.unwrap(), COUNT).await
}

/// Whether the next connection from the pool is in a transaction: outside of one the server refuses this.
async fn in_transaction(store: &PostgresStore) -> bool {
    Link::reader(&store.pool).await.unwrap().execute(fixed("SAVEPOINT here")).await.is_ok()
}

/// A store with one row to lock.
async fn open(name: &str, options: PostgresOptions) -> PostgresStore {
    let store = PostgresStore::open(&Postgres::shared().database(name), options).await.unwrap();
    let mut unit = Link::transaction(&store.pool).await.unwrap();
    let room =
        "INSERT INTO rooms (name, slug, owner_key_hash, owner_claimed, status, permission, max_size, entries,
                created_at, updated_at) VALUES ('locked', 'locked', '', 0, 0, 0, 0, 0, 0, 0)";
    unit.execute(fixed(room)).await.unwrap();
    unit.commit().await.unwrap();
    store
}

fn few(max_connections: u32) -> PostgresOptions {
    PostgresOptions { max_connections, ..PostgresOptions::default() }
}

#[tokio::test]
async fn a_session_is_set_up() {
    let store = open("session", few(2)).await;
    let mut unit = Link::transaction(&store.pool).await.unwrap();
    // The shared server is not durable; the store asks for it all the same.
    assert_eq!(text(&mut unit, "SHOW synchronous_commit").await, "on");
    assert_eq!(text(&mut unit, "SHOW transaction_isolation").await, "read committed");
    assert_eq!(text(&mut unit, "SHOW lock_timeout").await, "10s");
    assert_eq!(text(&mut unit, "SHOW statement_timeout").await, "30s");
    assert_eq!(text(&mut unit, "SHOW idle_in_transaction_session_timeout").await, "30s");
    assert_eq!(text(&mut unit, "SHOW application_name").await, "elizabeth");
    drop(unit);

    let options = PostgresOptions {
        lock_timeout: Duration::from_millis(1_500),
        statement_timeout: Duration::from_secs(7),
        // The longest that the server takes.
        idle_transaction_timeout: Duration::from_secs(24 * 24 * 60 * 60),
        ..few(1)
    };
    let store = open("session_of_options", options).await;
    let mut link = Link::reader(&store.pool).await.unwrap();
    assert_eq!(text(&mut link, "SHOW lock_timeout").await, "1500ms");
    assert_eq!(text(&mut link, "SHOW statement_timeout").await, "7s");
    assert_eq!(text(&mut link, "SHOW idle_in_transaction_session_timeout").await, "24d");
}

/// The plan of each statement, whatever its values are.
async fn plans<'a>(
    store: &PostgresStore,
    statements: &[(&'a str, &'static str)],
) -> Vec<(&'a str, Vec<String>)> {
    let mut link = Link::reader(&store.pool).await.unwrap();
    // With next to nothing in them tables are read whole unless that is forbidden.
    link.execute(fixed("SET enable_seqscan = off")).await.unwrap();
    link.execute(fixed("SET plan_cache_mode = force_generic_plan")).await.unwrap();
    let mut plans = Vec::new();
    for (name, sql) in statements {
        let placeholders = (1..=9).filter(|n| sql.contains(&format!("${n}"))).count();
        let sql = Sql::Built(format!("PREPARE {name} AS {sql}"));
        link.execute(Statement { sql, values: vec![] }).await.unwrap();
        let nulls = vec!["NULL"; placeholders].join(", ");
        let sql = Sql::Built(format!("EXPLAIN EXECUTE {name}({nulls})"));
        let plan = link.fetch(Statement { sql, values: vec![] }).await.unwrap();
        plans.push((*name, plan.iter().map(|row| row.text(0).unwrap().unwrap()).collect()));
    }
    plans
}

#[tokio::test]
async fn pieces_of_uploads_are_served_by_indexes() {
    let store = open("plans_of_uploads", few(1)).await;
    for (name, plan) in plans(&store, &upload_statements(Dialect::Postgres)).await {
        let with = |what: &str| plan.iter().filter(|step| step.contains(what)).count();
        let searched = with("Index Scan") + with("Index Only Scan");
        // An index that is read whole has no condition.
        assert!(searched > 0 && with("Index Cond") == searched, "{name}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("Seq Scan")), "{name}: {plan:#?}");
    }
}

#[tokio::test]
async fn every_request_is_served_by_indexes() {
    let store = open("plans", few(1)).await;
    for (name, plan) in plans(&store, &access_statements(Dialect::Postgres)).await {
        assert!(plan.iter().any(|step| step.contains("room_addresses_pkey")), "{name}: {plan:#?}");
        assert!(plan.iter().any(|step| step.contains("reservations_room_id")), "{name}: {plan:#?}");
        assert!(!plan.iter().any(|step| step.contains("Seq Scan")), "{name}: {plan:#?}");
    }
}

#[tokio::test]
async fn the_newest_of_a_name_is_served_by_its_index() {
    let store = open("newest", few(1)).await;
    let mut link = Link::reader(&store.pool).await.unwrap();
    for setting in ["enable_seqscan = off", "enable_bitmapscan = off", "plan_cache_mode = force_generic_plan"]
    {
        link.execute(Statement { sql: Sql::Built(format!("SET {setting}")), values: vec![] }).await.unwrap();
    }
    let sql = Sql::Built(format!("PREPARE newest AS {}", newest_statement(Dialect::Postgres)));
    link.execute(Statement { sql, values: vec![] }).await.unwrap();
    let plan = link.fetch(fixed("EXPLAIN EXECUTE newest(NULL, NULL, NULL, 1)")).await.unwrap();
    let plan: Vec<_> = plan.iter().map(|row| row.text(0).unwrap().unwrap()).collect();
    assert!(plan.iter().any(|step| step.contains("contents_file_name")), "{plan:#?}");
    assert!(!plan.iter().any(|step| step.contains("Sort")), "{plan:#?}");
}

/// As processes of one service do when they are started together: the tables are made once.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_open_one_new_database_at_once() {
    for _ in 0..3 {
        let url = Postgres::shared().database("concurrent");
        let opening: Vec<_> = (0..16)
            .map(|_| {
                let url = url.clone();
                tokio::spawn(async move {
                    let store = PostgresStore::open(&url, few(2)).await?;
                    add_one(&store).await?;
                    store.check().await.map(|()| store)
                })
            })
            .collect();
        let mut stores = Vec::new();
        for opened in join_all(opening).await {
            stores.push(opened.unwrap().unwrap());
        }
        assert_eq!(count(&stores[0]).await, 16);
        let mut link = Link::reader(&stores[0].pool).await.unwrap();
        let migrations = MIGRATIONS.iter().count() as i64;
        assert_eq!(number(&mut link, "SELECT COUNT(*) FROM _sqlx_migrations").await, migrations);
        let locks = "SELECT COUNT(*) FROM pg_locks WHERE locktype = 'advisory'
                     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        assert_eq!(number(&mut link, locks).await, 0);
    }
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_refused() {
    let url = Postgres::shared().database("newer");
    let store = PostgresStore::open(&url, few(1)).await.unwrap();
    let mut link = Link::reader(&store.pool).await.unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time)
                 VALUES (9999, '', TRUE, '', 0)";
    link.execute(fixed(newer)).await.unwrap();
    assert!(matches!(PostgresStore::open(&url, few(1)).await, Err(StoreError::Corrupt(_))));
}

/// A request is dropped at every await it has, one after the other; the one connection goes on each time, with
/// nothing of it left.
#[tokio::test]
async fn a_request_may_be_dropped_anywhere() {
    let store = open("dropped", few(1)).await;
    let mut finished = 0;
    for micros in (0..12_000).step_by(60) {
        let request = async {
            let mut unit = Link::transaction(&store.pool).await.unwrap();
            unit.execute(fixed(ADD)).await.unwrap();
            unit.execute(fixed("DELETE FROM blob_deletions")).await.unwrap();
            unit.fetch(fixed(LOCK)).await.unwrap();
            unit.execute(fixed(ADD)).await.unwrap();
            drop(unit);
        };
        finished += i32::from(tokio::time::timeout(Duration::from_micros(micros), request).await.is_ok());
        if micros % 120 == 0 {
            // Outside of a transaction, whatever came before.
            assert!(!in_transaction(&store).await);
        }
        add_one(&store).await.unwrap();
    }
    assert_eq!(count(&store).await, 200, "{finished} were not dropped");
}

/// The same by polls instead of by time: from the first on, each is the last once.
#[tokio::test]
async fn a_transaction_that_is_dropped_as_it_begins_is_not_left_open() {
    use futures::FutureExt;
    let store = open("begun", few(1)).await;
    for polls in 0..40 {
        let mut request = Box::pin(Link::transaction(&store.pool));
        for _ in 0..polls {
            if request.as_mut().now_or_never().is_some() {
                break;
            }
            tokio::task::yield_now().await;
        }
        drop(request);
        assert!(!in_transaction(&store).await, "{polls} polls");
    }
}

/// A long read that is dropped leaves its connection ready for the next.
#[tokio::test]
async fn a_read_may_be_dropped_anywhere() {
    let store = open("reads", few(2)).await;
    for n in 0..40 {
        let mut reader = Link::reader(&store.pool).await.unwrap();
        let long = fixed("SELECT n FROM generate_series(1, 100000) AS n");
        let _ = tokio::time::timeout(Duration::from_millis(n % 9), reader.fetch(long)).await;
        drop(reader);
        add_one(&store).await.unwrap();
        assert_eq!(count(&store).await, i64::try_from(n).unwrap() + 1);
    }
}

/// The server would answer COMMIT by undoing it.
#[tokio::test]
async fn a_broken_unit_is_not_committed() {
    let store = open("broken", few(1)).await;
    let mut unit = Link::transaction(&store.pool).await.unwrap();
    unit.execute(fixed(ADD)).await.unwrap();
    assert!(matches!(
        unit.execute(fixed("INSERT INTO nowhere VALUES (1)")).await,
        Err(StoreError::Corrupt(_))
    ));
    assert!(unit.execute(fixed(ADD)).await.is_err() && unit.commit().await.is_err());
    assert_eq!(count(&store).await, 0);
    add_one(&store).await.unwrap();
}

/// What was written is undone and its locks are free, also when nobody waits for it.
#[tokio::test]
async fn a_dropped_transaction_frees_its_locks() {
    let store = open("locks", few(2)).await;
    for _ in 0..20 {
        let mut first = Link::transaction(&store.pool).await.unwrap();
        first.fetch(fixed(LOCK)).await.unwrap();
        first.execute(fixed(ADD)).await.unwrap();
        let mut waiting = Link::transaction(&store.pool).await.unwrap();
        let mut waits = pin!(waiting.fetch(fixed(LOCK)));
        assert!(tokio::time::timeout(Duration::from_millis(10), &mut waits).await.is_err());
        drop(first);
        waits.await.unwrap();
    }
    assert_eq!(count(&store).await, 0);
}

#[tokio::test]
async fn a_lock_is_not_waited_for_without_end() {
    let options = PostgresOptions { lock_timeout: Duration::from_millis(200), ..few(2) };
    let store = open("patience", options).await;
    let mut first = Link::transaction(&store.pool).await.unwrap();
    first.fetch(fixed(LOCK)).await.unwrap();
    let mut second = Link::transaction(&store.pool).await.unwrap();
    assert!(matches!(second.fetch(fixed(LOCK)).await, Err(StoreError::Unavailable(_))));
    drop(second);
    first.execute(fixed(ADD)).await.unwrap();
    first.commit().await.unwrap();
    assert_eq!(count(&store).await, 1);
}

/// Of two that wait for each other one is refused, and both connections go on.
#[tokio::test]
async fn a_deadlock_is_a_collision() {
    let store = open("deadlock", few(2)).await;
    let mut link = Link::reader(&store.pool).await.unwrap();
    link.execute(fixed("INSERT INTO blob_deletions VALUES ('a'), ('b')")).await.unwrap();
    drop(link);
    const A: &str = "SELECT key FROM blob_deletions WHERE key = 'a' FOR UPDATE";
    const B: &str = "SELECT key FROM blob_deletions WHERE key = 'b' FOR UPDATE";
    let crossing = async |mine: &'static str, other: &'static str| {
        let mut unit = Link::transaction(&store.pool).await?;
        unit.fetch(fixed(mine)).await?;
        tokio::time::sleep(Duration::from_millis(50)).await;
        unit.fetch(fixed(other)).await?;
        unit.commit().await
    };
    let (one, other) = futures::join!(crossing(A, B), crossing(B, A));
    let failed = one.and(other).unwrap_err();
    assert!(matches!(&failed, StoreError::Contended(text) if text.contains("40P01")), "{failed}");
    add_one(&store).await.unwrap();
}

/// Stricter isolation would make the server refuse so; here it is told to, by a statement and by a commit.
#[tokio::test]
async fn a_serialization_failure_is_a_collision() {
    let store = open("serialization", few(1)).await;
    const REFUSE: &str = "DO $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '40001'; END $$";
    let mut unit = Link::transaction(&store.pool).await.unwrap();
    let refused = unit.execute(fixed(REFUSE)).await;
    assert!(matches!(&refused, Err(StoreError::Contended(text)) if text.contains("40001")), "{refused:?}");
    drop(unit);
    let mut link = Link::reader(&store.pool).await.unwrap();
    let refuse = "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
                  BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '40001'; END $$";
    link.execute(fixed(refuse)).await.unwrap();
    let at_commit = "CREATE CONSTRAINT TRIGGER refuse AFTER INSERT ON blob_deletions
                     DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse()";
    link.execute(fixed(at_commit)).await.unwrap();
    drop(link);
    let refused = add_one(&store).await;
    assert!(matches!(&refused, Err(StoreError::Contended(text)) if text.contains("40001")), "{refused:?}");
    assert!(!in_transaction(&store).await);
    assert_eq!(count(&store).await, 0);
}

#[tokio::test]
async fn a_pool_that_is_used_up_says_so_in_time() {
    let options = PostgresOptions { acquire_timeout: Duration::from_millis(300), ..few(2) };
    let store = open("used_up", options).await;
    let held = [Link::transaction(&store.pool).await.unwrap(), Link::reader(&store.pool).await.unwrap()];
    let begun = Instant::now();
    let answers = join_all((0..20).map(|_| store.begin())).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Unavailable(_)))));
    assert!((250..2_000).contains(&begun.elapsed().as_millis()), "{:?}", begun.elapsed());
    drop(held);
    add_one(&store).await.unwrap();
}

/// What a transaction leaves when its runtime is gone is undone by the server.
#[test]
fn a_transaction_may_be_dropped_outside_of_a_runtime() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let url = Postgres::shared().database("outside");
    let first = runtime();
    let unit = first.block_on(async {
        let store = PostgresStore::open(&url, few(1)).await.unwrap();
        let mut unit = Link::transaction(&store.pool).await.unwrap();
        unit.execute(fixed(ADD)).await.unwrap();
        unit
    });
    drop(first);
    drop(unit);
    let left = runtime().block_on(async { count(&PostgresStore::open(&url, few(1)).await.unwrap()).await });
    assert_eq!(left, 0);
}

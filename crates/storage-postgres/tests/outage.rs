//! A server that cannot be had, says no, or goes away and comes back.
#![expect(clippy::unwrap_used, clippy::panic, reason = "test code: what goes wrong fails by panicking")]

use std::{
    io,
    sync::{Arc, Mutex},
    time::{Duration, Instant},
};

use elizabeth_core::{
    id::BlobKey,
    ports::{Store, StoreError},
};
use elizabeth_storage_postgres::{PostgresOptions, PostgresStore};
use elizabeth_test_servers::{
    PgBouncer, Postgres, Settings,
    postgres::{GUARDED_USER, PASSWORD},
};

/// What no text may hold.
const WRONG: &str = "wr0ng-hunter2";

fn impatient() -> PostgresOptions {
    PostgresOptions {
        max_connections: 4,
        acquire_timeout: Duration::from_secs(1),
        ..PostgresOptions::default()
    }
}

/// Why a store was not opened: one line, and soon.
async fn refusal(url: &str) -> String {
    let begun = Instant::now();
    let answer = PostgresStore::open(url, impatient()).await.map(drop);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    let Err(StoreError::Unavailable(text)) = answer else { panic!("{answer:?}") };
    assert!(!text.contains('\n') && !text.contains(PASSWORD) && !text.contains(WRONG), "{text}");
    text
}

fn guarded(url: &str, password: &str) -> String {
    let (_, place) = url.split_once('@').unwrap();
    format!("postgres://{GUARDED_USER}:{password}@{place}")
}

fn assert_says(text: &str, parts: &[&str]) {
    assert!(parts.iter().all(|part| text.contains(part)), "{text}");
}

#[tokio::test]
async fn what_is_wrong_with_a_url_is_said_in_one_line() {
    let server = Postgres::shared();
    let (url, place) = (server.database("refused"), format!("127.0.0.1:{}", server.port()));
    assert_says(&refusal(&guarded(&url, WRONG)).await, &[&place, "password", GUARDED_USER, "28P01"]);
    assert_says(&refusal(&server.url("absent")).await, &[&place, "\"absent\"", "3D000"]);
    assert_says(&refusal(&format!("postgres://u:{WRONG}@127.0.0.1:1/x")).await, &["127.0.0.1:1:", "refused"]);
    assert_says(
        &refusal(&format!("postgres://u:{WRONG}@nowhere.invalid/x")).await,
        &["nowhere.invalid:5432"],
    );
    assert_says(&refusal(&format!("postgres://u:{WRONG}/@h/x")).await, &["the database URL: "]);
    assert_says(
        &refusal(&format!("{url}?sslmode=maybe&password={WRONG}")).await,
        &["the database URL: ", "maybe"],
    );
    // Plain text is all that this server speaks.
    assert_says(&refusal(&format!("{}?sslmode=verify-full", guarded(&url, WRONG))).await, &[&place, "TLS"]);
}

/// A place that takes connections and never answers.
#[tokio::test]
async fn a_server_that_is_silent_is_not_waited_for_without_end() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let place = silent.local_addr().unwrap().to_string();
    assert_says(&refusal(&format!("postgres://u:{WRONG}@{place}/x")).await, &[&place, "in time"]);
}

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// At the finest level, of us and of the driver.
#[tokio::test]
async fn no_password_is_logged() {
    let log = Log::default();
    let writer = log.clone();
    let collector = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE);
    let _guard = tracing::subscriber::set_default(collector.with_writer(move || writer.clone()).finish());
    let url = Postgres::shared().database("logged");
    let good = format!("{}?pasword={WRONG}&channel_binding=prefer", guarded(&url, PASSWORD));
    let store = PostgresStore::open(&good, impatient()).await.unwrap();
    store.check().await.unwrap();
    refusal(&guarded(&url, WRONG)).await;
    refusal(&format!("postgres://u:12?{WRONG}@h/x")).await;
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    assert!(text.contains("pasword") && text.contains("channel_binding"), "{text}");
    assert!(!text.contains(WRONG) && !text.contains(PASSWORD), "{text}");
}

fn key(n: u8) -> BlobKey {
    BlobKey::from_random([n; 16])
}

async fn queue_one(store: &PostgresStore, n: u8) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    tx.queue_blobs(&[key(n)]).await?;
    tx.commit().await
}

/// Errors while it is away, none of them a hang; then the same store works again, with all that was acknowledged.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_store_outlives_its_servers_absence() {
    let server = Arc::new(Postgres::launch(Settings::default()));
    let store = PostgresStore::open(&server.database("absent"), impatient()).await.unwrap();
    for (round, pause) in [(0, 0), (1, 1_500)] {
        queue_one(&store, 2 * round).await.unwrap();
        let mut open = store.begin().await.unwrap();
        open.queue_blobs(&[key(99)]).await.unwrap();
        let read = store.read().await.unwrap();
        server.stop();
        assert!(matches!(open.commit().await, Err(StoreError::Unavailable(_))));
        drop(read);
        let begun = Instant::now();
        for answer in [store.check().await, store.begin().await.map(drop), store.read().await.map(drop)] {
            // A connection that has just been used is handed out without asking; what is asked of it fails.
            assert!(matches!(answer, Ok(()) | Err(StoreError::Unavailable(_))), "{answer:?}");
        }
        assert!(matches!(queue_one(&store, 77).await, Err(StoreError::Unavailable(_))));
        assert!(begun.elapsed() < Duration::from_secs(6), "{:?}", begun.elapsed());
        tokio::time::sleep(Duration::from_millis(pause)).await;
        server.start();
        // At most one answer for each connection that was lost.
        let failed = {
            let mut failed = 0;
            while let Err(error) = queue_one(&store, 2 * round + 1).await {
                assert!(matches!(error, StoreError::Unavailable(_)), "{error}");
                failed += 1;
                assert!(failed <= 4, "{error}");
            }
            failed
        };
        assert!(pause == 0 || failed == 0, "{failed} failed though the connections were idle");
        store.check().await.unwrap();
    }
    assert_eq!(store.read().await.unwrap().queued_blob_count().await, Ok(4));
}

/// A request that comes while the server starts waits for it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_just_starting_is_waited_for() {
    let server = Arc::new(Postgres::launch(Settings::default()));
    let url = server.database("starting");
    let store = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    server.stop();
    let starting = Arc::clone(&server);
    let start = tokio::task::spawn_blocking(move || {
        std::thread::sleep(Duration::from_millis(700));
        starting.start();
    });
    let (opened, _) = tokio::join!(PostgresStore::open(&url, PostgresOptions::default()), async {
        tokio::time::sleep(Duration::from_millis(300)).await;
    });
    opened.unwrap().check().await.unwrap();
    store.check().await.unwrap();
    start.await.unwrap();
}

/// Passes bytes on to a server for as long as it is told to; then it keeps the connections and passes nothing.
async fn proxy(port: u16, flows: tokio::sync::watch::Receiver<bool>) -> u16 {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let own = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (client, _) = listener.accept().await.unwrap();
            let server = tokio::net::TcpStream::connect(("127.0.0.1", port)).await.unwrap();
            let ((mut up_from, mut down_to), (mut down_from, mut up_to)) =
                (client.into_split(), server.into_split());
            tokio::spawn(pass(flows.clone(), async move { tokio::io::copy(&mut up_from, &mut up_to).await }));
            tokio::spawn(pass(
                flows.clone(),
                async move { tokio::io::copy(&mut down_from, &mut down_to).await },
            ));
        }
    });
    own
}

async fn pass(mut flows: tokio::sync::watch::Receiver<bool>, bytes: impl Future<Output = io::Result<u64>>) {
    tokio::pin!(bytes);
    loop {
        let flowing = *flows.borrow_and_update();
        tokio::select! {
            _ = &mut bytes, if flowing => return,
            changed = flows.changed() => if changed.is_err() { return },
        }
    }
}

/// A connection that carries nothing any more is not waited for without end, and not used again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_that_goes_dead_is_given_up() {
    let server = Postgres::shared();
    let (flow, flows) = tokio::sync::watch::channel(true);
    let port = proxy(server.port(), flows).await;
    let url = server.database("dead").replace(&format!(":{}/", server.port()), &format!(":{port}/"));
    let options = PostgresOptions { statement_timeout: Duration::from_millis(200), ..impatient() };
    let store = PostgresStore::open(&url, options).await.unwrap();
    let mut open = store.begin().await.unwrap();
    let mut read = store.read().await.unwrap();
    flow.send(false).unwrap();
    let (begun, keys) = (Instant::now(), [key(1)]);
    let (wrote, was_read, new) =
        tokio::join!(open.queue_blobs(&keys), read.queued_blob_count(), store.check(),);
    for answer in [wrote, was_read.map(drop), new] {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    }
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
    drop((open, read));
    flow.send(true).unwrap();
    queue_one(&store, 2).await.unwrap();
    assert_eq!(store.read().await.unwrap().queued_blob_count().await, Ok(1));
}

/// A server that stands still with the connections it has: whoever writes is answered as soon as whoever reads, and those
/// who have just been served as soon as those who wait for a connection.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stands_still_is_given_up_after_one_time_out() {
    let server = Postgres::shared();
    let (flow, flows) = tokio::sync::watch::channel(true);
    let port = proxy(server.port(), flows).await;
    let url = server.database("still").replace(&format!(":{}/", server.port()), &format!(":{port}/"));
    let store = PostgresStore::open(&url, PostgresOptions::default()).await.unwrap();
    queue_one(&store, 1).await.unwrap();
    let mut open = store.begin().await.unwrap();
    flow.send(false).unwrap();
    let begun = Instant::now();
    let keys = [key(2)];
    let (wrote, began, checked) = tokio::join!(open.queue_blobs(&keys), queue_one(&store, 3), store.check());
    for answer in [wrote, began, checked] {
        assert!(matches!(answer, Err(StoreError::Unavailable(_))), "{answer:?}");
    }
    let took = begun.elapsed();
    assert!(took < Duration::from_millis(5_500), "{took:?}");
    drop(open);
    flow.send(true).unwrap();
    while queue_one(&store, 4).await.is_err() {}
}

/// A statement that takes its time on a server that lives is another matter.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_is_busy_is_waited_for() {
    let server = Postgres::shared();
    let url = server.database("busy");
    let (store, holder) = (
        PostgresStore::open(&url, impatient()).await.unwrap(),
        PostgresStore::open(&url, impatient()).await.unwrap(),
    );
    let mut first = holder.begin().await.unwrap();
    first.queue_blobs(&[key(1)]).await.unwrap();
    // It waits for the other's lock, three times as long as the server may be silent.
    let waits = tokio::spawn(async move { queue_one(&store, 1).await });
    tokio::time::sleep(Duration::from_secs(3)).await;
    first.commit().await.unwrap();
    assert_eq!(waits.await.unwrap(), Ok(()));
}

/// PgBouncer as it is often set up.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pooler_that_shares_sessions_is_refused() {
    let server = Postgres::shared();
    let url = server.database("pooled");
    let shares = PgBouncer::launch(server, "transaction");
    for _ in 0..3 {
        assert_says(&refusal(&shares.url(&url)).await, &["pool_mode = session"]);
    }
    let keeps = PgBouncer::launch(server, "session");
    let store = PostgresStore::open(&keeps.url(&url), impatient()).await.unwrap();
    queue_one(&store, 1).await.unwrap();
    store.check().await.unwrap();
}

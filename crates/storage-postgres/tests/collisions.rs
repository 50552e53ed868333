//! What the server undoes because transactions collided is run again by core.
#![expect(clippy::unwrap_used, reason = "test code: what goes wrong fails by panicking")]

use std::sync::Arc;

use bytes::Bytes;
use elizabeth_core::{
    Caller, Elizabeth, Ports,
    content::{Content, FileRequest},
    crypto::{Argon2Passwords, JwtSigner},
    memory::MemoryBlobs,
    name::{RoomName, RoomRef},
    policy::Policy,
    room::RoomOptions,
    service::TokenRequest,
};
use elizabeth_storage_postgres::{PostgresOptions, PostgresStore};
use elizabeth_test_servers::Postgres;
use elizabeth_testing::{ManualClock, SeededEntropy};
use secrecy::ExposeSecret;
use sqlx::{Connection, Executor, PgConnection};

async fn service(url: &str) -> Elizabeth {
    let ports = Ports {
        store: Arc::new(PostgresStore::open(url, PostgresOptions::default()).await.unwrap()),
        blobs: Arc::new(MemoryBlobs::default()),
        clock: Arc::new(ManualClock::default()),
        entropy: Arc::new(SeededEntropy::default()),
        passwords: Arc::new(Argon2Passwords::default()),
        signer: Arc::new(JwtSigner::new(vec![vec![7; 32].into()]).unwrap()),
    };
    Elizabeth::new(ports, Policy::default())
}

/// A room with two small files, each of them downloaded once.
async fn two_downloads(app: &Elizabeth, room: &RoomRef) -> (String, Vec<Content>) {
    app.create_room(RoomName::parse(room.as_str()).unwrap(), RoomOptions::default()).await.unwrap();
    let issued = app.issue_token(room, TokenRequest::default()).await.unwrap();
    let token = issued.token.expose_secret().to_owned();
    let files = ["a", "b"].map(|name| FileRequest::new(name, 1)).to_vec();
    let prepared = app.prepare(room, &Caller::token(&token), files).await.unwrap();
    let files = ["a", "b"].map(|name| (name.to_owned(), Bytes::from_static(b"x"))).to_vec();
    let uploaded =
        app.upload_whole(room, &Caller::token(&token), prepared.reservation_id, files).await.unwrap();
    for content in &uploaded.contents {
        drop(app.readable(room, &Caller::token(&token), content.id).await.unwrap().open(None).await.unwrap());
    }
    (token, uploaded.contents)
}

/// The flush holds the first file and waits for the second, the other transaction the other way round. The server
/// undoes the one that has waited for so long as the deadlock's time-out: the flush.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deadlock_is_survived() {
    let url = Postgres::shared().database("collisions");
    let mut other = PgConnection::connect(&url).await.unwrap();
    other.execute("SET deadlock_timeout = '1min'").await.unwrap();
    // For sessions that begin from now on.
    let patience = "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET deadlock_timeout = ''2s''', \
                    current_database()); END $$";
    other.execute(patience).await.unwrap();
    let app = service(&url).await;
    let room = RoomRef::parse("box").unwrap();
    let (token, contents) = two_downloads(&app, &room).await;

    let lock = "SELECT 1 FROM contents WHERE id = $1 FOR UPDATE";
    other.execute("BEGIN").await.unwrap();
    sqlx::query(lock).bind(contents[1].id.0).execute(&mut other).await.unwrap();
    let flush = tokio::spawn({
        let app = app.clone();
        async move { app.flush_downloads().await }
    });
    let waiting = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() \
                   AND wait_event_type = 'Lock'";
    let mut watch = PgConnection::connect(&url).await.unwrap();
    while sqlx::query_scalar::<_, i64>(waiting).fetch_one(&mut watch).await.unwrap() == 0 {}
    // Granted as soon as the flush is undone.
    sqlx::query(lock).bind(contents[0].id.0).execute(&mut other).await.unwrap();
    other.execute("COMMIT").await.unwrap();

    flush.await.unwrap().unwrap();
    for content in contents {
        assert_eq!(app.content(&room, &Caller::token(&token), content.id).await.unwrap().download_count, 1);
    }
    let deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()";
    // The server counts when a session comes to rest, and tells a moment later.
    watch.execute("SELECT pg_stat_force_next_flush()").await.unwrap();
    while sqlx::query_scalar::<_, i64>(deadlocks).fetch_one(&mut watch).await.unwrap() == 0 {}
}

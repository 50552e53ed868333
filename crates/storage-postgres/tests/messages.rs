//! Word between the processes on one database.
#![expect(clippy::unwrap_used, reason = "test code: what cannot go on fails by panicking")]

use std::time::Duration;

use elizabeth_core::ports::{Messages, StoreError};
use elizabeth_storage_postgres::{PostgresMessages, PostgresOptions, PostgresStore};
use elizabeth_test_servers::Postgres;
use tokio::{
    sync::mpsc::{UnboundedReceiver, unbounded_channel},
    task::JoinHandle,
    time::timeout,
};

const PATIENCE: Duration = Duration::from_secs(20);

async fn open(url: &str, listens_at: Option<&str>, name: &str) -> PostgresMessages {
    let options = PostgresOptions { max_connections: 2, ..PostgresOptions::default() };
    let store = PostgresStore::open(url, options).await.unwrap();
    store.messages(listens_at, name.to_owned()).unwrap()
}

/// Listens; what is heard, and why it ended.
fn listen(messages: &PostgresMessages) -> (UnboundedReceiver<String>, JoinHandle<StoreError>) {
    let (heard, hearing) = unbounded_channel();
    let messages = messages.clone();
    let listening =
        async move { messages.listen(&move |message: &str| heard.send(message.to_owned()).unwrap()).await };
    (hearing, tokio::spawn(listening))
}

/// Sends until it is heard: a process that has just begun to listen may have missed the first.
async fn until_heard(from: &PostgresMessages, hearing: &mut UnboundedReceiver<String>, message: &str) {
    let heard = async {
        loop {
            from.send(message).await.unwrap();
            while let Ok(heard) = timeout(Duration::from_millis(200), hearing.recv()).await {
                if heard.unwrap() == message {
                    return;
                }
            }
        }
    };
    timeout(PATIENCE, heard).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn others_hear_what_one_sends_and_it_does_not_itself() {
    let url = Postgres::shared().database("messages");
    let (one, other) = (open(&url, Some(&url), "one").await, open(&url, Some(&url), "other").await);
    let ((mut by_one, _one), (mut by_other, _other)) = (listen(&one), listen(&other));
    until_heard(&one, &mut by_other, "first").await;
    until_heard(&other, &mut by_one, "second").await;
    // As long as may be, of any signs.
    let longest = "x\n".repeat(one.most() / 2);
    until_heard(&one, &mut by_other, &longest).await;
    assert!(one.send(&"x".repeat(8000)).await.is_err());
    while let Ok(heard) = by_one.try_recv() {
        assert_eq!(heard, "second", "what it sent itself");
    }
    // Another database is another matter.
    let elsewhere = Postgres::shared().database("messages_elsewhere");
    let stranger = open(&elsewhere, None, "stranger").await;
    stranger.send("hello").await.unwrap();
    until_heard(&one, &mut by_other, "last").await;
    assert!(by_other.try_recv().is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_is_cut_ends_it_and_it_can_begin_again() {
    let url = Postgres::shared().database("messages_cut");
    let (one, other) = (open(&url, None, "one").await, open(&url, Some(&url), "other").await);
    for _ in 0..3 {
        let (mut hearing, listening) = listen(&other);
        until_heard(&one, &mut hearing, "heard").await;
        let name = url.rsplit('/').next().unwrap();
        Postgres::shared().sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}' AND query LIKE 'LISTEN%'"
        ));
        let ended = timeout(PATIENCE, listening).await.unwrap().unwrap();
        assert!(matches!(ended, StoreError::Unavailable(_)), "{ended:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_to_listen_takes_no_connection_and_hears_nothing() {
    let url = Postgres::shared().database("messages_off");
    let (one, other) = (open(&url, None, "one").await, open(&url, None, "other").await);
    let (mut hearing, listening) = listen(&other);
    one.send("unheard").await.unwrap();
    assert!(timeout(Duration::from_millis(300), hearing.recv()).await.is_err());
    assert!(!listening.is_finished());
}

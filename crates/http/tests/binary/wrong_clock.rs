//! A clock that is set wrong, by Debian's faketime.

use std::time::Duration;

use reqwest::Client;
use serde_json::{Value, json};

use crate::server::{Server, blobs, client, create_and_enter, ok, prepare, upload};

/// It sweeps each second.
const SWEEPING: (&str, &str) = ("ELIZABETH_GC_INTERVAL", "1s");
/// More than a file may have that is kept in the database.
const SIZE: usize = 50_000;

async fn readiness(server: &Server, client: &Client) -> Value {
    ok(client.get(format!("{}/api/v1/ready", server.url))).await
}

/// Waits until a sweep has looked at the clock, and did not believe it.
async fn waits(server: &Server, client: &Client) -> Value {
    loop {
        let ready = readiness(server, client).await;
        if ready["removal"] == "waits" {
            return ready;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A room of a week's life with one file in it; its token.
async fn fill(server: &Server, client: &Client) -> String {
    let room = server.room("week");
    let (_, token) = create_and_enter(client, &room).await;
    let reservation = prepare(client, &room, &token, "a", SIZE).await.unwrap();
    upload(client, &room, &token, reservation, "a", vec![7; SIZE].into(), SIZE as u64).await.unwrap();
    token
}

async fn is_whole(server: &Server, client: &Client, token: &str) {
    let room = server.room("week");
    let listed = ok(client.get(format!("{room}/contents")).bearer_auth(token)).await;
    let file = client.get(format!("{room}/contents/{}", listed[0]["id"])).bearer_auth(token);
    let bytes = file.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
    assert!(bytes.len() == SIZE && bytes.iter().all(|byte| *byte == 7));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_start_by_a_clock_eight_days_ahead_removes_nothing() {
    let data = tempfile::tempdir().unwrap();
    let client = client();
    let server = Server::start(data.path(), &[SWEEPING]);
    let token = fill(&server, &client).await;
    server.terminate();

    let server = Server::start_by_faketime(("FAKETIME", "+8d"), data.path(), &[SWEEPING]);
    let ready = waits(&server, &client).await;
    assert!((3500..=3600).contains(&ready["removal_waits_seconds"].as_u64().unwrap()), "{ready}");
    assert_eq!(client.get(server.room("week")).send().await.unwrap().status(), 410);
    assert_eq!(client.post(server.room("week")).json(&json!({})).send().await.unwrap().status(), 409);
    assert_eq!(blobs(data.path()), 1);
    server.terminate();
    assert_eq!(blobs(data.path()), 1);

    let server = Server::start(data.path(), &[SWEEPING]);
    is_whole(&server, &client, &token).await;
    assert_eq!(readiness(&server, &client).await["removal"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_leaps_under_a_running_server_removes_nothing() {
    let (data, time) = (tempfile::tempdir().unwrap(), tempfile::NamedTempFile::new().unwrap());
    let client = client();
    std::fs::write(time.path(), "+0").unwrap();
    let clock = ("FAKETIME_TIMESTAMP_FILE", time.path().to_str().unwrap());
    let server = Server::start_by_faketime(clock, data.path(), &[SWEEPING]);
    let token = fill(&server, &client).await;
    assert_eq!(readiness(&server, &client).await["removal"], "ok");

    std::fs::write(time.path(), "+8d").unwrap();
    waits(&server, &client).await;
    assert_eq!(client.get(server.room("week")).send().await.unwrap().status(), 410);
    assert_eq!(blobs(data.path()), 1);

    std::fs::write(time.path(), "+0").unwrap();
    while readiness(&server, &client).await["removal"] != "ok" {
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    is_whole(&server, &client, &token).await;
}

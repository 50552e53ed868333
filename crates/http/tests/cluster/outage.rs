//! What the servers need goes away for ten seconds under load, and comes back.

use std::time::Duration;

use reqwest::Client as Http;
use serde_json::json;

use crate::{
    load::{Owners, check, clients, gather, rooms},
    server::{client, create_and_enter, prepare, upload},
    together::Cluster,
};

const SERVERS: usize = 2;
const CLIENTS: u64 = 20;
const LOAD: Duration = Duration::from_secs(24);
const BEFORE: Duration = Duration::from_secs(5);
const OUTAGE: Duration = Duration::from_secs(10);
/// The most bytes that a content without a blob may have, and one more.
const WITH_BLOB: usize = 8 * 1024 + 1;

/// What is 503 while it lasts.
async fn refused(request: reqwest::RequestBuilder) {
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 503);
    assert!(answer.headers().contains_key("retry-after"), "{:?}", answer.headers());
}

async fn set_up(cluster: &Cluster, http: &Http) -> (Owners, String, String) {
    let owners = rooms(cluster, http).await;
    let room = cluster.room(0, "asked");
    let token = create_and_enter(http, &room).await.1;
    (owners, room, token)
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_seconds_without_the_database() {
    let mut cluster = Cluster::start(SERVERS, "off");
    let http = client();
    let (owners, room, token) = set_up(&cluster, &http).await;
    let clients = clients(CLIENTS, LOAD, &cluster, &http, &owners);
    tokio::time::sleep(BEFORE).await;
    tokio::task::block_in_place(|| cluster.postgres.stop());
    let back = tokio::time::Instant::now() + OUTAGE;
    refused(http.get(format!("{room}/contents")).bearer_auth(&token)).await;
    refused(http.post(format!("{room}/tokens")).json(&json!({}))).await;
    tokio::time::sleep_until(back).await;
    tokio::task::block_in_place(|| cluster.postgres.start());
    let memory = gather(clients).await;
    cluster.assert_all_run();
    check(&cluster, &http, &owners, &memory).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_seconds_without_the_bucket() {
    let mut cluster = Cluster::start(SERVERS, "off");
    let http = client();
    let (owners, room, token) = set_up(&cluster, &http).await;
    let clients = clients(CLIENTS, LOAD, &cluster, &http, &owners);
    tokio::time::sleep(BEFORE).await;
    tokio::task::block_in_place(|| cluster.bucket.stop());
    let back = tokio::time::Instant::now() + OUTAGE;
    let reservation = prepare(&http, &room, &token, "a.bin", WITH_BLOB).await.unwrap();
    let body = vec![7; WITH_BLOB];
    let failed = upload(&http, &room, &token, reservation, "a.bin", body.into(), WITH_BLOB as u64).await;
    assert_eq!(failed.unwrap_err().status().unwrap(), 503);
    tokio::time::sleep_until(back).await;
    tokio::task::block_in_place(|| cluster.bucket.start());
    let memory = gather(clients).await;
    cluster.assert_all_run();
    check(&cluster, &http, &owners, &memory).await;
}

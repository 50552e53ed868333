//! Uploads that are cut off, fall silent or are refused, and the server's own end.

use std::time::Duration;

use bytes::Bytes;
use elizabeth_core::policy::Policy;
use futures::{SinkExt, channel::mpsc};
use reqwest::{Body, Response, multipart};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use crate::support::{TestServer, ok};

type Pieces = mpsc::Sender<Result<Bytes, std::io::Error>>;

/// Begins an upload of one file whose bytes the test sends.
async fn begin(
    server: &TestServer,
    token: &str,
    size: u64,
) -> (Pieces, JoinHandle<reqwest::Result<Response>>) {
    let reservation = server.prepare("l", token, json!([{"name": "a.bin", "size": size}])).await;
    let (sender, receiver) = mpsc::channel(0);
    let part = multipart::Part::stream_with_length(Body::wrap_stream(receiver), size).file_name("a.bin");
    let request = server.upload_form("l", token, reservation, multipart::Form::new().part("f", part));
    (sender, tokio::spawn(request.send()))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_goes_away_gives_its_space_back() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("l").await;
    let (mut sender, upload) = begin(&server, &token, 1 << 20).await;
    sender.send(Ok(Bytes::from(vec![1; 256 << 10]))).await.unwrap();
    server.received(256 << 10).await;
    assert_eq!(server.get("/rooms/l", Some(&token)).await["current_size"], 1 << 20);
    upload.abort();
    drop(sender);
    server.becomes_empty("l", &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_falls_silent_is_ended() {
    let policy = Policy::default().upload_lease(Duration::from_millis(500)).min_free(0);
    let server = TestServer::start_with(policy).await;
    let token = server.create_and_enter("l").await;
    let (mut sender, upload) = begin(&server, &token, 1 << 20).await;
    sender.send(Ok(Bytes::from(vec![1; 100_000]))).await.unwrap();
    let answer = upload.await.unwrap().unwrap();
    assert_eq!(answer.status(), 408);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "upload_timed_out");
    server.becomes_empty("l", &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn small_pieces_reach_the_store_before_the_lease_ends() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("l").await;
    let (mut sender, upload) = begin(&server, &token, 100_000).await;
    sender.send(Ok(Bytes::from(vec![1; 10]))).await.unwrap();
    server.received(10).await;
    sender.send(Ok(Bytes::from(vec![1; 99_990]))).await.unwrap();
    drop(sender);
    assert_eq!(upload.await.unwrap().unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refused_upload_is_answered_while_the_client_still_sends() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("l").await;
    let part = multipart::Part::bytes(vec![0; 24 << 20]).file_name("a.bin");
    let request = server.upload_form("l", &token, 999, multipart::Form::new().part("f", part));
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), answer.headers()["connection"].to_str().unwrap()), (404, "close"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_lets_an_upload_finish() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("l").await;
    let (mut sender, upload) = begin(&server, &token, 200_000).await;
    sender.send(Ok(Bytes::from(vec![1; 100_000]))).await.unwrap();
    server.received(1).await;
    let (url, app) = (server.url.clone(), server.app.clone());
    let stopped = tokio::spawn(server.shut_down());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(reqwest::get(format!("{url}/api/v1/health")).await.is_err(), "it still accepts");
    sender.send(Ok(Bytes::from(vec![1; 100_000]))).await.unwrap();
    drop(sender);
    assert_eq!(upload.await.unwrap().unwrap().status(), 200);
    stopped.await.unwrap();
    assert_eq!(app.counts().await.unwrap().contents, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_uploads_at_once_are_each_whole() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("l").await;
    let uploads = (0..40usize).map(|n| {
        let (server, token) = (&server, &token);
        async move {
            let bytes = vec![n as u8; 20_000 * n];
            let content = server.upload("l", token, &format!("{n}.bin"), bytes.clone()).await;
            let got = server.fetch("l", token, &content["id"], &[]).await.bytes().await.unwrap();
            assert_eq!(got, bytes);
        }
    });
    futures::future::join_all(uploads).await;
    let list = ok(server.request(reqwest::Method::GET, "/rooms/l/contents", Some(&token))).await;
    assert_eq!(list.as_array().unwrap().len(), 40);
}

//! What time does to reservations and uploads, by a clock that is set by hand.

use std::time::Duration;

use bytes::Bytes;
use futures::{SinkExt, channel::mpsc, future::join_all};
use reqwest::{Body, multipart};
use serde_json::{Value, json};

use crate::support::TestServer;

fn manifest(size: u64) -> Value {
    json!({"files": [{"name": "a.bin", "size": size}]})
}

async fn current_size(server: &TestServer, token: &str) -> u64 {
    server.get("/rooms/time", Some(token)).await["current_size"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn fifty_at_once_never_get_more_than_fits() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("time").await;
    server.post("/rooms/time/settings", Some(&token), json!({"max_size": 1_000})).await;
    let url = format!("{}/api/v1/rooms/time/contents/prepare", server.url);
    let asks = (0..50).map(|_| server.client.post(&url).bearer_auth(&token).json(&manifest(130)).send());
    let answers: Vec<u16> =
        join_all(asks).await.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
    assert_eq!(answers.iter().filter(|&&status| status == 200).count(), 7);
    assert_eq!(answers.iter().filter(|&&status| status == 413).count(), 43);
    assert_eq!(current_size(&server, &token).await, 910);

    server.clock.advance(Duration::from_micros(9_999_999));
    assert_eq!(current_size(&server, &token).await, 910);
    server.clock.advance(Duration::from_micros(1));
    assert_eq!(current_size(&server, &token).await, 0);
    server.post("/rooms/time/contents/prepare", Some(&token), manifest(1_000)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hold_that_is_not_used_in_ten_seconds_is_gone() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("time").await;
    let prepared = server.post("/rooms/time/contents/prepare", Some(&token), manifest(3)).await;
    assert_eq!(current_size(&server, &token).await, 3);
    server.clock.advance(Duration::from_secs(10));
    assert_eq!(current_size(&server, &token).await, 0);
    let url =
        format!("{}/api/v1/rooms/time/contents?reservation_id={}", server.url, prepared["reservation_id"]);
    let form = multipart::Form::new().part("f", multipart::Part::text("abc").file_name("a.bin"));
    let answer = server.client.post(url).bearer_auth(&token).multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), 410);
    assert_eq!(answer.json::<Value>().await.unwrap()["code"], "reservation_expired");
}

/// An upload whose bytes trickle in by themselves, one by one.
async fn trickle(
    server: &TestServer,
    token: &str,
    size: u64,
) -> (mpsc::Sender<Result<Bytes, std::io::Error>>, tokio::task::JoinHandle<reqwest::Response>) {
    let prepared = server.post("/rooms/time/contents/prepare", Some(token), manifest(size)).await;
    let (sender, receiver) = mpsc::channel(0);
    let part = multipart::Part::stream_with_length(Body::wrap_stream(receiver), size).file_name("a.bin");
    let url =
        format!("{}/api/v1/rooms/time/contents?reservation_id={}", server.url, prepared["reservation_id"]);
    let form = multipart::Form::new().part("f", part);
    let request = server.client.post(url).bearer_auth(token).multipart(form);
    (sender, tokio::spawn(async move { request.send().await.unwrap() }))
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_trickles_for_long_keeps_its_hold() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("time").await;
    let size = 8 << 20;
    let (mut sender, upload) = trickle(&server, &token, size).await;
    let piece = Bytes::from(vec![7; 512 << 10]);
    for n in 0..16 {
        sender.send(Ok(piece.clone())).await.unwrap();
        // The piece has arrived when the server has written it down.
        server.received(u64::try_from(n + 1).unwrap() * piece.len() as u64).await;
        server.clock.advance(Duration::from_secs(30));
        assert_eq!(current_size(&server, &token).await, size, "after {} s", 30 * (n + 1));
    }
    drop(sender);
    let answer = upload.await.unwrap();
    assert_eq!(answer.status(), 200, "{}", answer.text().await.unwrap());
    assert_eq!(current_size(&server, &token).await, size);
}

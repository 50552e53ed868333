//! Bodies that do not come.

use std::time::{Duration, Instant};

use elizabeth_http::edge::Edge;
use futures::future::join_all;
use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{
    clients::{Line, MACHINE, address, client, outcome},
    support::TestServer,
};

/// Bytes of a text, over those that anybody may send.
const LARGE: usize = 200_000;

async fn send(server: &TestServer, head: &str, bytes: usize) -> TcpStream {
    let mut stream = TcpStream::connect(server.url.trim_start_matches("http://")).await.unwrap();
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(&vec![b' '; bytes]).await.unwrap();
    stream
}

/// The first bytes of the answer, and when they came.
async fn answered(stream: &mut TcpStream) -> (String, Duration) {
    let begun = Instant::now();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).await.unwrap();
    (String::from_utf8_lossy(&answer).into_owned(), begun.elapsed())
}

fn texts(credential: &str, length: usize) -> String {
    format!(
        "POST /api/v1/rooms/box/texts HTTP/1.1\r\nhost: x\r\n{credential}content-type: application/json\r\n\
         content-length: {length}\r\n\r\n"
    )
}

/// 64 senders who hold back the rest of a large body, with a credential and without, beside somebody's note.
#[tokio::test(flavor = "multi_thread")]
async fn silent_senders_hold_up_nobody() {
    let _machine = MACHINE.lock().await;
    let server = TestServer::start_towards(Edge::default()).await;
    let token = server.create_and_enter("box").await;
    let credential = format!("authorization: Bearer {token}\r\n");
    let head = texts(&credential, 7_000_000);
    let silent = join_all((0..64).map(|_| send(&server, &head, 70_000))).await;
    let add = client(13, 1).post(format!("{}/api/v1/rooms/box/texts", server.url)).bearer_auth(&token);
    let begun = Instant::now();
    assert_eq!(outcome(add.json(&json!({"text": "x".repeat(LARGE)}))).await.0, 201);
    println!("a note of {LARGE} bytes beside 64 silent senders: {:?}", begun.elapsed());
    assert!(begun.elapsed() < Duration::from_secs(1));
    drop(silent);

    // Who has nothing to show is refused before the body has come.
    for (head, status) in [
        (texts("", 7_000_000), "401"),
        (texts("authorization: Bearer garbage\r\n", 7_000_000), "401"),
        (texts(&credential, 7_000_000).replace("/box/", "/none/"), "404"),
    ] {
        let (answer, took) = answered(&mut send(&server, &head, 0).await).await;
        assert_eq!(answer, format!("HTTP/1.1 {status}"));
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
    // Also where the length is not announced.
    let chunked = texts("", 0).replace("content-length: 0", "transfer-encoding: chunked");
    let mut unknown = send(&server, &format!("{chunked}20000\r\n"), 0x20000).await;
    assert_eq!(answered(&mut unknown).await.0, "HTTP/1.1 401");
}

/// A body that stands still ends after half a minute, and takes its connection along.
#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_stands_still_ends() {
    let server = TestServer::start_towards(Edge::default()).await;
    let token = server.create_and_enter("box").await;
    let credential = format!("authorization: Bearer {token}\r\n");
    let put = format!(
        "PUT /api/v1/rooms/box/files/a HTTP/1.1\r\nhost: x\r\n{credential}content-length: 1000000\r\n\r\n"
    );
    let heads = [texts(&credential, 1000), texts(&credential, 1_000_000), put];
    let still = heads.iter().map(async |head| {
        let mut stream = send(&server, head, 900).await;
        let (answer, took) = answered(&mut stream).await;
        assert_eq!(answer, "HTTP/1.1 408", "{head}");
        let mut rest = String::new();
        stream.read_to_string(&mut rest).await.unwrap();
        assert!(rest.contains("connection: close"), "{rest}");
        took
    });
    for took in join_all(still).await {
        println!("a body that stood still was waited for: {took:?}");
        assert!((Duration::from_secs(29)..Duration::from_secs(40)).contains(&took), "{took:?}");
    }
}

/// An answer that does not wait for a small body leaves the connection to the requests behind it.
#[tokio::test(flavor = "multi_thread")]
async fn a_connection_goes_on_behind_a_body_that_nobody_needed() {
    let server = TestServer::start_towards(Edge::default()).await;
    let mut line = Line::open(&server.url, address(9, 1)).await;
    for number in 0..30 {
        let make = line.request("POST", &format!("/api/v1/rooms/room-{number}"), "{}");
        assert_eq!(line.exchange(&make).await, 200);
    }
    for (method, path, status) in [
        ("POST", "/api/v1/rooms/one-too-many", 429),
        ("DELETE", "/api/v1/rooms/room-1", 401),
        ("POST", "/api/v1/health", 405),
        ("POST", "/api/v1/nothing", 404),
        ("GET", "/api/v1/health", 200),
    ] {
        let request = line.request(method, path, "{}");
        let (head, body) = request.split_at(request.len() - 2);
        assert_eq!(line.exchange(head).await, status, "{method} {path}");
        line.send(body).await;
    }
}

//! Connections: as many as there may be, and no longer than they are of use.

use std::{
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use elizabeth_http::edge::Edge;
use reqwest::Client;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream},
};

use crate::{
    clients::{address, client},
    server::{PROGRAM, Server},
    support::TestServer,
};

/// A connection from an address of this machine.
async fn connect(url: &str, group: u8, last: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((address(group, last), 0).into()).unwrap();
    socket.connect(url.trim_start_matches("http://").parse().unwrap()).await.unwrap()
}

async fn is_ready(client: &Client, url: &str) -> Duration {
    let begun = Instant::now();
    let ready = client.get(format!("{url}/api/v1/ready")).send().await.unwrap();
    assert_eq!(ready.status(), 200);
    begun.elapsed()
}

/// The connection ends without an answer.
async fn ends(stream: &mut TcpStream) -> Duration {
    let begun = Instant::now();
    let mut answer = Vec::new();
    // Cut off or closed: over either way.
    let _ = stream.read_to_end(&mut answer).await;
    assert!(answer.is_empty() || answer.starts_with(b"HTTP/1.1 408 "), "{answer:?}");
    begun.elapsed()
}

#[tokio::test(flavor = "multi_thread")]
async fn three_hundred_idle_connections_leave_few_files_to_use() {
    let data = tempfile::tempdir().unwrap();
    let mut limited = Command::new("sh");
    limited.args(["-c", "ulimit -n 256; exec \"$0\" \"$@\"", PROGRAM]);
    let env = [("ELIZABETH_RATE_LIMIT", "on"), ("ELIZABETH_MIN_FREE_DISK", "0")];
    let server = Server::start_by(limited, data.path(), &env, Stdio::inherit());
    let mut idle = Vec::new();
    for number in 0..300u16 {
        idle.push(connect(&server.url, 9, 1 + (number % 3) as u8).await);
    }
    let visitor = client(9, 10);
    let took = is_ready(&visitor, &server.url).await;
    println!("ready beside 300 idle connections, with 256 files: {took:?}");
    assert!(took < Duration::from_secs(2), "{took:?}");
    // The oldest have yielded, the youngest have not.
    ends(&mut idle[0]).await;
    let youngest = idle.last_mut().unwrap();
    youngest
        .write_all(b"GET /api/v1/health HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")
        .await
        .unwrap();
    let mut answer = String::new();
    youngest.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_has_so_many_connections_and_others_theirs() {
    let server = TestServer::start_towards(Edge::default()).await;
    let mut open = Vec::new();
    for _ in 0..256 {
        open.push(connect(&server.url, 10, 1).await);
    }
    ends(&mut connect(&server.url, 10, 1).await).await;
    is_ready(&client(10, 2), &server.url).await;
    drop(open);
    // Once the server has noticed, there is place again.
    let one_more = client(10, 1);
    while one_more.get(format!("{}/api/v1/health", server.url)).send().await.is_err() {}
}

#[tokio::test(flavor = "multi_thread")]
async fn who_works_does_not_yield() {
    let edge = Edge { max_connections: 2, ..Edge::default() };
    let server = TestServer::start_towards(edge).await;
    let token = server.create_and_enter("box").await;
    let begun = format!(
        "PUT /api/v1/rooms/box/files/a HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
         content-length: 100000\r\n\r\n"
    );
    let mut working = connect(&server.url, 11, 1).await;
    working.write_all(begun.as_bytes()).await.unwrap();
    working.write_all(&[0; 70_000]).await.unwrap();
    server.received(1).await;
    let mut idle = connect(&server.url, 11, 2).await;
    is_ready(&client(11, 3), &server.url).await;
    ends(&mut idle).await;
    working.write_all(&[0; 30_000]).await.unwrap();
    let mut answer = [0; 12];
    working.read_exact(&mut answer).await.unwrap();
    assert_eq!(&answer, b"HTTP/1.1 201");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_head_comes_in_ten_seconds() {
    let server = TestServer::start_towards(Edge::default()).await;
    let mut slow = connect(&server.url, 12, 1).await;
    slow.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n").await.unwrap();
    let took = ends(&mut slow).await;
    println!("half a head was waited for: {took:?}");
    assert!((Duration::from_secs(9)..Duration::from_secs(15)).contains(&took), "{took:?}");
}

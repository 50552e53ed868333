//! Many who listen: what each costs, and how soon they hear.

use std::{
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use serde_json::json;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    sync::Semaphore,
    task::JoinSet,
};

use crate::server::{Server, client, create_and_enter, ok};

/// What each may cost the server; where it is not built to be small, some more.
const BYTES_EACH: u64 = if cfg!(debug_assertions) { 18 << 10 } else { 14 << 10 };
/// So many connect at a time.
const AT_ONCE: usize = 64;

/// A listener that is as small as can be.
struct Listener {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Listener {
    async fn open(url: &str, room: &str, token: &str) -> Self {
        let address = url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).await.unwrap();
        let head = format!(
            "GET /api/v1/rooms/{room}/events HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).await.unwrap();
        let mut listener = Self { stream, received: Vec::new() };
        listener.until(b"retry: ").await;
        assert!(listener.received.starts_with(b"HTTP/1.1 200 "), "{:?}", listener.received);
        listener
    }

    /// Reads until this has come.
    async fn until(&mut self, what: &[u8]) -> Instant {
        loop {
            if self.received.windows(what.len()).any(|part| part == what) {
                return Instant::now();
            }
            assert!(self.stream.read_buf(&mut self.received).await.unwrap() > 0, "the stream ended");
        }
    }
}

/// Opens so many in rooms of so many.
async fn open(server: &Server, rooms: &[(String, String)], each: usize) -> Vec<Listener> {
    let turns = Arc::new(Semaphore::new(AT_ONCE));
    let mut opening = JoinSet::new();
    for (room, token) in rooms {
        for _ in 0..each {
            let (turns, url, room, token) = (turns.clone(), server.url.clone(), room.clone(), token.clone());
            opening.spawn(async move {
                let _turn = turns.acquire().await.unwrap();
                Listener::open(&url, &room, &token).await
            });
        }
    }
    opening.join_all().await
}

fn start(data: &std::path::Path) -> Server {
    // As many as they are, beside those who ask and send.
    let env =
        [("ELIZABETH_MAX_CONNECTIONS", "14000"), ("ELIZABETH_GC_INTERVAL", "off"), ("RUST_LOG", "info")];
    // At the level that servers have by default.
    Server::start_logging_to(data, &env, Stdio::null())
}

async fn rooms(server: &Server, count: usize) -> Vec<(String, String)> {
    let client = client();
    let mut rooms = Vec::new();
    for n in 0..count {
        let name = format!("room{n}");
        let (_, token) = create_and_enter(&client, &server.room(&name)).await;
        rooms.push((name, token));
    }
    rooms
}

/// Adds a text to each room; how long each listener waited for it.
async fn waits(server: &Server, rooms: &[(String, String)], listeners: Vec<Listener>) -> Vec<Duration> {
    let client = client();
    let mut waiting = JoinSet::new();
    for mut listener in listeners {
        waiting.spawn(async move { listener.until(b"event: content.created").await });
    }
    let begun = Instant::now();
    for (room, token) in rooms {
        let text = client.post(format!("{}/texts", server.room(room))).bearer_auth(token);
        ok(text.json(&json!({"text": "heard by all"}))).await;
    }
    let mut waits: Vec<Duration> =
        waiting.join_all().await.into_iter().map(|heard| heard.duration_since(begun)).collect();
    waits.sort();
    waits
}

#[tokio::test(flavor = "multi_thread")]
async fn ten_thousand_listen_at_fourteen_kibibytes_each() {
    let data = tempfile::tempdir().unwrap();
    let server = start(data.path());
    let rooms = rooms(&server, 10).await;
    // What the first ones make the server allocate is no listener's.
    drop(open(&server, &rooms, 10).await);
    let before = server.memory();
    let begun = Instant::now();
    let listeners = open(&server, &rooms, 1000).await;
    let (took, each) = (begun.elapsed(), (server.memory() - before) / listeners.len() as u64);
    println!("{} listeners in {took:?}, {each} bytes each", listeners.len());
    assert!(each <= BYTES_EACH, "{each} bytes a listener");
    let waits = waits(&server, &rooms, listeners).await;
    println!("10 changes reached 10,000 listeners of 10 rooms within {:?}", waits.last().unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_reaches_a_thousand_listeners_of_a_room() {
    let data = tempfile::tempdir().unwrap();
    let server = start(data.path());
    let rooms = rooms(&server, 1).await;
    let listeners = open(&server, &rooms, 1000).await;
    let waits = waits(&server, &rooms, listeners).await;
    let (median, p99) = (waits[waits.len() / 2], waits[waits.len() * 99 / 100]);
    println!("a change reached 1,000 listeners: median {median:?}, p99 {p99:?}");
}

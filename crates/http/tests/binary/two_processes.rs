//! What must be exact is exact in two processes on one database together.

use elizabeth_test_servers::Postgres;
use futures::future::join_all;
use reqwest::{Client, RequestBuilder};
use serde_json::{Value, json};

use crate::server::{Server, client, create_and_enter, ok};

const MIB: usize = 1 << 20;
/// What is asked of both at once, in turn.
const CALLS: usize = 200;

struct Pair {
    servers: [Server; 2],
    client: Client,
    _folder: tempfile::TempDir,
}

impl Pair {
    fn start(name: &str, env: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database = Postgres::shared().database(name);
        let shared = [
            ("ELIZABETH_DATABASE_URL", database.as_str()),
            ("ELIZABETH_BLOB_URL", "memory://"),
            ("ELIZABETH_TOKEN_SECRET", "the secret that both processes share"),
            ("ELIZABETH_RESERVATION_TTL", "10m"),
            ("RUST_LOG", "error"),
        ];
        let env = [&shared, env].concat();
        let servers = ["a", "b"].map(|name| Server::start(&folder.path().join(name), &env));
        Self { servers, client: client(), _folder: folder }
    }

    /// Makes a room and enters it as its owner.
    async fn token(&self, room: &str) -> String {
        create_and_enter(&self.client, &self.servers[0].room(room)).await.1
    }

    /// The status and code of each of so many calls that are made at once.
    async fn answers(&self, call: impl Fn(&Self, &Server, usize) -> RequestBuilder) -> Vec<(u16, String)> {
        let calls = (0..CALLS).map(|n| call(self, &self.servers[n % 2], n)).map(async |request| {
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            let body: Value = answer.json().await.unwrap();
            (status, body["code"].as_str().unwrap_or_default().to_owned())
        });
        join_all(calls.collect::<Vec<_>>()).await
    }
}

/// So many calls were granted, and all others refused in this one way.
fn assert_granted(answers: &[(u16, String)], most: usize, refusal: (u16, &str)) {
    let granted = answers.iter().filter(|(status, _)| *status < 300).count();
    let refused = answers.iter().filter(|(status, code)| (*status, code.as_str()) == refusal).count();
    assert_eq!((granted, refused), (most, CALLS - most), "{answers:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_is_promised_than_there_may_be() {
    let pair = Pair::start("max_storage", &[("ELIZABETH_MAX_STORAGE", "100MiB")]);
    let mut rooms = Vec::new();
    for n in 0..20 {
        let name = format!("room{n}");
        let token = pair.token(&name).await;
        rooms.push((name, token));
    }
    let answers = pair.answers(|pair, server, n| {
        let (room, token) = &rooms[n % rooms.len()];
        let manifest = json!({"files": [{"name": "f", "size": MIB}]});
        pair.client.post(format!("{}/contents/prepare", server.room(room))).bearer_auth(token).json(&manifest)
    });
    assert_granted(&answers.await, 100, (507, "storage_full"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_has_no_more_uploads_than_it_may() {
    let pair = Pair::start("session_uploads", &[("ELIZABETH_LIMIT", "session-uploads=32")]);
    pair.token("uploads").await;
    let guest = pair.client.post(format!("{}/tokens", pair.servers[1].room("uploads"))).json(&json!({}));
    let guest = ok(guest).await["token"].take();
    let guest = guest.as_str().unwrap();
    let answers = pair.answers(|pair, server, _| {
        let manifest = json!({"files": [{"name": "f", "size": 1}]});
        let prepare = format!("{}/uploads/chunks/prepare", server.room("uploads"));
        pair.client.post(prepare).bearer_auth(guest).json(&manifest)
    });
    assert_granted(&answers.await, 32, (429, "too_many_session_uploads"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_has_no_more_contents_than_it_may() {
    let pair = Pair::start("room_contents", &[("ELIZABETH_LIMIT", "room-contents=50")]);
    let token = pair.token("texts").await;
    let answers = pair.answers(|pair, server, n| {
        let text = json!({"text": "a text", "file_name": format!("{n}.md")});
        pair.client.post(format!("{}/texts", server.room("texts"))).bearer_auth(&token).json(&text)
    });
    assert_granted(&answers.await, 50, (409, "room_contents_full"));
}

//! What all rooms may hold together, in two processes on one database.

use elizabeth_test_servers::Postgres;
use futures::future::join_all;
use serde_json::json;

use crate::server::{Server, client, create_and_enter};

const MIB: usize = 1 << 20;
const MOST: usize = 100;

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_together_promise_no_more_than_there_may_be() {
    let folder = tempfile::tempdir().unwrap();
    let database = Postgres::shared().database("max_storage");
    let env = [
        ("ELIZABETH_DATABASE_URL", database.as_str()),
        ("ELIZABETH_BLOB_URL", "memory://"),
        ("ELIZABETH_TOKEN_SECRET", "the secret that both processes share"),
        ("ELIZABETH_MAX_STORAGE", "100MiB"),
        ("ELIZABETH_RESERVATION_TTL", "10m"),
        ("RUST_LOG", "error"),
    ];
    let servers = ["a", "b"].map(|name| Server::start(&folder.path().join(name), &env));
    let client = client();
    let mut rooms = Vec::new();
    for n in 0..20 {
        let name = format!("room{n}");
        let token = create_and_enter(&client, &servers[0].room(&name)).await.1;
        rooms.push((name, token));
    }
    let prepares = (0..200).map(|n| {
        let ((room, token), server) = (&rooms[n % rooms.len()], &servers[n % 2]);
        let manifest = json!({"files": [{"name": "f", "size": MIB}]});
        let request = client.post(format!("{}/contents/prepare", server.room(room))).bearer_auth(token);
        async move { request.json(&manifest).send().await.unwrap().status().as_u16() }
    });
    let answers = join_all(prepares.collect::<Vec<_>>()).await;
    let count = |status| answers.iter().filter(|&&answer| answer == status).count();
    assert_eq!((count(200), count(507)), (MOST, 200 - MOST), "{answers:?}");
}

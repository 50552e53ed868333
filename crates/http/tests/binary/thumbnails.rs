//! `kill -9` while thumbnails are put: each is there whole or not at all, and what is counted is what is there.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use futures::{StreamExt, stream};
use rand::{RngExt, SeedableRng, rngs::StdRng};
use reqwest::Client;
use serde_json::Value;
use tokio::sync::Notify;

use crate::server::{Server, client, create_and_enter, ok, prepare, upload};

const ROUNDS: usize = 10;
const CONTENTS: usize = 8;

/// What is a JPEG of 9 pixels a side to whoever reads its header, and is so long.
fn jpeg(len: usize) -> Vec<u8> {
    let mut bytes = b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x09\x00\x09".to_vec();
    bytes.resize(len, len as u8);
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_leaves_each_thumbnail_whole_or_none() {
    let data = tempfile::tempdir().unwrap();
    let mut random = StdRng::seed_from_u64(20_261_128);
    let server = Server::start(data.path(), &[]);
    let client = client();
    let room = server.room("kill");
    let token = create_and_enter(&client, &room).await.1;
    let mut ids = Vec::new();
    for n in 0..CONTENTS {
        let name = n.to_string();
        let reservation = prepare(&client, &room, &token, &name, 1).await.unwrap();
        let added = upload(&client, &room, &token, reservation, &name, "x".into(), 1).await.unwrap();
        ids.push(added["uploaded"][0]["id"].as_i64().unwrap());
    }
    server.terminate();

    let mut cut_off = 0;
    for _ in 0..ROUNDS {
        let server = Server::start(data.path(), &[]);
        let room = server.room("kill");
        let kill_after = random.random_range(1..60);
        let (done, killed) = (Arc::new(AtomicUsize::new(0)), Arc::new(Notify::new()));
        let puts = stream::iter(0..400).map(|n| {
            let url = format!("{room}/contents/{}/thumbnail", ids[n % CONTENTS]);
            let put = client.put(url).bearer_auth(&token).header("content-type", "image/jpeg");
            let put = put.body(jpeg(random.random_range(100..65_000)));
            let (done, killed) = (done.clone(), killed.clone());
            async move {
                let answered = put.send().await.is_ok_and(|answer| answer.status() == 204);
                if answered && done.fetch_add(1, Ordering::SeqCst) + 1 == kill_after {
                    killed.notify_one();
                }
                answered
            }
        });
        let killing = async {
            killed.notified().await;
            server.kill();
        };
        let (answers, ()) = tokio::join!(puts.buffer_unordered(16).collect::<Vec<bool>>(), killing);
        cut_off += answers.into_iter().filter(|answered| !answered).count();
        let server = Server::start(data.path(), &[]);
        counted_is_what_is_there(&client, &server.room("kill"), &token).await;
    }
    assert!(cut_off > 0, "no kill cut a thumbnail off");
    let server = Server::start(data.path(), &[]);
    let room = server.room("kill");
    let delete = client.delete(format!("{room}/contents")).bearer_auth(&token);
    ok(delete.json(&serde_json::json!({"ids": ids}))).await;
    assert_eq!(ok(client.get(&room).bearer_auth(&token)).await["current_size"], 0);
}

async fn counted_is_what_is_there(client: &Client, room: &str, token: &str) {
    let list = ok(client.get(format!("{room}/contents")).bearer_auth(token)).await;
    let mut stored = 0;
    for content in list.as_array().unwrap() {
        stored += content["size"].as_u64().unwrap();
        let url = format!("{room}/contents/{}/thumbnail", content["id"]);
        let answer = client.get(url).bearer_auth(token).send().await.unwrap();
        let has: &Value = &content["thumbnail"];
        assert_eq!(has, &Value::Bool(answer.status() == 200));
        if answer.status() == 200 {
            let bytes = answer.bytes().await.unwrap();
            assert!(bytes == jpeg(bytes.len()), "a thumbnail is not whole");
            stored += bytes.len() as u64;
        }
    }
    assert_eq!(ok(client.get(room).bearer_auth(token)).await["current_size"], stored);
}

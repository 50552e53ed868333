//! Making rooms, asking, and looking.

use std::time::Instant;

use elizabeth_http::edge::Edge;
use futures::{StreamExt, stream};
use reqwest::Client;
use serde_json::json;

use crate::{
    clients::{MACHINE, client, outcome, retry_after, told},
    support::{TestServer, ok},
};

const KEY: &str = "the key to make rooms";

#[tokio::test(flavor = "multi_thread")]
async fn a_client_makes_thirty_rooms_a_minute() {
    let server = TestServer::start_towards(Edge::default()).await;
    let maker = client(5, 1);
    for number in 0..30 {
        let make = maker.post(format!("{}/api/v1/rooms/room-{number}", server.url));
        assert_eq!(outcome(make).await.0, 200, "{number}");
    }
    let answer = maker.post(format!("{}/api/v1/rooms/one-more", server.url)).send().await.unwrap();
    assert!(retry_after(&answer) <= 2);
    assert_eq!(told(answer).await, (429, "too_many_rooms".into()));
    // As a folder it is no other room.
    let put = maker.put(format!("{}/one-more/a.txt", server.url)).body("x");
    assert_eq!(outcome(put).await, (429, "too_many_rooms".into()));
    let put = maker.put(format!("{}/room-1/a.txt", server.url)).body("x");
    assert_eq!(outcome(put).await.0, 201);
    let make = client(5, 2).post(format!("{}/api/v1/rooms/one-more", server.url));
    assert_eq!(outcome(make).await.0, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_asks_so_often_and_no_more() {
    let _machine = MACHINE.lock().await;
    let server = TestServer::start_towards(Edge::default()).await;
    let asker = client(5, 3);
    let ask = |asker: &Client| asker.get(format!("{}/api/v1/health", server.url)).send();
    let begun = Instant::now();
    let answers: Vec<_> = stream::iter(0..1000).map(|_| ask(&asker)).buffer_unordered(50).collect().await;
    let seconds = begun.elapsed().as_secs_f64();
    let answers = answers.into_iter().map(Result::unwrap);
    let (refused, answered): (Vec<_>, Vec<_>) = answers.partition(|answer| answer.status() == 429);
    println!("{} of 1,000 requests were answered in {seconds:.1} s", answered.len());
    assert!(answered.len() as f64 <= 301.0 + 100.0 * seconds);
    assert!(refused.iter().all(|answer| retry_after(answer) == 1));
    let first = refused.into_iter().next().unwrap();
    assert_eq!(told(first).await, (429, "too_many_requests".into()));
    assert_eq!(ask(&client(5, 4)).await.unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn where_there_is_a_key_rooms_are_made_with_it() {
    let edge = Edge { create_key: Some(KEY.into()), rate_limit: false, ..Edge::default() };
    let server = TestServer::start_towards(edge).await;
    assert_eq!(server.get("/config", None).await["create_key_required"], true);
    let make = || server.client.post(format!("{}/api/v1/rooms/box", server.url));
    let put = |room: &str| server.client.put(format!("{}/{room}/a.txt", server.url)).body("x");
    for (key, refusal) in [(None, (401, "create_key_required")), (Some("wrong"), (403, "create_key_invalid"))]
    {
        let refusal = (refusal.0, refusal.1.to_owned());
        let with = |request: reqwest::RequestBuilder| match key {
            Some(key) => request.header("x-create-key", key),
            None => request,
        };
        assert_eq!(outcome(with(make())).await, refusal);
        assert_eq!(outcome(with(put("box"))).await, refusal);
    }
    assert_eq!(outcome(make().header("x-create-key", KEY)).await.0, 200);
    assert_eq!(outcome(put("folder").header("x-create-key", KEY)).await.0, 201);
    // Entering one needs none, nor does a file for a room that is there.
    assert_eq!(outcome(put("box")).await.0, 201);
    server.enter("box").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn to_ask_whether_something_is_there_is_no_entry() {
    let server = TestServer::start().await;
    ok(server.client.post(format!("{}/api/v1/rooms/box", server.url)).json(&json!({"max_times_entered": 3})))
        .await;
    let put = server.client.put(format!("{}/box/a.txt", server.url)).body("x");
    assert_eq!(outcome(put).await.0, 201);
    for path in ["/box/", "/box/a.txt"] {
        for _ in 0..5 {
            let asked = server.client.head(format!("{}{path}", server.url)).send().await.unwrap();
            assert_eq!(asked.status(), 200);
        }
    }
    let room = server.get("/rooms/box", None).await;
    assert_eq!(room["current_times_entered"], 1, "{room}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_limits_are_shown() {
    let server = TestServer::start_towards(Edge::default()).await;
    let config = server.get("/config", None).await;
    assert_eq!(config["create_key_required"], false);
    let counts = config["counts"].as_array().unwrap();
    let shown = |name: &str| counts.iter().find(|count| count["name"] == name).unwrap();
    assert_eq!((&shown("guesses")["limit"], &shown("guesses")["scope"]), (&json!(10), &json!("client")));
    assert_eq!(shown("room-contents")["scope"], "room");
}

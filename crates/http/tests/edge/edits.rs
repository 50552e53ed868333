//! Editing texts together.

use std::time::Instant;

use elizabeth_http::edge::Edge;
use reqwest::RequestBuilder;
use serde_json::{Value, json};

use crate::{
    clients::{client, outcome, retry_after, told},
    support::{TestServer, ok},
};

fn make(server: &TestServer, last: u8, token: &str, id: &Value, edits: Value) -> RequestBuilder {
    let edits = json!({"version": 1, "client": "me", "edits": edits});
    let path = format!("{}/api/v1/rooms/t/contents/{id}/edits", server.url);
    client(6, last).post(path).bearer_auth(token).json(&edits)
}

/// Neither many edits nor large ones, whoever they are of; another session is not held up.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_edits_so_fast_and_no_faster() {
    let server = TestServer::start_towards(Edge::default()).await;
    let token = server.create_and_enter("t").await;
    let id = server.post("/rooms/t/texts", Some(&token), json!({"text": "abc"})).await["id"].take();
    let begun = Instant::now();
    let mut made = 0;
    let refused = loop {
        // What does not fit is counted too.
        let answer = make(&server, 1, &token, &id, json!(vec![json!([7]); 100])).send().await.unwrap();
        match answer.status().as_u16() {
            400 => made += 100,
            _ => break answer,
        }
    };
    let most = 1000.0 + 100.0 * begun.elapsed().as_secs_f64();
    println!("{made} edits of {most:.0}");
    assert!(made >= 1000 && f64::from(made) <= most);
    assert_eq!(retry_after(&refused), 1);
    assert_eq!(told(refused).await, (429, "too_many_edits".into()));
    let guest = server.enter("t").await;
    ok(make(&server, 2, &guest, &id, json!([[3, [0, "d"]]]))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_edits_so_much_and_no_more() {
    let server = TestServer::start_towards(Edge::default()).await;
    let token = server.create_and_enter("t").await;
    let id = server.post("/rooms/t/texts", Some(&token), json!({"text": "abc"})).await["id"].take();
    let begun = Instant::now();
    let whole = json!([[[7, "x".repeat(1 << 20)]]]);
    let mut made = 0;
    let refused = loop {
        match outcome(make(&server, 3, &token, &id, whole.clone())).await {
            (400, _) => made += 1,
            refused => break refused,
        }
    };
    assert_eq!(refused, (429, "too_many_edits".into()));
    assert!(made >= 7 && f64::from(made) <= 8.0 + begun.elapsed().as_secs_f64() / 4.0, "{made} MiB");
}

//! Who is there, and what they have for each other: heard by those who listen, and kept nowhere.

use elizabeth_core::{
    limits::{Limit, Limits},
    policy::Policy,
};
use elizabeth_http::edge::Edge;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestServer, events::Events, ok, refused};

async fn listen(server: &TestServer, token: &str) -> Events {
    Events::open(server.request(Method::GET, "/rooms/box/events", Some(token))).await
}

async fn appear(server: &TestServer, token: &str, sign: Value) -> Value {
    server.post("/rooms/box/presence", Some(token), sign).await
}

/// The name that a session has for others.
fn me(here: &Value) -> Value {
    let here = here.as_array().unwrap();
    here.iter().find(|one| one["me"] == true).unwrap()["session"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_there_is_seen_and_heard() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    let guest = server.enter("box").await;
    let mut events = listen(&server, &owner).await;
    let typing = json!({"name": "Ada", "colour": "#3366cc", "doing": "typing", "at": "8:120"});
    let here = appear(&server, &guest, typing.clone()).await;
    let ada = me(&here);
    let mut sign = typing.clone();
    (sign["session"], sign["gone"]) = (ada.clone(), json!(false));
    assert_eq!(events.soon().await.data, sign);
    // The same again is no news.
    appear(&server, &guest, typing.clone()).await;
    appear(&server, &owner, json!({})).await;
    let event = events.soon().await;
    assert_eq!((event.kind.as_str(), event.id, &event.data["name"]), ("presence", None, &Value::Null));
    let here = server.get("/rooms/box/presence", Some(&owner)).await;
    let seen = here.as_array().unwrap();
    assert_eq!(seen.len(), 2);
    let (of_ada, own) = if seen[0]["session"] == ada { (&seen[0], &seen[1]) } else { (&seen[1], &seen[0]) };
    assert_eq!((&of_ada["name"], &of_ada["me"], &own["me"]), (&json!("Ada"), &json!(false), &json!(true)));
    // Another room has other names for the same.
    assert_ne!(of_ada["session"], own["session"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_reaches_the_one_it_is_for() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    let (one, other) = (server.enter("box").await, server.enter("box").await);
    let mut heard =
        [listen(&server, &owner).await, listen(&server, &one).await, listen(&server, &other).await];
    let signal = |token: &str, to: &Value, data: &str| {
        let request = server.request(Method::POST, "/rooms/box/signals", Some(token));
        request.json(&json!({"to": to, "data": data}))
    };
    let to = me(&appear(&server, &other, json!({})).await);
    refused(signal(&one, &to, "hi"), 404, "not_present").await;
    let from = me(&appear(&server, &one, json!({})).await);
    refused(signal(&one, &json!("0000000000000000"), "hi"), 404, "not_present").await;
    refused(signal(&one, &to, &"x".repeat(4097)), 413, "body_too_large").await;
    let answer = signal(&one, &to, "hi\n\nthere").send().await.unwrap();
    assert_eq!(answer.status(), 202);
    appear(&server, &owner, json!({"doing": "uploading"})).await;
    for (n, events) in heard.iter_mut().enumerate() {
        let mut kinds = Vec::new();
        loop {
            let event = events.soon().await;
            if event.kind == "signal" {
                assert_eq!(event.data, json!({"from": from, "data": "hi\n\nthere"}));
            }
            let last = event.data["doing"] == "uploading";
            kinds.push(event.kind);
            if last {
                break;
            }
        }
        assert_eq!(
            kinds.iter().filter(|kind| *kind == "signal").count(),
            usize::from(n == 2),
            "{n}: {kinds:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_box_is_alone() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    let invite = json!({"action": "enter", "permission": 2});
    let invite = server.post("/rooms/box/tickets", Some(&owner), invite).await;
    let entered = server.post("/rooms/box/tokens", None, json!({"ticket": invite["ticket"]})).await;
    let guest = entered["token"].as_str().unwrap();
    let mut events = listen(&server, guest).await;
    let of_owner = me(&appear(&server, &owner, json!({"name": "Owner"})).await);
    let here = appear(&server, guest, json!({"name": "Guest"})).await;
    assert_eq!(here.as_array().unwrap().len(), 1);
    assert_eq!(events.expect("presence").await["name"], "Guest");
    assert_eq!(server.get("/rooms/box/presence", Some(&owner)).await.as_array().unwrap().len(), 2);
    let signal = server.request(Method::POST, "/rooms/box/signals", Some(guest));
    refused(signal.json(&json!({"to": of_owner, "data": "x"})), 404, "not_present").await;
    // What is for it, it hears.
    let signal = server.request(Method::POST, "/rooms/box/signals", Some(&owner));
    let answer = signal.json(&json!({"to": me(&here), "data": "for you"})).send().await.unwrap();
    assert_eq!(answer.status(), 202);
    assert_eq!(events.expect("signal").await["data"], "for you");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_is_limited() {
    let server = TestServer::start_towards(Edge::default()).await;
    let owner = server.create_and_enter("box").await;
    let say = |sign: Value| server.request(Method::POST, "/rooms/box/presence", Some(&owner)).json(&sign);
    for bad in [
        json!({"name": ""}),
        json!({"name": "x".repeat(41)}),
        json!({"name": "a\u{7}b"}),
        json!({"colour": "red"}),
        json!({"doing": "Typing!"}),
    ] {
        refused(say(bad), 400, "invalid_json").await;
    }
    refused(say(json!({"at": "x".repeat(513)})), 413, "body_too_large").await;
    ok(say(json!({"name": "ü".repeat(40)}))).await;
    let mut refusals = 0;
    for _ in 0..20 {
        refusals += u32::from(say(json!({})).send().await.unwrap().status() == 429);
    }
    assert!(refusals > 0, "ten a second");
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_are_there() {
    let limits = Limits::default().with(Limit::RoomPresent, 1);
    let server = TestServer::start_with(Policy::default().min_free(0).limits(limits)).await;
    let owner = server.create_and_enter("box").await;
    let guest = server.enter("box").await;
    appear(&server, &owner, json!({})).await;
    let full = server.request(Method::POST, "/rooms/box/presence", Some(&guest)).json(&json!({}));
    refused(full, 429, "too_many_present").await;
}

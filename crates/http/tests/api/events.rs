//! Following a room: what happens in it, as it happens, and what one missed.

use std::time::Duration;

use elizabeth_core::{
    limits::{Limit, Limits},
    policy::Policy,
};
use elizabeth_http::edge::Edge;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{TestServer, events::Events, header, ok, refused};

fn follow(server: &TestServer, room: &str, token: &str, last_id: Option<&str>) -> RequestBuilder {
    let request = server.request(Method::GET, &format!("/rooms/{room}/events"), Some(token));
    match last_id {
        Some(id) => request.header("last-event-id", id),
        None => request,
    }
}

async fn listen(server: &TestServer, room: &str, token: &str) -> Events {
    Events::open(follow(server, room, token, None)).await
}

async fn add(server: &TestServer, room: &str, token: &str, text: &str) -> Value {
    server.post(&format!("/rooms/{room}/texts"), Some(token), json!({"text": text})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_is_heard_in_order_with_what_it_is_about() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    let mut events = listen(&server, "box", &owner).await;
    let head = |name: &str| events.head.iter().find(|(one, _)| one == name).map(|(_, value)| value.as_str());
    assert_eq!(head("content-type"), Some("text/event-stream"));
    assert_eq!(head("cache-control"), Some("no-store, no-transform"));
    assert_eq!(head("x-accel-buffering"), Some("no"));

    let text = add(&server, "box", &owner, "first\nsecond").await;
    let event = events.soon().await;
    let room = server.get("/rooms/box", Some(&owner)).await;
    assert_eq!(event.kind, "content.created");
    assert_eq!(event.id, Some(format!("{}.1", room["id"])));
    assert_eq!(event.data, json!({"id": text["id"], "content": text}));

    let change = server.request(Method::PATCH, &format!("/rooms/box/contents/{}", text["id"]), Some(&owner));
    let changed = ok(change.header("if-match", "\"1\"").json(&json!({"text": "third"}))).await;
    // To whoever has it open it is an edit.
    let edit = json!({"client": "", "change": [[11, "thir"], 1]});
    let edited = json!({"id": text["id"], "from": 1, "to": 2, "edits": [edit]});
    assert_eq!(events.expect("content.edited").await, edited);
    assert_eq!(events.expect("content.updated").await, json!({"id": text["id"], "content": changed}));

    let file = server.upload("box", &owner, "a.txt", "abc").await;
    let created = events.expect("content.created").await;
    assert_eq!((&created["id"], &created["content"]["file_name"]), (&file["id"], &json!("a.txt")));

    let manifest = json!({"files": [{"name": "big", "size": 100_000, "chunk_size": 65_536}]});
    let upload = server.post("/rooms/box/uploads/chunks/prepare", Some(&owner), manifest).await;
    let started = events.expect("upload.started").await;
    assert_eq!(started["reservation_id"], upload["reservation_id"]);
    assert_eq!(started["upload"]["name"], "big");
    assert_eq!(started["upload"]["reserved_size"], 100_000);
    let abandon = format!("/rooms/box/uploads/chunks/{}", upload["reservation_id"].as_str().unwrap());
    server.delete(&abandon, &owner).await;
    let ended = events.expect("upload.ended").await;
    assert_eq!(ended, json!({"reservation_id": upload["reservation_id"], "upload": null}));

    let deleted = json!({"ids": [text["id"], file["id"]]});
    ok(server.request(Method::DELETE, "/rooms/box/contents", Some(&owner)).json(&deleted)).await;
    assert_eq!(events.expect("content.deleted").await, deleted);

    server.post("/rooms/box/permissions", Some(&owner), json!({"permission": 7})).await;
    assert_eq!(events.expect("room.updated").await["room"]["permission"], 7);

    server.delete("/rooms/box", &owner).await;
    events.expect("room.deleted").await;
    assert_eq!(events.next().await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_missed_is_replayed_and_what_is_gone_is_not_brought_back() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    let mut events = listen(&server, "box", &owner).await;
    let first = add(&server, "box", &owner, "first").await;
    events.expect("content.created").await;
    let seen = events.last_id.clone();
    drop(events);
    let secret = add(&server, "box", &owner, "a secret").await;
    let gone = json!({"ids": [secret["id"]]});
    ok(server.request(Method::DELETE, "/rooms/box/contents", Some(&owner)).json(&gone)).await;
    let mut again = Events::open(follow(&server, "box", &owner, Some(&seen))).await;
    assert_eq!(again.expect("content.created").await, json!({"id": secret["id"], "content": null}));
    assert_eq!(again.expect("content.deleted").await, gone);
    // From the beginning, and as things stand now.
    let room = seen.split_once('.').unwrap().0;
    let mut all = Events::open(follow(&server, "box", &owner, Some(&format!("{room}.0")))).await;
    assert_eq!(all.expect("content.created").await, json!({"id": first["id"], "content": first}));
    // Everything is sent once: then comes what happens next.
    let next = add(&server, "box", &owner, "next").await;
    for mut events in [again, all] {
        while events.soon().await.data["id"] != next["id"] {}
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cursor_of_nowhere_is_told_to_list_anew() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    add(&server, "box", &owner, "a").await;
    let room = server.get("/rooms/box", Some(&owner)).await["id"].as_i64().unwrap();
    for id in
        ["", "x", "1", &format!("{}.1", room + 1), &format!("{room}.999"), &format!("{room}.99999999999")]
    {
        let mut events = Events::open(follow(&server, "box", &owner, Some(id))).await;
        let next = add(&server, "box", &owner, "b").await;
        if !id.is_empty() {
            assert_eq!(events.soon().await.kind, "reset", "{id}");
        }
        assert_eq!(events.expect("content.created").await["id"], next["id"], "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_box_hears_its_own_in_the_stream_and_in_replay() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    let invite = json!({"action": "enter", "permission": 2});
    let invite = server.post("/rooms/box/tickets", Some(&owner), invite).await;
    let entered = server.post("/rooms/box/tokens", None, json!({"ticket": invite["ticket"]})).await;
    let guest = entered["token"].as_str().unwrap();
    let mut events = listen(&server, "box", guest).await;
    add(&server, "box", &owner, "of others").await;
    let mine = add(&server, "box", guest, "mine").await;
    let others = add(&server, "box", &owner, "of others").await;
    let gone = json!({"ids": [others["id"]]});
    ok(server.request(Method::DELETE, "/rooms/box/contents", Some(&owner)).json(&gone)).await;
    server.post("/rooms/box/permissions", Some(&owner), json!({"permission": 7})).await;
    assert_eq!(events.expect("content.created").await, json!({"id": mine["id"], "content": mine}));
    events.expect("room.updated").await;
    let room = events.last_id.split_once('.').unwrap().0.to_owned();
    let mut again = Events::open(follow(&server, "box", guest, Some(&format!("{room}.0")))).await;
    assert_eq!(again.expect("content.created").await["id"], mine["id"]);
    again.expect("room.updated").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn it_ends_within_a_second_with_what_it_was_opened_by() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    let second = Duration::from_millis(1500);

    let guest = server.enter("box").await;
    let events = listen(&server, "box", &guest).await;
    server.post("/auth/logout", None, json!({"access_token": guest})).await;
    events.ends_within(second).await;
    refused(follow(&server, "box", &guest, None), 401, "token_revoked").await;

    let guest = server.enter("box").await;
    let claims = server.post("/rooms/box/tokens/validate", None, json!({"token": guest})).await;
    let events = listen(&server, "box", &guest).await;
    server.delete(&format!("/rooms/box/tokens/{}", claims["claims"]["jti"].as_str().unwrap()), &owner).await;
    events.ends_within(second).await;

    let guest = server.enter("box").await;
    let (events, mut of_owner) = (listen(&server, "box", &guest).await, listen(&server, "box", &owner).await);
    server.post("/rooms/box/settings", Some(&owner), json!({"status": 2})).await;
    events.ends_within(second).await;
    of_owner.expect("room.updated").await;
    add(&server, "box", &owner, "still open to its owner").await;
    of_owner.expect("content.created").await;

    // Its time is over: whatever wakes it next ends it.
    server.clock.advance(Duration::from_secs(3600));
    refused(follow(&server, "box", &owner, None), 401, "token_expired").await;
    of_owner.ends_within(Duration::from_secs(16)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_so_many_listeners_and_places_are_given_back() {
    let limits = Limits::default()
        .with(Limit::RoomListeners, 2)
        .with(Limit::Listeners, 3)
        .with(Limit::ClientListeners, 3);
    let server = TestServer::start_with(Policy::default().min_free(0).limits(limits)).await;
    let (one, other) = (server.create_and_enter("one").await, server.create_and_enter("other").await);
    let first = listen(&server, "one", &one).await;
    let _second = listen(&server, "one", &one).await;
    let full = refused(follow(&server, "one", &one, None), 429, "too_many_listeners").await;
    assert!(full["error"].as_str().unwrap().contains("this room"), "{full}");
    let _third = listen(&server, "other", &other).await;
    let full = follow(&server, "other", &other, None).send().await.unwrap();
    assert_eq!((full.status().as_u16(), header(&full, "retry-after")), (503, "10"));
    refused(follow(&server, "other", &other, None), 503, "listeners_full").await;
    drop(first);
    while follow(&server, "one", &one, None).send().await.unwrap().status() != 200 {}
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_has_so_many_listeners() {
    let server = TestServer::start_towards(Edge::default()).await;
    let owner = server.create_and_enter("box").await;
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(listen(&server, "box", &owner).await);
    }
    let full = refused(follow(&server, "box", &owner, None), 429, "too_many_listeners").await;
    assert!(full["error"].as_str().unwrap().contains("this address"), "{full}");
    // The rest of what it does goes on.
    add(&server, "box", &owner, "heard by all").await;
    for events in &mut open {
        events.expect("content.created").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_followed_as_a_folder_too() {
    let server = TestServer::start().await;
    server.post("/rooms/box", None, json!({"password": "hush"})).await;
    let request = |password: Option<&str>| {
        let request = server.client.get(format!("{}/box/", server.url)).header("accept", "text/event-stream");
        match password {
            Some(password) => request.basic_auth("", Some(password)),
            None => request,
        }
    };
    refused(request(None), 401, "password_required").await;
    let mut events = Events::open(request(Some("hush"))).await;
    let put = server.client.put(format!("{}/box/a.txt", server.url)).basic_auth("", Some("hush")).body("abc");
    assert!(put.send().await.unwrap().status().is_success());
    assert_eq!(events.expect("content.created").await["content"]["file_name"], "a.txt");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_shutdown_ends_it_in_good_order() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("box").await;
    let mut open = Vec::new();
    for _ in 0..20 {
        open.push(listen(&server, "box", &owner).await);
    }
    let begun = std::time::Instant::now();
    server.shut_down().await;
    let took = begun.elapsed();
    assert!(took < Duration::from_secs(4), "{took:?}");
    for events in open {
        events.ends_within(Duration::from_secs(1)).await;
    }
}

//! Guessing is slowed down, of whoever guesses and of nobody else.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    time::{Duration, Instant},
};

use elizabeth_http::edge::Edge;
use reqwest::{Client, RequestBuilder};
use serde_json::json;

use crate::{
    clients::{Line, MACHINE, address, best_p99, client, outcome, retry_after},
    support::{TestServer, ok},
};

const PASSWORD: &str = "correct horse";

/// A server with a room that has a password; the owner's token.
async fn with_room(edge: Edge) -> (TestServer, String) {
    let server = TestServer::start_towards(edge).await;
    server.post("/rooms/box", None, json!({"password": PASSWORD})).await;
    let entered = server.post("/rooms/box/tokens", None, json!({"password": PASSWORD})).await;
    let token = entered["token"].as_str().unwrap().to_owned();
    (server, token)
}

fn enter(client: &Client, url: &str, password: &str) -> RequestBuilder {
    client.post(format!("{url}/api/v1/rooms/box/tokens")).json(&json!({"password": password}))
}

#[tokio::test(flavor = "multi_thread")]
async fn each_class_of_guess_ends_in_429() {
    let edge = Edge { create_key: Some("the key to make rooms".into()), ..Edge::default() };
    let server = TestServer::start_towards(edge).await;
    let make = server.client.post(format!("{}/api/v1/rooms/box", server.url));
    ok(make.header("x-create-key", "the key to make rooms").json(&json!({"password": PASSWORD}))).await;
    let room = format!("{}/api/v1/rooms/box", server.url);
    let at = |path: &str| format!("{}{path}", server.url);
    let tokens = |client: &Client, body| client.post(format!("{room}/tokens")).json(&body);
    let private = at(&format!("/api/v1/rooms/box_{}", "0".repeat(32)));
    type Guess<'a> = &'a dyn Fn(&Client) -> RequestBuilder;
    let classes: [(&str, Guess<'_>); 15] = [
        ("password", &|client| tokens(client, json!({"password": "wrong"}))),
        ("owner key", &|client| tokens(client, json!({"owner_key": "wrong"}))),
        ("ticket to enter", &|client| tokens(client, json!({"ticket": "wrong"}))),
        ("ticket to read", &|client| client.get(format!("{room}/contents/1?ticket=wrong"))),
        ("page of a ticket", &|client| client.get(at("/s/wrong"))),
        ("page of a ticket, in a browser", &|client| {
            client.get(at("/s/wrong")).header("accept", "text/html")
        }),
        ("Basic", &|client| client.get(at("/box/")).basic_auth("", Some("wrong"))),
        ("Basic, to put", &|client| client.put(at("/box/a")).basic_auth("", Some("wrong")).body("x")),
        ("admin token", &|client| client.get(at("/api/v1/admin/rooms")).bearer_auth("wrong")),
        ("admin token, for the status", &|client| client.get(at("/api/v1/status")).bearer_auth("wrong")),
        ("admin token, for the metrics", &|client| client.get(at("/metrics")).bearer_auth("wrong")),
        ("refresh token", &|client| {
            client.post(at("/api/v1/auth/refresh")).json(&json!({"refresh_token": "wrong"}))
        }),
        ("private address", &|client| client.get(&private)),
        ("name", &|client| client.get(at("/api/v1/rooms/nothing"))),
        ("key to make rooms", &|client| client.post(at("/api/v1/rooms/new")).header("x-create-key", "wrong")),
    ];
    for (number, (class, guess)) in (1..).zip(classes) {
        let client = client(1, number);
        let mut tries = 0;
        let answer = loop {
            let answer = guess(&client).send().await.unwrap();
            tries += 1;
            if answer.status() == 429 {
                break answer;
            }
            assert!(tries < 20, "{class}: {tries} tries, and still {}", answer.status());
        };
        let wait = retry_after(&answer);
        println!("{class}: 429 at try {tries}, Retry-After: {wait}");
        // A browser is told so by a page.
        let text = answer.text().await.unwrap();
        assert!(text.contains("too_many_attempts"), "{class}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_has_to_wait_gets_the_page_without_a_verdict() {
    let (server, _) = with_room(Edge::default()).await;
    let guesser = client(1, 100);
    let page = |room: &str| guesser.get(format!("{}/{room}", server.url)).header("accept", "text/html");
    for number in 0..30 {
        let answer = page(&format!("nothing-{number}")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let page = answer.text().await.unwrap();
        assert!(number < 15 || !page.contains("room_not_found"), "{number}: {page}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn to_ask_without_a_password_is_no_guess() {
    let (server, _) = with_room(Edge::default()).await;
    let asker = client(1, 101);
    for _ in 0..30 {
        let ask = asker.post(format!("{}/api/v1/rooms/box/tokens", server.url)).json(&json!({}));
        assert_eq!(outcome(ask).await, (403, "wrong_password".into()));
        assert_eq!(
            outcome(asker.get(format!("{}/box/", server.url))).await,
            (401, "password_required".into())
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_is_believed_and_a_forger_is_not() {
    let edge = Edge { trusted_proxies: "127.0.2.1".parse().unwrap(), ..Edge::default() };
    let (server, _) = with_room(edge).await;
    let guess = async |through: &Client, forwarded: &str| {
        let guess = enter(through, &server.url, "wrong").header("x-forwarded-for", forwarded);
        outcome(guess).await.0
    };
    // Whatever a stranger writes there, it is the stranger's own address that counts.
    let forger = client(2, 2);
    let mut statuses = Vec::new();
    for number in 0..20 {
        statuses.push(guess(&forger, &format!("192.0.2.{number}")).await);
    }
    assert!(statuses.ends_with(&[429; 10]), "{statuses:?}");
    // Behind the proxy each client counts for itself, and what it wrote itself stands further left.
    let proxy = client(2, 1);
    let mut statuses = Vec::new();
    for number in 0..20 {
        statuses.push(guess(&proxy, &format!("192.0.2.{number}, 198.51.100.1")).await);
    }
    assert!(statuses.ends_with(&[429; 10]), "{statuses:?}");
    assert_eq!(guess(&proxy, "198.51.100.2").await, 403);
}

/// 1,000 guesses a second from fifty addresses, beside an owner with a token at one of these very addresses, and guests
/// who know the password.
#[tokio::test(flavor = "multi_thread")]
async fn those_who_know_are_not_slowed_by_those_who_guess() {
    let _machine = MACHINE.lock().await;
    let (server, token) = with_room(Edge::default()).await;
    let owner = client(3, 1);
    let look = async || {
        let look = owner.get(format!("{}/api/v1/rooms/box/contents", server.url)).bearer_auth(&token);
        let answer = outcome(look).await;
        // The owner shares an address, and what an address may ask, with one who guesses.
        assert!(answer.0 == 200 || answer.1 == "too_many_requests", "{answer:?}");
    };
    // Each comes once, from an address of its own.
    let guests: Mutex<Vec<Client>> = Mutex::new(
        [4, 14].into_iter().flat_map(|group| (1..=180).map(move |last| client(group, last))).collect(),
    );
    let come = async || {
        let guest = guests.lock().unwrap().pop().unwrap();
        assert_eq!(outcome(enter(&guest, &server.url, PASSWORD)).await.0, 200);
    };
    let alone = (best_p99(60, look).await, best_p99(60, come).await);

    let (stop, sent) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    let guessers: Vec<_> = (1..=50)
        .map(|last| {
            let (stop, sent, url) = (stop.clone(), sent.clone(), server.url.clone());
            tokio::spawn(async move {
                let mut line = Line::open(&url, address(3, last)).await;
                let guess = line.request("POST", "/api/v1/rooms/box/tokens", r#"{"password":"wrong"}"#);
                let mut ticks = tokio::time::interval(Duration::from_millis(50));
                while !stop.load(Relaxed) {
                    ticks.tick().await;
                    let status = line.exchange(&guess).await;
                    assert!([403, 429].contains(&status), "{status}");
                    sent.fetch_add(1, Relaxed);
                }
            })
        })
        .collect();
    // They have used up what they may guess once the first second is over.
    while sent.load(Relaxed) < 1000 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let (begun, before) = (Instant::now(), sent.load(Relaxed));
    let beside = (best_p99(60, look).await, best_p99(60, come).await);
    let rate = (sent.load(Relaxed) - before) as f64 / begun.elapsed().as_secs_f64();
    stop.store(true, Relaxed);
    for guesser in guessers {
        guesser.await.unwrap();
    }
    println!("p99 alone (owner, guest): {alone:?}; beside {rate:.0} guesses a second: {beside:?}");
    let bound = |alone: Duration| 3 * alone.max(Duration::from_millis(50));
    assert!(beside.0 < bound(alone.0) && beside.1 < bound(alone.1));
}

//! A room as a folder, as curl uses it: `PUT`, `GET`, `HEAD`, `DELETE /{room}/{file_name}`, `GET /{room}/`, `GET /`.

use std::time::Duration;

use bytes::Bytes;
use elizabeth_core::policy::Policy;
use futures::{SinkExt, StreamExt, channel::mpsc, stream};
use reqwest::{Body, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{TestServer, cut_off, exchange, header, ok, refused};

const HTML: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

impl TestServer {
    pub(super) fn at(&self, method: &str, path: &str) -> RequestBuilder {
        self.client.request(method.parse().unwrap(), format!("{}{path}", self.url))
    }

    async fn put(&self, path: &str, body: impl Into<Body>) -> Response {
        self.at("PUT", path).body(body).send().await.unwrap()
    }

    async fn text(&self, path: &str) -> String {
        let answer = self.at("GET", path).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
        answer.text().await.unwrap()
    }

    /// Waits until there are so many rooms and blobs.
    async fn has(&self, rooms: u64, blobs: usize) {
        for _ in 0..2_000 {
            if (self.app.counts().await.unwrap().rooms, self.blob_count().await) == (rooms, blobs) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("there are not {rooms} rooms and {blobs} blobs");
    }

    /// A token of an owner, by the key that making the room answered.
    async fn own(&self, room: &str, key: &str) -> String {
        let issued = self.post(&format!("/rooms/{room}/tokens"), None, json!({"owner_key": key})).await;
        assert_eq!(issued["claims"]["owner"], true);
        issued["token"].as_str().unwrap().to_owned()
    }
}

/// A body of unknown length: so many pieces of a MiB, each another.
fn piped(mib: u64) -> Body {
    Body::wrap_stream(stream::iter(0..mib).map(|n| Ok::<_, std::io::Error>(piece(n))))
}

fn piece(n: u64) -> Bytes {
    vec![n as u8; 1 << 20].into()
}

/// Rows "PUT /{room}/{file_name}", "GET /{room}/{file_name}", "DELETE /{room}/{file_name}".
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_added_to_a_room_that_was_not_there() {
    let server = TestServer::start().await;
    let answer = server.put("/box/a%20dir/gr%C3%BC%C3%9Fe.txt", "hello").await;
    assert_eq!(answer.status(), 201);
    let url = format!("{}/box/a%20dir/gr%C3%BC%C3%9Fe.txt", server.url);
    assert_eq!(header(&answer, "location"), url);
    assert_eq!(header(&answer, "content-type"), "text/plain; charset=utf-8");
    let key = header(&answer, "elizabeth-owner-key").to_owned();
    assert_eq!(answer.text().await.unwrap(), format!("{url}\n"));
    assert_eq!(server.client.get(&url).send().await.unwrap().text().await.unwrap(), "hello");

    // Only who made it owns it, and only making it answers a key.
    let again = server.put("/box/a%20dir/gr%C3%BC%C3%9Fe.txt", "hello again").await;
    assert_eq!((again.status().as_u16(), header(&again, "elizabeth-owner-key")), (201, ""));
    let entered = server.post("/rooms/box/tokens", None, json!({})).await;
    assert_eq!(entered["claims"]["owner"], false);
    let owner = server.own("box", &key).await;
    let room = server.get("/rooms/box", Some(&owner)).await;
    // The second PUT, the GET, and the entry.
    assert_eq!((&room["current_times_entered"], &room["current_size"]), (&json!(3), &json!(16)));

    // The newest of that name.
    assert_eq!(server.client.get(&url).send().await.unwrap().text().await.unwrap(), "hello again");
    let part = server.client.get(&url).header("range", "bytes=6-").send().await.unwrap();
    assert_eq!((part.status().as_u16(), header(&part, "content-range")), (206, "bytes 6-10/11"));
    assert_eq!(part.text().await.unwrap(), "again");
    let head = server.client.head(&url).send().await.unwrap();
    assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, "11"));
    let unchanged = server.client.get(&url).header("if-none-match", header(&head, "etag"));
    assert_eq!(unchanged.send().await.unwrap().status(), 304);

    for left in ["hello", ""] {
        let gone = server.client.delete(&url).send().await.unwrap();
        assert_eq!((gone.status().as_u16(), gone.text().await.unwrap().as_str()), (204, ""));
        if !left.is_empty() {
            assert_eq!(server.client.get(&url).send().await.unwrap().text().await.unwrap(), left);
        }
    }
    refused(server.client.get(&url), 404, "content_not_found").await;
    refused(server.client.delete(&url), 404, "content_not_found").await;
    assert_eq!(server.text("/box/").await, "");
    refused(server.at("GET", "/elsewhere/a"), 404, "room_not_found").await;
    refused(server.at("DELETE", "/elsewhere/a"), 404, "room_not_found").await;
}

/// Row "GET /{room}/".
#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_listed_as_lines_or_as_json() {
    let server = TestServer::start().await;
    for (name, size) in [("menu.txt", 15), ("dir/large.bin", 1_234_567)] {
        server.put(&format!("/box/{name}"), vec![7; size]).await;
    }
    let lines =
        "          15  2026-11-01T12:00:00Z  menu.txt\n     1234567  2026-11-01T12:00:00Z  dir/large.bin\n";
    assert_eq!(server.text("/box/").await, lines);
    assert_eq!(server.text("/box").await, lines);
    let as_json = ok(server.at("GET", "/box/").header("accept", "application/json")).await;
    let token = server.enter("box").await;
    assert_eq!(as_json, server.get("/rooms/box/contents", Some(&token)).await);
    let head = server.at("HEAD", "/box/").send().await.unwrap();
    assert_eq!(header(&head, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(
        (head.status().as_u16(), header(&head, "content-length")),
        (200, lines.len().to_string().as_str())
    );
    // A browser is shown the page, and the lines where it asks for them.
    let page = server.at("GET", "/box").header("accept", HTML).send().await.unwrap();
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    let lines_again = server.at("GET", "/box/?text").header("accept", HTML).send().await.unwrap();
    assert_eq!(lines_again.text().await.unwrap(), lines);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_has_every_line() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("box").await;
    for part in 0..3 {
        let names: Vec<String> = (0..1000).map(|n| format!("{part}-{n}")).collect();
        let files = names.iter().map(|name| json!({"name": name, "size": 0})).collect();
        let reservation = server.prepare("box", &token, files).await;
        let form = names.into_iter().fold(reqwest::multipart::Form::new(), |form, name| {
            form.part("f", reqwest::multipart::Part::bytes(vec![]).file_name(name))
        });
        ok(server.upload_form("box", &token, reservation, form)).await;
    }
    let text = server.text("/box/").await;
    let names: Vec<&str> = text.lines().map(|line| line.rsplit("  ").next().unwrap()).collect();
    assert_eq!((names.len(), names[0], names[2999]), (3000, "0-0", "2-999"));
    // One entry, however many pages.
    assert_eq!(server.get("/rooms/box", Some(&token)).await["current_times_entered"], 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_of_any_length_comes_back_whole() {
    let server = TestServer::start().await;
    let answer = server.put("/box/x.bin", piped(20)).await;
    assert_eq!(answer.status(), 201);
    let mut expected = Sha256::new();
    (0..20).for_each(|n| expected.update(piece(n)));
    let back = server.at("GET", "/box/x.bin").send().await.unwrap().bytes().await.unwrap();
    assert_eq!(Sha256::digest(&back), expected.finalize());
    let token = server.enter("box").await;
    let room = server.get("/rooms/box", Some(&token)).await;
    assert_eq!(room["current_size"], 20 << 20, "what was taken too much is given back");
    // A short one, and one of nothing.
    for body in ["hi", ""] {
        let pieces = stream::iter([Ok::<_, std::io::Error>(body)]);
        server.put("/box/log.txt", Body::wrap_stream(pieces)).await;
        assert_eq!(server.text("/box/log.txt").await, body);
    }
    assert_eq!(server.blob_count().await, 1, "what is small is kept inline");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_that_the_room_cannot_hold_is_refused_and_gives_its_space_back() {
    let server = TestServer::start().await;
    let created = server.post("/rooms/box", None, json!({"max_size": 12 << 20})).await;
    let token = server.own("box", created["owner_key"].as_str().unwrap()).await;
    server.upload("box", &token, "before", vec![1; 2 << 20]).await;
    let full = refused(server.at("PUT", "/box/x.bin").body(piped(30)), 413, "room_full").await;
    assert_eq!(full["details"]["remaining"], 10 << 20);
    let room = server.get("/rooms/box", Some(&token)).await;
    assert_eq!(room["current_size"], 2 << 20);
    assert_eq!(server.blob_count().await, 1);
    // What fits exactly is taken.
    assert_eq!(server.put("/box/x.bin", piped(10)).await.status(), 201);
    refused(server.at("PUT", "/box/y").body("y"), 413, "room_full").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_made_for_nothing_is_not_left_over() {
    let policy = Policy::default().room_max_size(4 << 20).min_free(0);
    let server = TestServer::start_with(policy).await;
    refused(server.at("PUT", "/box/a").body(vec![0; (4 << 20) + 1]), 413, "room_full").await;
    refused(server.at("PUT", "/box/a").body(piped(5)), 413, "room_full").await;
    let bad_end = server.at("PUT", "/box/a?max_downloads=0").body("x");
    refused(bad_end, 400, "invalid_max_downloads").await;
    refused(server.at("PUT", "/box/a").bearer_auth("x").body("x"), 404, "room_not_found").await;

    // A client that goes away in the middle.
    let (mut sender, receiver) = mpsc::channel::<Result<Bytes, std::io::Error>>(0);
    let upload = tokio::spawn(server.at("PUT", "/box/a").body(Body::wrap_stream(receiver)).send());
    sender.send(Ok(piece(1))).await.unwrap();
    server.has(1, 1).await;
    sender.send(Err(std::io::Error::other("gone"))).await.unwrap();
    assert!(upload.await.unwrap().is_err());
    server.has(0, 0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_at_once_one_makes_the_room() {
    let server = TestServer::start().await;
    let puts = (0..12).map(|n| {
        let server = &server;
        async move {
            let size = if n % 2 == 0 { 10 } else { 100_000 };
            let answer = server.put(&format!("/box/{n}"), vec![1; size]).await;
            assert_eq!(answer.status(), 201);
            usize::from(answer.headers().contains_key("elizabeth-owner-key"))
        }
    });
    let keys: usize = futures::future::join_all(puts).await.into_iter().sum();
    assert_eq!(keys, 1);
    assert_eq!(server.text("/box/").await.lines().count(), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_asked_for_and_taken() {
    let server = TestServer::start().await;
    // Who brings a password makes a room that has it.
    let made = server.at("PUT", "/box/a").basic_auth("", Some("grüße: pw")).body("x").send().await.unwrap();
    assert_eq!(made.status(), 201);
    let file = |method: &str| server.at(method, "/box/a");
    for wrong in [
        file("GET"),
        file("PUT").body("y"),
        file("PUT").body(vec![0; 1 << 20]),
        file("DELETE"),
        server.at("GET", "/box/"),
        file("GET").basic_auth("anybody", Some("wrong")),
        file("GET").basic_auth("grüße: pw", None::<&str>),
    ] {
        let answer = wrong.send().await.unwrap();
        assert_eq!(header(&answer, "www-authenticate"), "Basic realm=\"room\", charset=\"UTF-8\"");
        assert_eq!(answer.status(), 401);
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "password_required");
    }
    let right = file("GET").basic_auth("anybody", Some("grüße: pw")).send().await.unwrap();
    assert_eq!(right.text().await.unwrap(), "x");
    refused(file("GET").header("authorization", "Basic !"), 400, "invalid_header").await;
    // A page is for everybody; it says nothing of the room.
    assert_eq!(server.at("GET", "/box/").header("accept", HTML).send().await.unwrap().status(), 200);
    // The interface goes on saying 403.
    let entry = server.request(Method::POST, "/rooms/box/tokens", None).json(&json!({"password": "wrong"}));
    refused(entry, 403, "wrong_password").await;
    // Entries that failed are none.
    let entry = json!({"password": "grüße: pw"});
    let token = server.post("/rooms/box/tokens", None, entry).await["token"].clone();
    let room = server.get("/rooms/box", token.as_str()).await;
    assert_eq!((&room["current_times_entered"], &room["has_password"]), (&json!(2), &json!(true)));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_a_token_is_an_entry_as_any() {
    let server = TestServer::start().await;
    let created = server.post("/rooms/box", None, json!({"max_times_entered": 3})).await;
    // Three calls, and nobody has become the owner.
    server.put("/box/a", "x").await;
    assert_eq!(server.text("/box/a").await, "x");
    server.text("/box/").await;
    let calls = || {
        [("PUT", "/box/a"), ("GET", "/box/a"), ("DELETE", "/box/a"), ("GET", "/box/")]
            .map(|(method, path)| server.at(method, path))
    };
    for call in calls() {
        refused(call, 403, "entries_exhausted").await;
    }
    let owner = server.own("box", created["owner_key"].as_str().unwrap()).await;
    assert_eq!(server.get("/rooms/box/tokens", Some(&owner)).await.as_array().unwrap().len(), 1);
    for (status, code) in [(1, "room_locked"), (2, "room_closed")] {
        let settings = json!({"status": status, "max_times_entered": null});
        server.post("/rooms/box/settings", Some(&owner), settings).await;
        for call in calls() {
            refused(call, 403, code).await;
        }
    }
    server.post("/rooms/box/settings", Some(&owner), json!({"status": 0})).await;
    // Looking only.
    server.post("/rooms/box/permissions", Some(&owner), json!({"share": true})).await;
    refused(server.at("PUT", "/box/b").body("x"), 403, "permission_denied").await;
    refused(server.at("PUT", "/box/b").body(vec![0; 100_000]), 403, "permission_denied").await;
    refused(server.at("DELETE", "/box/a"), 403, "permission_denied").await;
    assert_eq!(server.text("/box/a").await, "x");
    // By its private slug, or with a token.
    let hidden = server.post("/rooms/box/permissions", Some(&owner), json!({"edit": true})).await;
    for call in calls() {
        refused(call, 403, "not_shared").await;
    }
    let slug = hidden["slug"].as_str().unwrap();
    assert_eq!(server.text(&format!("/{slug}/a")).await, "x");
    let by_token = server.at("GET", "/box/a").bearer_auth(&owner).send().await.unwrap();
    assert_eq!(by_token.text().await.unwrap(), "x");
    let entered = server.get("/rooms/box", Some(&owner)).await["current_times_entered"].clone();
    let deleted = server.at("DELETE", &format!("/box/a?token={owner}")).send().await.unwrap();
    assert_eq!(deleted.status(), 204);
    refused(server.at("GET", "/box/").bearer_auth("x"), 401, "token_invalid").await;
    assert_eq!(server.get("/rooms/box", Some(&owner)).await["current_times_entered"], entered);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_servers_own_words_are_no_rooms() {
    let server = TestServer::start().await;
    for word in ["api", "assets", "s", "metrics", "health", "admin", "login", "robots.txt", "favicon.ico"] {
        for method in ["GET", "PUT", "DELETE", "POST"] {
            for path in [format!("/{word}"), format!("/{word}/a"), format!("/{word}/v1/a/b")] {
                match (path.as_str(), method) {
                    // A page of its own: a ticket that opens nothing.
                    ("/s/a", _) => {}
                    // The metrics, for the admin.
                    (path @ "/metrics", "GET") => {
                        refused(server.at(method, path), 401, "admin_token_invalid").await;
                    }
                    (path @ "/metrics", _) => {
                        refused(server.at(method, path).body(""), 405, "method_not_allowed").await;
                    }
                    (path, "PUT" | "DELETE" | "POST") if path.starts_with("/assets/") => {
                        refused(server.at(method, path).body(""), 405, "method_not_allowed").await;
                    }
                    (path, _) => {
                        refused(server.at(method, path).body(""), 404, "not_found").await;
                    }
                }
            }
        }
    }
    assert_eq!(server.app.counts().await.unwrap().rooms, 0);
    // Nor does a room stand before what the server answers.
    assert_eq!(server.get("/health", None).await["status"], "ok");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_addresses_are_refused() {
    let server = TestServer::start().await;
    server.put("/box/a", "x").await;
    for (method, path, allowed) in [
        ("PUT", "/box", "GET, HEAD"),
        ("PUT", "/box/", "GET, HEAD"),
        ("DELETE", "/box/", "GET, HEAD"),
        ("POST", "/box", "GET, HEAD"),
        ("POST", "/box/a", "DELETE, GET, HEAD, PUT"),
        ("OPTIONS", "/box/a", "DELETE, GET, HEAD, PUT"),
        ("PUT", "/", "GET, HEAD"),
    ] {
        let answer = server.at(method, path).body("x").send().await.unwrap();
        assert_eq!((answer.status().as_u16(), header(&answer, "allow")), (405, allowed), "{method} {path}");
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], "method_not_allowed");
    }
    for (path, code) in [
        ("/box/a/", "invalid_file_name"),
        ("/box//a", "invalid_file_name"),
        ("/box/a%1B%5B31m", "invalid_file_name"),
        ("/box/a%E2%80%AEb", "invalid_file_name"),
        ("/box/%2e%2e%2fa", "invalid_file_name"),
        ("/box/%ff", "invalid_path"),
        ("/b%20x/a", "invalid_room_name"),
        ("/.hidden/a", "invalid_room_name"),
        ("/.hidden", "invalid_room_name"),
        ("/a%2Fb/a", "invalid_room_name"),
    ] {
        for method in ["GET", "PUT", "DELETE"] {
            refused(server.at(method, path).body("x"), 400, code).await;
        }
    }
    for path in ["//box/a", "/box/../a", "/./box/a"] {
        let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        let answer = exchange(&server, &request).await;
        assert!(answer.starts_with("HTTP/1.1 4"), "{path}: {answer}");
    }
    let part = server.at("PUT", "/box/a").header("content-range", "bytes 0-0/2").body("x");
    refused(part, 400, "invalid_header").await;
    assert_eq!(server.text("/box/").await.lines().count(), 1);
}

/// Row "GET /".
#[tokio::test(flavor = "multi_thread")]
async fn the_root_says_how_it_is_done() {
    let server = TestServer::start().await;
    let text = server.text("/").await;
    assert!(text.contains(&format!("curl -T report.pdf {}/myroom/\n", server.url)), "{text}");
    assert!(text.lines().count() <= 24 && text.lines().all(|line| line.len() <= 100), "{text}");
    let page = server.at("GET", "/").header("accept", HTML).send().await.unwrap();
    assert_eq!(header(&page, "content-type"), "text/html; charset=utf-8");
    assert!(header(&page, "content-security-policy").contains("frame-ancestors 'none'"));
}

/// What is refused by its head alone is refused before the client sends the rest.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_to_be_asked_is_told_no_at_once() {
    let server = TestServer::start().await;
    let created = json!({"max_size": 1000, "password": "pw"});
    server.post("/rooms/box", None, created).await;
    for (length, credential, status, code) in [
        ("content-length: 1001", "Basic OnB3", 413, "room_full"),
        ("content-length: 5", "Basic Ong=", 401, "password_required"),
        ("transfer-encoding: chunked", "Basic Ong=", 401, "password_required"),
    ] {
        let head = format!(
            "PUT /box/a HTTP/1.1\r\nhost: x\r\nauthorization: {credential}\r\n{length}\r\n\
             expect: 100-continue\r\n\r\n"
        );
        let answer = exchange(&server, &head).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains("connection: close") && answer.contains(code), "{answer}");
    }
}

/// A body whose end is missing is no file.
#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_that_is_cut_off_keeps_nothing() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("box").await;
    for rest in ["5\r\nhello\r\n", "5\r\nhello\r\nzz\r\n", "5\r\nhel"] {
        let head =
            "PUT /box/a HTTP/1.1\r\nhost: x\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n";
        let answer = cut_off(&server, &format!("{head}{rest}")).await;
        assert!(answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(), "{rest:?}: {answer}");
    }
    server.becomes_empty("box", &token).await;
    assert_eq!(server.get("/rooms/box/contents", Some(&token)).await, json!([]));
}

//! Files in one call: `PUT /rooms/{room}/files/{file_name}`.

use std::time::Duration;

use futures::stream;
use reqwest::{Body, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{TestServer, cut_off, exchange, header, ok, refused};

fn put(server: &TestServer, token: &str, name: &str) -> RequestBuilder {
    server.request(Method::PUT, &format!("/rooms/f/files/{name}"), Some(token))
}

/// Row "PUT /rooms/{room}/files/{file_name}".
#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_put_in_one_call() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("f").await;
    let mut total = 0;
    for (path, name, size) in [
        ("empty", "empty", 0),
        ("a.txt", "a.txt", 5),
        ("photos/2026/gr%C3%BC%C3%9Fe%20%231.jpg", "photos/2026/grüße #1.jpg", 8_193),
        ("large%2Fb.bin", "large/b.bin", 3 << 20),
    ] {
        let bytes = vec![size as u8; size];
        let request = put(&server, &token, path).header("content-length", size);
        let answer = request.body(bytes.clone()).send().await.unwrap();
        assert_eq!(answer.status(), 201);
        let location = header(&answer, "location").to_owned();
        let content: Value = answer.json().await.unwrap();
        assert_eq!((&content["file_name"], &content["size"]), (&json!(name), &json!(size)));
        assert_eq!(location, format!("/api/v1/rooms/f/contents/{}", content["id"]));
        let there = server.client.get(format!("{}{location}", server.url)).bearer_auth(&token);
        assert_eq!(there.send().await.unwrap().bytes().await.unwrap(), bytes);
        total += size;
        assert_eq!(server.get("/rooms/f", Some(&token)).await["current_size"], total);
    }
    assert_eq!(server.get("/rooms/f/contents", Some(&token)).await.as_array().unwrap().len(), 4);
    let by_query = format!("/rooms/f/files/q?token={token}");
    assert_eq!(server.request(Method::PUT, &by_query, None).body("x").send().await.unwrap().status(), 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn types_and_limits_come_with_it() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("f").await;
    for (sent, stored) in [
        (None, "image/png"),
        (Some("application/x-www-form-urlencoded"), "image/png"),
        (Some("application/octet-stream"), "image/png"),
        (Some("text/plain; charset=utf-8"), "text/plain; charset=utf-8"),
        (Some("garbage"), "image/png"),
    ] {
        let mut request = put(&server, &token, "a.png").body("x");
        if let Some(sent) = sent {
            request = request.header("content-type", sent);
        }
        assert_eq!(ok(request).await["mime_type"], stored, "{sent:?}");
    }
    let limited = put(&server, &token, "a?max_downloads=2&expire_at=2026-11-01T13:00:00Z").body("x");
    let limited = ok(limited).await;
    assert_eq!(
        (&limited["max_downloads"], &limited["expire_at"]),
        (&json!(2), &json!("2026-11-01T13:00:00Z"))
    );
    for (path, name, value, code) in [
        ("a", "content-range", "bytes 0-0/2", "invalid_header"),
        ("a?max_downloads=0", "x-x", "", "invalid_max_downloads"),
        ("a?max_downloads=x", "x-x", "", "invalid_query"),
        ("a?expire_at=soon", "x-x", "", "invalid_query"),
        ("a?expire_at=2001-01-01T00:00:00Z", "x-x", "", "invalid_expire_at"),
        ("a//b", "x-x", "", "invalid_file_name"),
        ("a%0Ab", "x-x", "", "invalid_file_name"),
        ("a%5Cb", "x-x", "", "invalid_file_name"),
        ("a%FF", "x-x", "", "invalid_path"),
    ] {
        refused(put(&server, &token, path).header(name, value).body("x"), 400, code).await;
    }
    let room = server.get("/rooms/f", Some(&token)).await;
    assert_eq!(room["current_size"], 6, "{room}");
}

#[tokio::test(flavor = "multi_thread")]
async fn its_length_is_required_and_is_what_arrives() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("f").await;
    let pieces = stream::iter([Ok::<_, std::io::Error>("abc")]);
    refused(put(&server, &token, "a").body(Body::wrap_stream(pieces)), 411, "length_required").await;

    // The client says more than it sends.
    for length in [10, 100_000, 1 << 20] {
        let head = format!(
            "PUT /api/v1/rooms/f/files/a HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-length: {length}\r\nconnection: close\r\n\r\nabc"
        );
        let answer = cut_off(&server, &head).await;
        assert!(answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(), "{length}: {answer}");
    }
    assert_eq!(server.get("/rooms/f/contents", Some(&token)).await, json!([]));
    server.becomes_empty("f", &token).await;
}

/// What is refused by its head alone is refused before the client sends the rest.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_to_be_asked_is_told_no_at_once() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("f").await;
    let head = |token: &str, length: u64| {
        format!(
            "PUT /api/v1/rooms/f/files/a HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\n\
             content-length: {length}\r\nexpect: 100-continue\r\n\r\n"
        )
    };
    for (token, length, status, code) in
        [(token.as_str(), 11 << 30, 413, "room_full"), ("x", 5, 401, "token_invalid")]
    {
        let answer = exchange(&server, &head(token, length)).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains("connection: close") && answer.contains(code), "{answer}");
    }
    let head = head(&token, 5).replace("host: x", "host: x\r\nconnection: close");
    let answer = exchange(&server, &format!("{head}hello")).await;
    assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 201 "), "{answer}");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_falls_silent_is_ended() {
    let policy =
        elizabeth_core::policy::Policy::default().upload_lease(Duration::from_millis(500)).min_free(0);
    let server = TestServer::start_with(policy).await;
    let token = server.create_and_enter("f").await;
    let (sender, receiver) = futures::channel::mpsc::channel::<Result<bytes::Bytes, std::io::Error>>(1);
    let body = Body::wrap_stream(receiver);
    let request = put(&server, &token, "a").header("content-length", 1 << 20).body(body);
    refused(request, 408, "upload_timed_out").await;
    drop(sender);
    server.becomes_empty("f", &token).await;
}

//! What is broken off in the middle, from either side.

use std::{fs, process::Stdio};

use axum::{Router, body::Body, routing};
use bytes::Bytes;
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::server::{Person, Server, names, send, serve, until};

/// Ctrl-C in the middle: the code that shells know, and the space is given back.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_interrupted_leaves_nothing() {
    let (server, person) = (Server::start_with(&["--min-free-disk=0B"]).await, Person::new());
    let room = server.at("room");
    person.run(&["room", "create", &room]).ok();
    // As large as what is sent in one piece can be, all of it in one request.
    fs::create_dir(person.work().join("many")).unwrap();
    for i in 0..1_000 {
        let file = fs::File::create(person.work().join(format!("many/{i}.bin"))).unwrap();
        file.set_len(8 << 20).unwrap();
    }
    let mut command = person.command(["put", "many", &room]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until(|| used(&person, &room) > 0);
    send("INT", &child);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    until(|| used(&person, &room) == 0);
    assert_eq!(person.run(&["ls", &room]).ok(), "");
}

/// The room goes away in the middle: the server's reason is told, not that the connection broke.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_that_is_refused_midway_says_why() {
    let (server, person) = (Server::start_with(&["--min-free-disk=0B"]).await, Person::new());
    let room = server.at("room");
    person.run(&["room", "create", &room]).ok();
    let file = fs::File::create(person.work().join("huge.bin")).unwrap();
    file.set_len(9 << 30).unwrap();
    let mut command = person.command(["put", "huge.bin", &room]);
    let child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until(|| used(&person, &room) > 0);
    person.run(&["room", "delete", &room, "--yes"]).ok();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(4), "{ended:?}");
    assert!(String::from_utf8(ended.stderr).unwrap().contains("_not_found)"));
}

fn used(person: &Person, room: &str) -> u64 {
    let shown: Value = person.run(&["room", "show", room, "--json"]).json();
    shown["current_size"].as_u64().unwrap()
}

/// A download from a server that gives out a part and then nothing more, and a signal then.
#[tokio::test(flavor = "multi_thread")]
async fn a_download_that_is_interrupted_leaves_nothing() {
    let content = json!([{
        "id": 1, "content_type": "file", "file_name": "a.txt", "size": 9, "sha256": "",
        "created_at": "2026-11-21T00:00:00Z",
    }]);
    let endless = || stream::iter([Ok::<_, std::io::Error>(Bytes::from("part"))]).chain(stream::pending());
    let token = json!({"token": "t", "claims": {"exp": 3_600, "iat": 0}});
    let router = Router::new()
        .route("/api/v1/rooms/room/tokens", routing::post(async move || token.to_string()))
        .route("/api/v1/rooms/room/contents", routing::get(async move || content.to_string()))
        .route(
            "/api/v1/rooms/room/contents/1/download",
            routing::get(async move || Body::from_stream(endless())),
        );
    let url = format!("{}/room/a.txt", serve(router).await);
    for (signal, code) in [("INT", 130), ("TERM", 143)] {
        let person = Person::new();
        let mut child = person.command(["get", &url]).stdout(Stdio::null()).spawn().unwrap();
        until(|| !names(&person.work()).is_empty());
        send(signal, &child);
        assert_eq!(child.wait().unwrap().code(), Some(code));
        assert!(names(&person.work()).is_empty(), "{signal}: {:?}", names(&person.work()));
    }
}

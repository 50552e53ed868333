//! A server that means harm, or is none: nothing it says is trusted further than it has to be.

use std::fs;

use axum::{Router, http::StatusCode, response::Redirect, routing};
use serde_json::json;

use crate::server::{Person, names, serve};

/// A room that lets everybody in, says that it holds one content of this name, and gives out these bytes for it.
fn room_with(name: &str, bytes: &'static str) -> Router {
    room_of(name).route("/api/v1/rooms/room/contents/1/download", routing::get(async move || bytes))
}

/// The same room without the bytes.
fn room_of(name: &str) -> Router {
    let claims = json!({"exp": 3_600, "iat": 0});
    let content = json!([{
        "id": 1, "content_type": "file", "file_name": name, "size": 5, "download_count": 0,
        "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
        "created_at": "2026-11-21T00:00:00Z",
    }]);
    Router::new()
        .route(
            "/api/v1/rooms/room/tokens",
            routing::post(async move || json!({"token": "t", "claims": claims}).to_string()),
        )
        .route("/api/v1/rooms/room/contents", routing::get(async move || content.to_string()))
}

#[tokio::test(flavor = "multi_thread")]
async fn names_lead_nowhere_else() {
    for name in ["../evil", "/tmp/evil-of-elizabeth", "a/../../evil", "..", "a\\..\\evil", "\u{1b}[2Jevil"] {
        let url = serve(room_with(name, "hello")).await;
        let person = Person::new();
        for args in [["get", "--all", "."], ["get", "-o", "."]] {
            let room = format!("{url}/room{}", if args[1] == "-o" { "#1" } else { "" });
            let ran = person.run(&[&args[..], &[&room]].concat());
            let refused = ran.stderr();
            assert_eq!((ran.code(), refused.lines().count()), (Some(1), if args[1] == "-o" { 1 } else { 2 }));
            assert!(refused.contains("no name that a file can safely have"), "{refused}");
            assert!(!refused.contains('\u{1b}'), "{refused:?}");
        }
        assert!(names(&person.work()).is_empty(), "{name:?}");
        assert_eq!(names(person.work().parent().unwrap()), ["work"], "{name:?}");
        // Who gives it a name of their own can have it.
        person.run(&["get", &format!("{url}/room#1"), "-o", "mine"]).ok();
        assert_eq!(person.read("mine"), "hello");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn links_in_the_way_are_not_followed() {
    let url = serve(room_with("out/a.txt", "hello")).await;
    let person = Person::new();
    let elsewhere = tempfile::tempdir().unwrap();
    std::os::unix::fs::symlink(elsewhere.path(), person.work().join("out")).unwrap();
    let refused = person.run(&["get", &format!("{url}/room"), "--all", ".", "--force"]);
    assert_eq!(refused.code(), Some(1));
    let lines =
        "error: ./out: it is a link, and files are not put behind one\nerror: 1 of 1 could not be fetched\n";
    assert_eq!(refused.stderr(), lines);
    assert!(names(elsewhere.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_never_appears() {
    for bytes in ["hellO", "hell", "hello and more"] {
        let url = serve(room_with("a.txt", bytes)).await;
        let person = Person::new();
        fs::write(person.work().join("a.txt"), "mine").unwrap();
        let damaged = person.run(&["get", &format!("{url}/room/a.txt"), "--force"]).failed(1);
        assert_eq!(damaged, "error: a.txt: what arrived is not what was sent\n");
        assert_eq!(
            (names(&person.work()), person.read("a.txt")),
            (vec!["a.txt".to_owned()], "mine".to_owned())
        );
        person.run(&["get", &format!("{url}/room/a.txt"), "-o", "-"]).failed(1);
        let all = person.run(&["get", &format!("{url}/room"), "--all", "copy"]);
        assert_eq!((all.code(), all.stdout()), (Some(1), String::new()));
        assert_eq!(all.stderr(), format!("{damaged}error: 1 of 1 could not be fetched\n"));
        assert!(names(&person.work().join("copy")).is_empty());
    }
}

/// One content that the server does not give out is passed over, a room that is gone is not asked for the rest.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_refused_is_passed_over_while_the_room_is_there() {
    let refused = |code: &str| json!({"code": code, "error": "It is gone"}).to_string();
    for (gone, code, told) in [
        (false, 1, "error: a.txt: It is gone (content_expired)\nerror: 1 of 1 could not be fetched\n"),
        (true, 4, "error: It is gone (room_expired)\n"),
    ] {
        let (content, room) = (refused("content_expired"), refused("room_expired"));
        let status = if gone { StatusCode::GONE } else { StatusCode::OK };
        let router =
            room_of("a.txt").route("/api/v1/rooms/room", routing::get(async move || (status, room))).route(
                "/api/v1/rooms/room/contents/1/download",
                routing::get(async move || (StatusCode::GONE, content)),
            );
        let url = serve(router).await;
        let ran = Person::new().run(&["get", &format!("{url}/room"), "--all", "copy"]);
        assert_eq!((ran.code(), ran.stderr().as_str()), (Some(code), told));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_it_says_cannot_steer_the_terminal() {
    let url = serve(room_with("a\u{1b}]0;x\u{7}\u{9b}2J\u{202e}.txt", "hello")).await;
    let person = Person::new();
    let table = person.run(&["ls", &format!("{url}/room")]).ok();
    let listed = person.run(&["ls", &format!("{url}/room"), "--json"]);
    assert_eq!(listed.json()[0]["file_name"], "a\u{1b}]0;x\u{7}\u{9b}2J\u{202e}.txt");
    for text in [table, listed.ok()] {
        assert!(!text.contains(|c: char| c != '\n' && (c.is_control() || c == '\u{202e}')), "{text:?}");
    }
    let problem = json!({"code": "x\u{1b}y", "error": "two\nlines\u{1b}[31m and more"});
    let refuse = async move || (StatusCode::FORBIDDEN, problem.to_string());
    let url = serve(Router::new().fallback(refuse)).await;
    let error = person.run(&["ls", &format!("{url}/room")]).failed(3);
    assert!(!error.trim_end().contains(char::is_control), "{error:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn redirections_are_not_followed_and_others_are_no_elizabeth() {
    let person = Person::new();
    let away = Router::new().fallback(async || Redirect::permanent("http://127.0.0.1:1/"));
    let page = Router::new().fallback(async || "<html>");
    for (router, part) in [(away, "308 Permanent Redirect"), (page, "its answer is not understood")] {
        let url = serve(router).await;
        let error =
            person.run_with(&["ls", &format!("{url}/room")], &[("ELIZABETH_PASSWORD", "hunter2")]).failed(1);
        assert!(error.contains(part) && !error.contains("hunter2"), "{error}");
    }
}

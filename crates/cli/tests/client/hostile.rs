//! A server that means harm, or is none: nothing it says is trusted further than it has to be.

use std::fs;

use axum::{Router, http::StatusCode, response::Redirect, routing};
use serde_json::json;

use crate::server::{Person, names, serve};

/// A room that lets everybody in, says that it holds one content of this name, and gives out these bytes for it.
fn room_with(name: &str, bytes: &'static str) -> Router {
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
        .route("/api/v1/rooms/room/contents/1/download", routing::get(async move || bytes))
}

#[tokio::test(flavor = "multi_thread")]
async fn names_lead_nowhere_else() {
    for name in ["../evil", "/tmp/evil-of-elizabeth", "a/../../evil", "..", "a\\..\\evil", "\u{1b}[2Jevil"] {
        let url = serve(room_with(name, "hello")).await;
        let person = Person::new();
        for args in [["get", "--all", "."], ["get", "-o", "."]] {
            let room = format!("{url}/room{}", if args[1] == "-o" { "#1" } else { "" });
            let refused = person.run(&[&args[..], &[&room]].concat()).failed(1);
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
    person.run(&["get", &format!("{url}/room"), "--all", ".", "--force"]).failed(1);
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

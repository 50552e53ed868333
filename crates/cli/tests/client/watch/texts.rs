//! `--get` and texts that change behind it.

use std::fs;

use reqwest::{Client, header};
use serde_json::{Value, json};

use super::{add, scene, watcher::Watcher};
use crate::server::{Server, names, until};

/// Somebody who changes a text.
struct Writer {
    http: Client,
    contents: String,
    token: String,
}

impl Writer {
    async fn enter(server: &Server) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = Client::builder().tls_certs_only([]).build().unwrap();
        let room = format!("{}/api/v1/rooms/room", server.url);
        let answer = http.post(format!("{room}/tokens")).json(&json!({})).send().await.unwrap();
        let issued: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
        let token = issued["token"].as_str().unwrap().to_owned();
        Self { http, contents: format!("{room}/contents"), token }
    }

    async fn change(&self, id: i64, version: u64, text: &str) {
        let request = self.http.patch(format!("{}/{id}", self.contents)).bearer_auth(&self.token);
        let request = request.header(header::IF_MATCH, format!("\"{version}\""));
        let answer = request.json(&json!({"text": text})).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_changes_is_fetched_again() {
    let (server, room, owner, guest) = scene().await;
    let writer = Writer::enter(&server).await;
    let args = ["watch", &room, "--json", "--get=inbox"];
    let mut watcher = Watcher::start(&guest, &args);
    let id = add(&owner, &room, "note.md");
    assert!(watcher.json()["path"].as_str().unwrap().ends_with("/inbox/note.md"));
    let inbox = guest.work().join("inbox");
    let is = |name: &str, text: &str| fs::read_to_string(inbox.join(name)).is_ok_and(|it| it == text);
    writer.change(id, 1, "second").await;
    assert!(["content.edited", "content.updated"].contains(&watcher.json()["event"].as_str().unwrap()));
    until(|| is("note.md", "second"));

    // Nobody watches for a while. It was killed before it could remember what it had put there.
    watcher.kill();
    let folder = guest.config().join("watches");
    let record = folder.join(names(&folder).into_iter().find(|name| name.ends_with(".json")).unwrap());
    let mut was: Value = serde_json::from_str(&fs::read_to_string(&record).unwrap()).unwrap();
    was["rooms"][0]["placing"] = json!([id, "note.md"]);
    was["rooms"][0]["texts"][0]["sha256"] = json!("");
    fs::write(&record, was.to_string()).unwrap();
    writer.change(id, 2, "third").await;
    let watcher = Watcher::spawn(&guest, &args);
    until(|| is("note.md", "third"));

    // What somebody has changed is theirs.
    guest.write("inbox/note.md", "mine");
    writer.change(id, 3, "fourth").await;
    until(|| is("note (2).md", "fourth"));
    writer.change(id, 4, "fifth").await;
    until(|| is("note (2).md", "fifth"));
    assert_eq!(guest.read("inbox/note.md"), "mine");
    assert_eq!(names(&inbox), ["note (2).md", "note.md"]);
    drop(watcher);
}

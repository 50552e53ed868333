//! `/rooms/{room}/contents/{id}/edits`: a text that several people edit at once.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use elizabeth_api::{EditObject, EditsObject};
use elizabeth_core::{
    edits::{Editor, TextEdit},
    policy::Policy,
};
use elizabeth_testing::{RandomTexts, Replica};
use futures::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{TestServer, ok, refused};

async fn add_text(server: &TestServer, token: &str, text: &str) -> Value {
    server.post("/rooms/t/texts", Some(token), json!({"text": text})).await["id"].take()
}

fn edit(server: &TestServer, token: &str, id: &Value, body: &Value) -> RequestBuilder {
    server.request(Method::POST, &format!("/rooms/t/contents/{id}/edits"), Some(token)).json(body)
}

/// Edits of one who is called `me`.
fn edits(version: u64, edits: Value) -> Value {
    json!({"version": version, "client": "me", "edits": edits})
}

fn since(server: &TestServer, token: &str, id: &Value, version: u64) -> RequestBuilder {
    let path = format!("/rooms/t/contents/{id}/edits?since={version}");
    server.request(Method::GET, &path, Some(token))
}

fn patch(server: &TestServer, token: &str, id: &Value, version: u64, body: &Value) -> RequestBuilder {
    let request = server.request(Method::PATCH, &format!("/rooms/t/contents/{id}"), Some(token));
    request.header("if-match", format!("\"{version}\"")).json(body)
}

async fn meta(server: &TestServer, token: &str, id: &Value) -> Value {
    server.get(&format!("/rooms/t/contents/{id}/meta"), Some(token)).await
}

async fn size(server: &TestServer, token: &str) -> u64 {
    server.get("/rooms/t", Some(token)).await["current_size"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn edits_are_made_one_behind_the_other_and_come_back() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let id = &add_text(&server, &token, "abc").await;
    let two = edits(1, json!([[3, [0, "d", "é\u{1F382}"]], [[1, "A"], 7]]));
    assert_eq!(ok(edit(&server, &token, id, &two)).await, json!({"version": 3}));
    let content = meta(&server, &token, id).await;
    assert_eq!((&content["text"], &content["version"]), (&json!("Abcd\né\u{1F382}"), &json!(3)));
    assert_eq!((&content["size"], size(&server, &token).await), (&json!(11), 11));
    let by_me = |changes: Value| {
        let edits = changes.as_array().unwrap().iter();
        edits.map(|change| json!({"client": "me", "change": change})).collect::<Vec<_>>()
    };
    let all = json!({"from": 1, "to": 3, "edits": by_me(two["edits"].clone())});
    assert_eq!(ok(since(&server, &token, id, 1)).await, all);
    assert_eq!(ok(since(&server, &token, id, 2)).await["edits"], json!(by_me(json!([[[1, "A"], 7]]))));
    assert_eq!(ok(since(&server, &token, id, 3)).await, json!({"from": 3, "to": 3, "edits": []}));
    // Whoever did not hear the answer sends them again, and finds them among what others have done.
    ok(edit(&server, &token, id, &json!({"version": 3, "client": "you", "edits": [[[8]]]}))).await;
    let again = refused(edit(&server, &token, id, &two), 409, "version_behind").await;
    assert_eq!((&again["details"]["from"], &again["details"]["to"]), (&json!(1), &json!(4)));
    let clients = again["details"]["edits"].as_array().unwrap().iter().map(|edit| &edit["client"]);
    assert_eq!(clients.collect::<Vec<_>>(), ["me", "me", "you"]);
    assert_eq!((meta(&server, &token, id).await["text"].take(), size(&server, &token).await), (json!(""), 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_the_text_changes_nothing() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let id = &add_text(&server, &token, "ab\u{1F382}").await;
    for (changes, why) in [
        (json!([]), "make 1 to 100 edits"),
        (json!(vec![json!([4]); 101]), "make 1 to 100 edits"),
        (json!([[2]]), "edit 0: the change is of a text of 2 UTF-16 units, this one has 4"),
        (json!([[[4, "x"]], [4]]), "edit 1: the change is of a text of 4 UTF-16 units, this one has 1"),
        (json!([[3, [1]]]), "edit 0: the change begins or ends between the two halves"),
        (json!([[3, [0, "x"], 1]]), "edit 0: the change begins or ends between the two halves"),
    ] {
        let problem = refused(edit(&server, &token, id, &edits(1, changes)), 400, "invalid_edits").await;
        assert!(problem["error"].as_str().unwrap().contains(why), "{problem}");
    }
    for body in [
        json!({"version": 1, "client": "me"}),
        edits(1, json!([4])),
        edits(1, json!([[-1]])),
        edits(1, json!([[4.5]])),
        edits(1, json!([[4, [0, "a\nb"]]])),
        edits(1, json!([[4, [0, "a"], 1e99]])),
        edits(1, json!([[u64::MAX]])),
        json!({"version": -1, "client": "me", "edits": [[4]]}),
    ] {
        refused(edit(&server, &token, id, &body), 400, "invalid_json").await;
    }
    for client in ["", "a\tb", &"x".repeat(65)] {
        let body = json!({"version": 1, "client": client, "edits": [[4]]});
        refused(edit(&server, &token, id, &body), 400, "invalid_client").await;
    }
    let link = server.post("/rooms/t/urls", Some(&token), json!({"url": "https://a.example"})).await;
    let file = server.upload("t", &token, "a.txt", b"abcd".to_vec()).await;
    let limited = json!({"text": "abcd", "max_downloads": 3});
    let limited = server.post("/rooms/t/texts", Some(&token), limited).await;
    for other in [&link["id"], &file["id"], &limited["id"]] {
        let body = edits(1, json!([[4]]));
        refused(edit(&server, &token, other, &body), 400, "wrong_content_type").await;
        refused(since(&server, &token, other, 1), 400, "wrong_content_type").await;
    }
    let path = format!("/rooms/t/contents/{id}/edits");
    refused(server.request(Method::GET, &path, Some(&token)), 400, "invalid_query").await;
    let content = meta(&server, &token, id).await;
    assert_eq!((&content["text"], &content["version"]), (&json!("ab\u{1F382}"), &json!(1)));
}

/// An editor has one line break where the text has two characters: the first edit makes them one in the text too.
#[tokio::test(flavor = "multi_thread")]
async fn a_text_has_single_line_breaks_from_its_first_edit_on() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let id = &add_text(&server, &token, "a\r\nb\rc\n").await;
    refused(edit(&server, &token, id, &edits(1, json!([[7]]))), 400, "invalid_edits").await;
    ok(edit(&server, &token, id, &edits(1, json!([[2, [1, "B"], 3]])))).await;
    assert_eq!(meta(&server, &token, id).await["text"], "a\nB\nc\n");
    assert_eq!(size(&server, &token).await, 6);
    // Who changes it as a whole may have others; an editor is told of what changed for it.
    ok(patch(&server, &token, id, 2, &json!({"text": "a\r\nB\r\nc!\r\n"}))).await;
    assert_eq!(meta(&server, &token, id).await["text"], "a\r\nB\r\nc!\r\n");
    let told = ok(since(&server, &token, id, 2)).await;
    assert_eq!(told["edits"], json!([{"client": "", "change": [5, [0, "!"], 1]}]));
    ok(edit(&server, &token, id, &edits(3, json!([[7, [0, "d"]]])))).await;
    assert_eq!(meta(&server, &token, id).await["text"], "a\nB\nc!\nd");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_grows_within_its_limit_and_its_rooms() {
    let server = TestServer::start_with(Policy::default().min_free(0).room_max_size(3 << 20)).await;
    let token = server.create_and_enter("t").await;
    let id = &add_text(&server, &token, "").await;
    let mib = "x".repeat(1 << 20);
    let whole = edits(1, json!([[[0, mib]]]));
    ok(edit(&server, &token, id, &whole)).await;
    assert_eq!(size(&server, &token).await, 1 << 20);
    let one_more = edits(2, json!([[[0, "y"], 1 << 20]]));
    refused(edit(&server, &token, id, &one_more), 413, "text_too_long").await;
    server.prepare("t", &token, json!([{"name": "a", "size": (2 << 20) - 1}])).await;
    let other = &add_text(&server, &token, "").await;
    let full = refused(edit(&server, &token, other, &edits(1, json!([[[0, "ab"]]]))), 413, "room_full").await;
    assert_eq!(full["details"], json!({"requested": 2, "remaining": 1}));
    ok(edit(&server, &token, other, &edits(1, json!([[[0, "a"]]])))).await;
    ok(edit(&server, &token, id, &edits(2, json!([[[1 << 20, "z"]]])))).await;
    assert_eq!(size(&server, &token).await, (2 << 20) - 1 + 2);
    // So large an edit is not kept, nor is what was before it.
    refused(since(&server, &token, id, 1), 410, "edits_gone").await;
    assert_eq!(ok(since(&server, &token, id, 2)).await["edits"][0]["change"], json!([[1 << 20, "z"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_from_too_long_ago_reads_the_text_anew() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let id = &add_text(&server, &token, "ab").await;
    let hundred = |version| edits(version, json!(vec![json!([2]); 100]));
    for version in (0..11).map(|n| 1 + 100 * n) {
        ok(edit(&server, &token, id, &hundred(version))).await;
    }
    for gone in [0, 1, 100, 1102, u64::MAX] {
        refused(since(&server, &token, id, gone), 410, "edits_gone").await;
        refused(edit(&server, &token, id, &edits(gone, json!([[2]]))), 410, "edits_gone").await;
    }
    assert_eq!(ok(since(&server, &token, id, 101)).await["edits"].as_array().unwrap().len(), 1000);
    // What is shown to nobody without a download is not shown by its edits either, also not later.
    ok(patch(&server, &token, id, 1101, &json!({"max_downloads": 5}))).await;
    refused(since(&server, &token, id, 1100), 400, "wrong_content_type").await;
    ok(patch(&server, &token, id, 1102, &json!({"text": "secret"}))).await;
    ok(patch(&server, &token, id, 1103, &json!({"max_downloads": null}))).await;
    for gone in [1100, 1101, 1102] {
        refused(since(&server, &token, id, gone), 410, "edits_gone").await;
    }
    ok(edit(&server, &token, id, &edits(1104, json!([[6, [0, "!"]]])))).await;
    assert_eq!(ok(since(&server, &token, id, 1104)).await["to"], 1105);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_the_whole_is_an_edit_too() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let id = &add_text(&server, &token, "one two three").await;
    ok(edit(&server, &token, id, &edits(1, json!([[13, [0, "."]]])))).await;
    refused(patch(&server, &token, id, 1, &json!({"text": "x"})), 412, "precondition_failed").await;
    ok(patch(&server, &token, id, 2, &json!({"text": "One two, three."}))).await;
    ok(patch(&server, &token, id, 3, &json!({"pinned": true}))).await;
    let behind = refused(edit(&server, &token, id, &edits(2, json!([[14]]))), 409, "version_behind").await;
    let told = json!([
        {"client": "", "change": [[1, "O"], 6, [0, ","], 7]},
        {"client": "", "change": [15]},
    ]);
    assert_eq!(behind["details"], json!({"from": 2, "to": 4, "edits": told}));
}

/// Syntax, room, credential, permission, content there, live, of a kind that is edited, at that version, fits.
#[tokio::test(flavor = "multi_thread")]
async fn checks_come_in_the_order_of_the_contract() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let guest = server.enter("t").await;
    let id = &add_text(&server, &token, "x").await;
    let brief = json!({"text": "x", "expire_at": "2026-11-01T12:00:01Z"});
    let brief = server.post("/rooms/t/texts", Some(&token), brief).await["id"].take();
    server.clock.advance(std::time::Duration::from_secs(2));
    let long = edits(9, json!([[[0, "x".repeat((1 << 20) + 1)]]]));
    let none = edits(9, json!([]));
    let request = server.request(Method::POST, "/rooms/nowhere/contents/1/edits", None);
    refused(request.json(&none), 400, "invalid_edits").await;
    let request = server.request(Method::POST, "/rooms/nowhere/contents/1/edits", None);
    refused(request.json(&edits(9, json!([[1]]))), 404, "room_not_found").await;
    refused(edit(&server, "a.b.c", id, &long), 401, "token_invalid").await;
    refused(edit(&server, &token, &json!(999_999), &long), 404, "content_not_found").await;
    refused(edit(&server, &token, &brief, &long), 410, "content_expired").await;
    refused(since(&server, &token, &brief, 1), 410, "content_expired").await;
    refused(edit(&server, &token, id, &long), 410, "edits_gone").await;
    let narrow = json!({"permission": 1});
    server.post("/rooms/t/permissions", Some(&token), narrow).await;
    let slug = server.get("/rooms/t", Some(&token)).await["slug"].as_str().unwrap().to_owned();
    let path = format!("/rooms/{slug}/contents/{id}/edits");
    let request = server.request(Method::POST, &path, Some(&guest)).json(&long);
    refused(request, 403, "permission_denied").await;
    ok(server.request(Method::GET, &format!("{path}?since=1"), Some(&guest))).await;
}

/// A drop box: its own text is edited, that of others is not there.
#[tokio::test(flavor = "multi_thread")]
async fn who_may_only_add_edits_what_the_own_session_added() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let foreign = &add_text(&server, &owner, "not yours").await;
    let invite = json!({"action": "enter", "permission": 2});
    let ticket = server.post("/rooms/t/tickets", Some(&owner), invite).await["ticket"].take();
    let entered = server.post("/rooms/t/tokens", None, json!({"ticket": ticket})).await;
    let token = entered["token"].as_str().unwrap();
    let own = &add_text(&server, token, "mine").await;
    ok(edit(&server, token, own, &edits(1, json!([[4, [0, "!"]]])))).await;
    assert_eq!(ok(since(&server, token, own, 1)).await["to"], 2);
    for version in [1, 9] {
        let body = edits(version, json!([[9]]));
        refused(edit(&server, token, foreign, &body), 404, "content_not_found").await;
        refused(since(&server, token, foreign, version), 404, "content_not_found").await;
    }
}

/// Somebody's editor on one text.
struct Author<'a> {
    server: &'a TestServer,
    token: &'a str,
    id: &'a Value,
    replica: Replica,
    random: RandomTexts,
}

impl Author<'_> {
    /// Sends what is unconfirmed; what comes of it is heard or not.
    async fn send(&mut self, is_heard: bool) {
        let count = self.replica.unconfirmed.len().min(100);
        let changes = json!(self.replica.unconfirmed[..count]);
        let body = json!({"version": self.replica.version, "client": self.replica.name, "edits": changes});
        let answer = edit(self.server, self.token, self.id, &body).send().await.unwrap();
        let (status, answer) = (answer.status().as_u16(), answer.json::<Value>().await.unwrap());
        match status {
            _ if !is_heard => {}
            200 => self.replica.confirm(count),
            409 => self.take(answer["details"].clone()),
            _ => panic!("{status}: {answer}"),
        }
    }

    async fn receive(&mut self) {
        let told = ok(since(self.server, self.token, self.id, self.replica.version)).await;
        self.take(told);
    }

    fn take(&mut self, told: Value) {
        let told: EditsObject = serde_json::from_value(told).unwrap();
        assert_eq!((told.from, told.to - told.from), (self.replica.version, told.edits.len() as u64));
        let edit = |EditObject { client, change }| TextEdit {
            editor: Editor::from_stored(client),
            change: change.0,
        };
        self.replica.take(&told.edits.into_iter().map(edit).collect::<Vec<_>>());
    }

    /// Writes, sends, receives in any order, with answers that are lost; and brings everything home at the end.
    async fn work(&mut self) {
        for _ in 0..40 {
            match self.random.below(8) {
                0..4 => self.replica.write(&mut self.random),
                4 | 5 if !self.replica.unconfirmed.is_empty() => self.send(true).await,
                6 if !self.replica.unconfirmed.is_empty() => self.send(false).await,
                _ => self.receive().await,
            }
        }
        while !self.replica.unconfirmed.is_empty() {
            self.send(true).await;
        }
    }
}

/// Eight editors and somebody who changes the text as a whole: at the end all have the same, and nothing is missing.
#[tokio::test(flavor = "multi_thread")]
async fn eight_editors_end_with_one_text_whatever_answers_are_lost() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let start = "The\r\ntext \u{1F382} of all.\r\n";
    let (server, token, id) = (&server, token.as_str(), &add_text(&server, &token, start).await);
    let author = |n| Author {
        server,
        token,
        id,
        replica: Replica::new(format!("author {n}"), 1, start),
        random: RandomTexts::new(n),
    };
    let mut authors: Vec<Author<'_>> = (0..8).map(author).collect();
    let changed = AtomicU64::new(0);
    let change_whole = async {
        while changed.load(Relaxed) < 5 {
            let now = meta(server, token, id).await;
            let text = format!("{}\r\n+", now["text"].as_str().unwrap());
            let version = now["version"].as_u64().unwrap();
            let answer = patch(server, token, id, version, &json!({"text": text})).send().await.unwrap();
            match answer.status().as_u16() {
                200 => changed.fetch_add(1, Relaxed),
                status => {
                    assert_eq!(status, 412);
                    0
                }
            };
        }
    };
    tokio::join!(join_all(authors.iter_mut().map(Author::work)), change_whole);
    let end = meta(server, token, id).await;
    let edits: u64 = authors.iter().map(|author| author.replica.confirmed).sum();
    assert_eq!(end["version"], 1 + edits + changed.into_inner());
    // The last change may have been one of the whole.
    let text = end["text"].as_str().unwrap().replace("\r\n", "\n");
    for author in &mut authors {
        author.receive().await;
        assert_eq!(author.replica.text, text, "{}", author.replica.name);
    }
    println!("{edits} edits, {} bytes at the end", text.len());
}

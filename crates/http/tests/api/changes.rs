//! `PATCH /rooms/{room}/contents/{id}`: changing a content from a version on.

use std::{collections::BTreeSet, time::Duration};

use elizabeth_core::policy::Policy;
use futures::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{TestServer, header, ok, refused};

async fn add_text(server: &TestServer, token: &str, text: &str) -> Value {
    server.post("/rooms/t/texts", Some(token), json!({"text": text})).await
}

/// A change without a version to start from.
fn blind(server: &TestServer, token: &str, id: &Value, body: &Value) -> RequestBuilder {
    server.request(Method::PATCH, &format!("/rooms/t/contents/{id}"), Some(token)).json(body)
}

fn change(server: &TestServer, token: &str, id: &Value, version: u64, body: &Value) -> RequestBuilder {
    blind(server, token, id, body).header("if-match", format!("\"{version}\""))
}

async fn meta(server: &TestServer, token: &str, id: &Value) -> Value {
    server.get(&format!("/rooms/t/contents/{id}/meta"), Some(token)).await
}

async fn size(server: &TestServer, token: &str) -> u64 {
    server.get("/rooms/t", Some(token)).await["current_size"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_second_of_two_editors_is_told_what_the_first_one_wrote() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let other = server.enter("t").await;
    let text = add_text(&server, &token, "draft").await;
    let id = &text["id"];
    server.clock.advance(Duration::from_secs(5));
    let answer = change(&server, &token, id, 1, &json!({"text": "first"})).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "etag")), (200, "\"2\""));
    let first: Value = answer.json().await.unwrap();
    assert_eq!(
        (&first["text"], &first["version"], &first["created_at"], &first["updated_at"]),
        (&json!("first"), &json!(2), &text["created_at"], &json!("2026-11-01T12:00:05Z"))
    );
    assert_ne!(first["sha256"], text["sha256"]);
    let late = change(&server, &other, id, 1, &json!({"text": "second"}));
    let problem = refused(late, 412, "precondition_failed").await;
    assert_eq!(problem["details"], first);
    assert_eq!(meta(&server, &token, id).await, first);
    // From there the second one goes on, and both have been heard.
    let merged = json!({"text": "first, second"});
    let second = ok(change(&server, &other, id, 2, &merged)).await;
    assert_eq!((&second["text"], &second["version"]), (&json!("first, second"), &json!(3)));
    let read = server.fetch("t", &token, id, &[]).await;
    let tag = format!("\"{}\"", second["sha256"].as_str().unwrap());
    assert_eq!(header(&read, "etag"), tag);
    assert_eq!(read.text().await.unwrap(), "first, second");
}

/// Each starts from the same version, appends its line, and starts anew where somebody else was first.
#[tokio::test(flavor = "multi_thread")]
async fn of_twenty_editors_at_once_no_line_is_lost() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let text = add_text(&server, &token, "").await;
    let (server, token, text, id) = (&server, token.as_str(), &text, &text["id"]);
    let editors = (0..20).map(|n| async move {
        let mut seen = text.clone();
        let mut refusals = 0;
        loop {
            let body = json!({"text": format!("{}line {n}\n", seen["text"].as_str().unwrap())});
            let version = seen["version"].as_u64().unwrap();
            let answer = change(server, token, id, version, &body).send().await.unwrap();
            match answer.status().as_u16() {
                200 => return refusals,
                412 => {
                    seen = answer.json::<Value>().await.unwrap()["details"].take();
                    assert!(seen["version"].as_u64().unwrap() > version, "{seen}");
                    refusals += 1;
                }
                status => panic!("{status}: {}", answer.text().await.unwrap()),
            }
        }
    });
    let refusals: u32 = join_all(editors).await.into_iter().sum();
    let end = meta(server, token, id).await;
    let lines: Vec<&str> = end["text"].as_str().unwrap().lines().collect();
    let written: BTreeSet<String> = (0..20).map(|n| format!("line {n}")).collect();
    assert_eq!(lines.len(), 20, "{end}");
    assert_eq!(lines.into_iter().map(str::to_owned).collect::<BTreeSet<_>>(), written);
    assert_eq!((&end["version"], size(server, token).await), (&json!(21), end["size"].as_u64().unwrap()));
    println!("{refusals} changes were refused and made anew");
    assert!(refusals >= 19, "from one version only one can go on");
}

#[tokio::test(flavor = "multi_thread")]
async fn if_match_is_read_as_http_says() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let id = &add_text(&server, &token, "x").await["id"];
    let pin = |tags: &str| blind(&server, &token, id, &json!({"pinned": true})).header("if-match", tags);
    refused(blind(&server, &token, id, &json!({"pinned": true})), 428, "precondition_required").await;
    for malformed in ["1", "\"1", "", "\"1\" \"2\"", "'1'"] {
        refused(pin(malformed), 400, "invalid_header").await;
    }
    for other in ["\"0\"", "\"2\"", "W/\"1\"", "\"01\"", "\"abc\"", "\"2\", \"3\""] {
        let problem = refused(pin(other), 412, "precondition_failed").await;
        assert_eq!(problem["details"]["version"], 1, "{other}");
    }
    for (tags, version) in [("\"1\"", 2), ("*", 3), ("\"7\", W/\"3\", \"3\"", 4)] {
        assert_eq!(ok(pin(tags)).await["version"], version, "{tags}");
    }
}

/// Syntax, room, credential, permission, version named, content there, live, at that version, of that kind, fits.
#[tokio::test(flavor = "multi_thread")]
async fn checks_come_in_the_order_of_the_contract() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let guest = server.enter("t").await;
    let limited = json!({"text": "x", "max_downloads": 1});
    let spent = server.post("/rooms/t/texts", Some(&token), limited).await["id"].clone();
    server.fetch("t", &token, &spent, &[]).await.bytes().await.unwrap();
    let live = add_text(&server, &token, "x").await["id"].clone();
    let none = json!(999_999);
    let long = json!({"text": "x".repeat((1 << 20) + 1)});
    let bad = json!({"language": ""});

    let path = "/rooms/nowhere/contents/1";
    let nowhere = |body: &Value| server.request(Method::PATCH, path, None).json(body);
    refused(nowhere(&bad), 400, "invalid_language").await;
    refused(nowhere(&long), 404, "room_not_found").await;
    refused(blind(&server, "a.b.c", &none, &long), 401, "token_invalid").await;
    refused(blind(&server, &token, &none, &long), 428, "precondition_required").await;
    refused(change(&server, &token, &none, 9, &long), 404, "content_not_found").await;
    refused(change(&server, &token, &spent, 9, &long), 410, "downloads_spent").await;
    refused(change(&server, &token, &live, 9, &long), 412, "precondition_failed").await;
    refused(change(&server, &token, &live, 1, &long), 413, "text_too_long").await;
    let narrow = json!({"permission": 1});
    server.post("/rooms/t/permissions", Some(&token), narrow).await;
    let slug = server.get("/rooms/t", Some(&token)).await["slug"].as_str().unwrap().to_owned();
    let path = format!("/rooms/{slug}/contents/{none}");
    let guest = server.request(Method::PATCH, &path, Some(&guest)).json(&long);
    refused(guest, 403, "permission_denied").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_given_changes_and_null_clears() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let body = json!({
        "text": "x", "file_name": "a.md", "language": "markdown", "pinned": true, "max_downloads": 5,
        "expire_at": "2026-11-02T00:00:00Z",
    });
    let text = server.post("/rooms/t/texts", Some(&token), body).await;
    let id = &text["id"];
    // Nothing given: only the change itself is counted.
    let mut expected = text.clone();
    let mut version = 1;
    for (body, told) in [
        (json!({}), json!({})),
        (json!({"unknown": 1, "pinned": null, "text": null, "url": null}), json!({})),
        (json!({"max_downloads": null}), json!({"max_downloads": null, "text": "x"})),
        (json!({"language": null, "pinned": false}), json!({"language": null, "pinned": false})),
        (json!({"file_name": null}), json!({"file_name": null, "mime_type": "text/plain; charset=utf-8"})),
        (json!({"expire_at": null}), json!({"expire_at": null})),
        (
            json!({"file_name": "b.csv", "language": "c++", "expire_at": "2026-11-03T02:00:00+02:00"}),
            json!({
                "file_name": "b.csv", "mime_type": "text/csv; charset=utf-8", "language": "c++",
                "expire_at": "2026-11-03T00:00:00Z",
            }),
        ),
        (
            json!({"text": ""}),
            json!({
                "text": "", "size": 0,
                "sha256": "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            }),
        ),
        (json!({"max_downloads": 1}), json!({"max_downloads": 1, "text": null})),
    ] {
        let changed = ok(change(&server, &token, id, version, &body)).await;
        version += 1;
        expected["version"] = json!(version);
        for (member, value) in told.as_object().unwrap() {
            expected[member] = value.clone();
        }
        assert_eq!(changed, expected, "{body}");
        assert_eq!(meta(&server, &token, id).await, expected, "{body}");
        assert_eq!(server.get("/rooms/t/contents", Some(&token)).await, json!([expected]), "{body}");
    }
    assert_eq!(size(&server, &token).await, 0);
    // A whole content can be sent back as it came.
    let back = ok(change(&server, &token, id, version, &expected)).await;
    expected["version"] = json!(version + 1);
    assert_eq!(back, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_changed_says_why() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let text = add_text(&server, &token, "x").await;
    let link = server.post("/rooms/t/urls", Some(&token), json!({"url": "https://a.example"})).await;
    let file = server.upload("t", &token, "a.txt", vec![b'x'; 50_000]).await;
    for id in [&text["id"], &link["id"], &file["id"]] {
        for (body, code) in [
            (json!({"text": 1}), "invalid_json"),
            (json!({"file_name": ""}), "invalid_file_name"),
            (json!({"file_name": "a/../b"}), "invalid_file_name"),
            (json!({"language": "a b"}), "invalid_language"),
            (json!({"url": "javascript:alert(1)"}), "invalid_url"),
            (json!({"url": ""}), "invalid_url"),
            (json!({"max_downloads": 0}), "invalid_max_downloads"),
            (json!({"max_downloads": -1}), "invalid_json"),
            (json!({"expire_at": "2026-11-01T12:00:00Z"}), "invalid_expire_at"),
            (json!({"expire_at": "soon"}), "invalid_json"),
        ] {
            refused(change(&server, &token, id, 1, &body), 400, code).await;
        }
    }
    let (new_text, new_url) = (json!({"text": "y"}), json!({"url": "https://b.example"}));
    for (id, body, kind) in [
        (&file["id"], &new_text, "file"),
        (&file["id"], &new_url, "file"),
        (&link["id"], &new_text, "url"),
        (&text["id"], &new_url, "text"),
    ] {
        let problem = refused(change(&server, &token, id, 1, body), 400, "wrong_content_type").await;
        assert!(problem["error"].as_str().unwrap().starts_with(&format!("a {kind} has no ")), "{problem}");
    }
    let nameless = json!({"file_name": null});
    refused(change(&server, &token, &file["id"], 1, &nameless), 400, "invalid_file_name").await;
    for content in [&text, &link, &file] {
        assert_eq!(&meta(&server, &token, &content["id"]).await, content);
    }

    // A file is renamed, and keeps its bytes and its type.
    let renamed = ok(change(&server, &token, &file["id"], 1, &json!({"file_name": "b.html"}))).await;
    assert_eq!((&renamed["file_name"], &renamed["mime_type"]), (&json!("b.html"), &file["mime_type"]));
    assert_eq!(renamed["sha256"], file["sha256"]);
    assert_eq!(server.fetch("t", &token, &file["id"], &[]).await.bytes().await.unwrap().len(), 50_000);
    // A link leads elsewhere.
    let moved = ok(change(&server, &token, &link["id"], 1, &new_url)).await;
    assert_eq!((&moved["url"], &moved["mime_type"]), (&new_url["url"], &json!("text/uri-list")));
    assert_eq!(server.fetch("t", &token, &link["id"], &[]).await.text().await.unwrap(), "https://b.example");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limit_counts_the_downloads_there_were_and_cannot_be_reached_already() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let body = json!({"text": "x", "max_downloads": 3});
    let text = server.post("/rooms/t/texts", Some(&token), body).await;
    let id = &text["id"];
    for _ in 0..2 {
        server.fetch("t", &token, id, &[]).await.bytes().await.unwrap();
    }
    for reached in [1, 2] {
        let limit = json!({"max_downloads": reached});
        refused(change(&server, &token, id, 1, &limit), 400, "invalid_max_downloads").await;
    }
    let more = ok(change(&server, &token, id, 1, &json!({"max_downloads": 4}))).await;
    assert_eq!((&more["max_downloads"], &more["download_count"]), (&json!(4), &json!(2)));
    for _ in 0..2 {
        assert_eq!(server.fetch("t", &token, id, &[]).await.status(), 200);
    }
    assert_eq!(server.fetch("t", &token, id, &[]).await.status(), 410);
    refused(change(&server, &token, id, 2, &json!({"max_downloads": null})), 410, "downloads_spent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_grows_within_the_room_and_gives_back_what_it_loses() {
    let server = TestServer::start_with(Policy::default().min_free(0).room_max_size(1_000)).await;
    let token = server.create_and_enter("t").await;
    let text = add_text(&server, &token, &"x".repeat(400)).await;
    let id = &text["id"];
    server.prepare("t", &token, json!([{"name": "a", "size": 500}])).await;
    let of = |len: usize| json!({"text": "y".repeat(len)});
    let full = refused(change(&server, &token, id, 1, &of(501)), 413, "room_full").await;
    assert_eq!(full["details"], json!({"requested": 101, "remaining": 100}));
    assert_eq!(meta(&server, &token, id).await, text);
    ok(change(&server, &token, id, 1, &of(500))).await;
    assert_eq!(size(&server, &token).await, 1_000);
    // In a full room: as long as before, and shorter.
    ok(change(&server, &token, id, 2, &of(500))).await;
    ok(change(&server, &token, id, 3, &of(10))).await;
    assert_eq!(size(&server, &token).await, 510);
    let gone = server.request(Method::DELETE, "/rooms/t/contents", Some(&token)).json(&json!({"ids": [id]}));
    assert_eq!(ok(gone).await["freed_size"], 10);
    assert_eq!(size(&server, &token).await, 500);
}

/// Eight texts that all grow at once: what fits is decided under the room's lock.
#[tokio::test(flavor = "multi_thread")]
async fn texts_that_grow_at_once_never_fill_a_room_beyond_its_size() {
    let server = TestServer::start_with(Policy::default().min_free(0).room_max_size(1_000)).await;
    let token = server.create_and_enter("t").await;
    let texts = join_all((0..8).map(|_| add_text(&server, &token, "x"))).await;
    let longer = json!({"text": "x".repeat(201)});
    let changes = texts.iter().map(|text| change(&server, &token, &text["id"], 1, &longer).send());
    let statuses: Vec<u16> =
        join_all(changes).await.into_iter().map(|answer| answer.unwrap().status().as_u16()).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 4, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 413)), "{statuses:?}");
    assert_eq!(size(&server, &token).await, 4 * 201 + 4);
}

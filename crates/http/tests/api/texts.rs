//! Texts and links: added, listed, read.

use std::time::Duration;

use elizabeth_core::policy::Policy;
use futures::future::join_all;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{TestServer, header, ok, refused};

/// `POST /rooms/{room}/texts` and `POST /rooms/{room}/urls`
fn add(server: &TestServer, kind: &str, token: &str, body: &Value) -> RequestBuilder {
    server.request(Method::POST, &format!("/rooms/t/{kind}"), Some(token)).json(body)
}

async fn size(server: &TestServer, token: &str) -> u64 {
    server.get("/rooms/t", Some(token)).await["current_size"].as_u64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_is_a_content_that_says_something() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let body = json!({
        "text": "# Grüße\u{0}\n", "file_name": "dir/notes.md", "language": "markdown", "pinned": true,
        "max_downloads": null, "expire_at": "2026-11-02T00:00:00Z", "unknown": 1,
    });
    let answer = add(&server, "texts", &token, &body).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "etag")), (201, "\"1\""));
    let content: Value = answer.json().await.unwrap();
    assert_eq!(
        content,
        json!({
            "id": content["id"], "content_type": "text", "kind": "text", "file_name": "dir/notes.md", "text": "# Grüße\u{0}\n",
            "url": null, "size": 11, "mime_type": "text/markdown; charset=utf-8", "language": "markdown",
            "sha256": "4721f18eff980bb93ad9ddc99603c6248317e4bae85c3da6afae798759da4a7b",
            "download_count": 0, "max_downloads": null, "expire_at": "2026-11-02T00:00:00Z", "pinned": true, "thumbnail": false,
            "version": 1, "created_at": "2026-11-01T12:00:00Z", "updated_at": "2026-11-01T12:00:00Z",
        })
    );
    assert_eq!(server.get("/rooms/t/contents", Some(&token)).await, json!([content]));
    let meta = format!("/rooms/t/contents/{}/meta", content["id"]);
    assert_eq!(server.get(&meta, Some(&token)).await, content);
    assert_eq!(size(&server, &token).await, 11);

    let view = server.fetch("t", &token, &content["id"], &[]).await;
    assert_eq!(header(&view, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(header(&view, "content-disposition"), "inline; filename=\"notes.md\"");
    assert_eq!(view.bytes().await.unwrap(), "# Grüße\u{0}\n");
    let part = server.fetch("t", &token, &content["id"], &[("range", "bytes=2-3")]).await;
    assert_eq!((part.status().as_u16(), part.bytes().await.unwrap().as_ref()), (206, &b"Gr"[..]));

    let empty = ok(add(&server, "texts", &token, &json!({"text": ""}))).await;
    assert_eq!((&empty["text"], &empty["size"], &empty["file_name"]), (&json!(""), &json!(0), &Value::Null));
    let view = server.fetch("t", &token, &empty["id"], &[]).await;
    assert_eq!(header(&view, "content-disposition"), format!("inline; filename=\"text-{}\"", empty["id"]));
    assert_eq!(view.bytes().await.unwrap(), "");

    server.clock.advance(Duration::from_secs(12 * 3600));
    let token = server.enter("t").await;
    refused(server.request(Method::GET, &meta, Some(&token)), 410, "content_expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_that_browsers_could_run_is_not_shown() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    for (name, shown) in [("a.html", false), ("a.svg", true), ("a.js", true), ("a.xml", false)] {
        let body = json!({"text": "<script>alert(1)</script>", "file_name": name});
        let content = ok(add(&server, "texts", &token, &body)).await;
        let view = server.fetch("t", &token, &content["id"], &[]).await;
        assert_eq!(header(&view, "content-disposition").starts_with("inline"), shown, "{name}");
        let kind = header(&view, "content-type");
        assert_eq!(kind == "text/plain; charset=utf-8", shown, "{name} {kind}");
        let csp = header(&view, "content-security-policy");
        assert!(csp.starts_with("sandbox; default-src 'none'"), "{name} {csp}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_text_has_a_mebibyte_at_most_however_it_is_escaped() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let raw = |escaped: String| {
        let request = server.request(Method::POST, "/rooms/t/texts", Some(&token));
        request.header("content-type", "application/json").body(format!(r#"{{"text":"{escaped}"}}"#))
    };
    const MIB: usize = 1 << 20;
    for (escaped, bytes) in [("x", 1), (r"\u0041", 1), (r"\u0000", 1), (r"\ud83d\ude00", 4)] {
        let content = ok(raw(escaped.repeat(MIB / bytes))).await;
        assert_eq!(content["size"], MIB, "{escaped}");
        let text = content["text"].as_str().unwrap();
        assert_eq!(server.fetch("t", &token, &content["id"], &[]).await.bytes().await.unwrap(), text);
        let one_more = raw(escaped.repeat(MIB / bytes + 1));
        refused(one_more, 413, "text_too_long").await;
    }
    refused(raw("x".repeat(8 * MIB)), 413, "body_too_large").await;
    refused(raw(r"\ud83d".into()), 400, "invalid_json").await;
    assert_eq!(size(&server, &token).await, 4 * MIB as u64);
    // Who may not write is told that first.
    let long = json!({"text": "x".repeat(MIB + 1)});
    refused(add(&server, "texts", "a.b.c", &long), 401, "token_invalid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_are_none_are_refused_by_name() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    for (body, code) in [
        (json!({}), "invalid_json"),
        (json!({"text": null}), "invalid_json"),
        (json!({"text": 1}), "invalid_json"),
        (json!({"text": "x", "pinned": "yes"}), "invalid_json"),
        (json!({"text": "x", "file_name": ""}), "invalid_file_name"),
        (json!({"text": "x", "file_name": "../a"}), "invalid_file_name"),
        (json!({"text": "x", "language": ""}), "invalid_language"),
        (json!({"text": "x", "language": "a b"}), "invalid_language"),
        (json!({"text": "x", "language": "a\u{0}"}), "invalid_language"),
        (json!({"text": "x", "language": "x".repeat(65)}), "invalid_language"),
        (json!({"text": "x", "max_downloads": 0}), "invalid_max_downloads"),
        (json!({"text": "x", "max_downloads": u64::MAX}), "invalid_max_downloads"),
        (json!({"text": "x", "expire_at": "2026-11-01T12:00:00Z"}), "invalid_expire_at"),
    ] {
        refused(add(&server, "texts", &token, &body), 400, code).await;
    }
    assert_eq!(server.get("/rooms/t/contents", Some(&token)).await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_leads_somewhere_and_does_nothing_else() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let url = "https://Example.org/a?b=c#d";
    let body = json!({"url": format!(" {url} "), "file_name": "A page"});
    let answer = add(&server, "urls", &token, &body).send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "etag")), (201, "\"1\""));
    let link: Value = answer.json().await.unwrap();
    assert_eq!(
        (&link["content_type"], &link["url"], &link["text"], &link["size"]),
        (&json!("url"), &json!(url), &Value::Null, &json!(url.len()))
    );
    assert_eq!(link["mime_type"], "text/uri-list");
    assert_eq!(server.get("/rooms/t/contents", Some(&token)).await, json!([link]));
    assert_eq!(size(&server, &token).await, url.len() as u64);
    let view = server.fetch("t", &token, &link["id"], &[]).await;
    assert_eq!(view.status(), 200);
    assert_eq!(header(&view, "content-type"), "text/plain; charset=utf-8");
    assert_eq!(header(&view, "content-disposition"), "inline; filename=\"A page\"");
    assert_eq!(view.text().await.unwrap(), url);
    let mail = ok(add(&server, "urls", &token, &json!({"url": "mailto:ada@example.org"}))).await;
    assert_eq!(mail["url"], "mailto:ada@example.org");

    for bad in [
        "",
        "example.org",
        "/rooms/t",
        "//example.org",
        "javascript:alert(1)",
        "JAVASCRIPT:alert(1)",
        "java\nscript:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "file:///etc/passwd",
        "ftp://example.org",
        "http:example.org",
        "https://",
        "https://a/\u{0}",
        &format!("https://a/{}", "x".repeat(8192)),
    ] {
        let problem = refused(add(&server, "urls", &token, &json!({"url": bad})), 400, "invalid_url").await;
        assert!(problem["error"].as_str().unwrap().len() > "invalid url: ".len(), "{problem}");
    }
    refused(add(&server, "urls", &token, &json!({"url": null})), 400, "invalid_json").await;
    let named = json!({"url": url, "file_name": "a\\b"});
    refused(add(&server, "urls", &token, &named), 400, "invalid_file_name").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_shows_short_texts_that_do_not_limit_their_downloads() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let limit = 64 << 10;
    let longest = "x".repeat(limit);
    ok(add(&server, "texts", &token, &json!({"text": longest}))).await;
    let longer = ok(add(&server, "texts", &token, &json!({"text": format!("{longest}x")}))).await;
    let limited = ok(add(&server, "texts", &token, &json!({"text": "secret", "max_downloads": 1}))).await;
    ok(add(&server, "urls", &token, &json!({"url": "https://a.example"}))).await;
    server.upload("t", &token, "a.txt", "file").await;
    let list = server.get("/rooms/t/contents", Some(&token)).await;
    let texts: Vec<_> = list.as_array().unwrap().iter().map(|c| (&c["text"], &c["url"])).collect();
    let (null, longest, url) = (&Value::Null, json!(longest), json!("https://a.example"));
    assert_eq!(texts, [(&longest, null), (null, null), (null, null), (null, &url), (null, null)]);
    // By itself a long one is told whole; one that counts its downloads never is.
    assert_eq!(longer["text"].as_str().unwrap().len(), limit + 1);
    assert_eq!(limited["text"], Value::Null);
    let meta = server.get(&format!("/rooms/t/contents/{}/meta", limited["id"]), Some(&token)).await;
    assert_eq!((&meta["text"], &meta["download_count"]), (null, &json!(0)));
    let read = server.fetch("t", &token, &limited["id"], &[]).await;
    assert_eq!(read.text().await.unwrap(), "secret");
    let gone = server.request(Method::GET, &format!("/rooms/t/contents/{}", limited["id"]), Some(&token));
    refused(gone, 410, "downloads_spent").await;
}

/// A list of texts is put together out of many small pages, and is one array.
#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_long_texts_is_one_array() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    // All that a page may hold of texts is 512 KiB: eight of these, and what has no text beside them.
    let mut expected = Vec::new();
    for n in 0..40 {
        let body = match n % 10 {
            0 => json!({"text": ""}),
            1 => json!({"text": "\u{1}".repeat(70_000)}),
            _ => json!({"text": "\u{1}".repeat(65_536 - n)}),
        };
        let mut added = ok(add(&server, "texts", &token, &body)).await;
        if n % 10 == 1 {
            added["text"].take();
        }
        expected.push(added);
    }
    let list = async |query: &str| server.get(&format!("/rooms/t/contents{query}"), Some(&token)).await;
    assert!(list("").await == json!(expected));
    for limit in [1, 8, 9, 10, 16, 17, 39, 40, 41] {
        assert!(list(&format!("?limit={limit}")).await == json!(expected[..limit.min(40)]), "{limit}");
    }
    assert!(list(&format!("?after={}&limit=30", expected[5]["id"])).await == json!(expected[6..36]));
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_at_once_never_fill_a_room_beyond_its_size() {
    let server = TestServer::start_with(Policy::default().min_free(0).room_max_size(1_000)).await;
    let token = server.create_and_enter("t").await;
    // Half of what is left is held by an upload that was announced.
    server.prepare("t", &token, json!([{"name": "a", "size": 500}])).await;
    let texts = (0..20).map(|n| add(&server, "texts", &token, &json!({"text": format!("{n:0>100}")})).send());
    let mut added = 0;
    for answer in join_all(texts).await {
        let answer = answer.unwrap();
        let status = answer.status().as_u16();
        let body: Value = answer.json().await.unwrap();
        match status {
            201 => added += 1,
            _ => {
                assert_eq!((status, &body["code"]), (413, &json!("room_full")), "{body}");
                assert_eq!(body["details"], json!({"requested": 100, "remaining": 0}), "{body}");
            }
        }
    }
    assert_eq!((added, size(&server, &token).await), (5, 1_000));
    let link = json!({"url": "https://a.example"});
    refused(add(&server, "urls", &token, &link), 413, "room_full").await;
    ok(add(&server, "texts", &token, &json!({"text": ""}))).await;
}

//! Reading: names, types, conditions, ranges, counted downloads.

use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::support::{TestServer, header, refused};

const DATE: &str = "Sun, 01 Nov 2026 12:00:00 GMT";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_safe_is_shown_and_the_rest_is_an_attachment() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("d").await;
    let sandbox = "sandbox; default-src 'none'";
    let bytes = "application/octet-stream";
    for (name, mime, kind, shown_as) in [
        ("a.png", "image/png", "inline", "image/png"),
        ("a.pdf", "application/pdf", "inline", "application/pdf"),
        ("a.md", "text/markdown", "inline", "text/plain; charset=utf-8"),
        ("a.html", "text/html", "attachment", bytes),
        ("a.svg", "image/svg+xml", "attachment", bytes),
        ("a.js", "text/javascript", "inline", "text/plain; charset=utf-8"),
        ("a.css", "text/css", "inline", "text/plain; charset=utf-8"),
        ("b.js", "application/javascript", "attachment", bytes),
        ("a.bin", bytes, "attachment", bytes),
    ] {
        let content = server.upload_as("d", &token, json!({"name": name, "mime": mime}), "<script>").await;
        let view = server.fetch("d", &token, &content["id"], &[]).await;
        assert_eq!(header(&view, "content-type"), shown_as);
        assert_eq!(header(&view, "content-disposition"), format!("{kind}; filename=\"{name}\""));
        assert_eq!(header(&view, "x-content-type-options"), "nosniff");
        let csp = header(&view, "content-security-policy");
        assert!(csp.contains("default-src 'none'"), "{name} {csp}");
        // The browser's own viewer of PDF works in no sandbox.
        assert_eq!(csp.starts_with("sandbox; "), name != "a.pdf", "{name} {csp}");
        assert_eq!(csp == sandbox, kind == "attachment", "{name} {csp}");
        assert_eq!(content["mime_type"], mime, "{name}");
        let path = format!("/rooms/d/contents/{}/download", content["id"]);
        let download = server.request(Method::GET, &path, Some(&token)).send().await.unwrap();
        let runs = matches!(name, "a.html" | "a.svg" | "a.js" | "a.css" | "b.js");
        assert_eq!(header(&download, "content-type"), if runs { bytes } else { mime });
        assert_eq!(header(&download, "content-disposition"), format!("attachment; filename=\"{name}\""));
        assert_eq!(header(&download, "content-security-policy"), sandbox);
    }
    let content = server.upload("d", &token, "dir/grüße \"x\".txt", "hi").await;
    let view = server.fetch("d", &token, &content["id"], &[]).await;
    assert_eq!(
        header(&view, "content-disposition"),
        "inline; filename=\"gr__e _x_.txt\"; filename*=UTF-8''gr%C3%BC%C3%9Fe%20%22x%22.txt"
    );
}

/// By `Sec-Fetch-Dest`, in each way in which bytes are had; nothing is counted by what is refused.
#[tokio::test(flavor = "multi_thread")]
async fn a_browser_gets_nothing_to_run_or_to_frame() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("d").await;
    let script = json!({"name": "a.js", "mime": "text/javascript", "max_downloads": 1});
    let script = server.upload_as("d", &token, script, "alert(1)").await;
    let paper = json!({"name": "a.pdf", "mime": "application/pdf"});
    let paper = server.upload_as("d", &token, paper, "%PDF-1.4").await;
    let ways = |content: &Value| {
        let path = format!("{}/api/v1/rooms/d/contents/{}", server.url, content["id"]);
        let name = content["file_name"].as_str().unwrap();
        [path.clone(), format!("{path}/download"), format!("{}/d/{name}", server.url)]
    };
    let ask = |url: &str, destination: &str| {
        server.client.get(url).bearer_auth(&token).header("sec-fetch-dest", destination)
    };
    for url in ways(&script) {
        for destination in ["script", "worker", "sharedworker", "serviceworker", "style", "object", "iframe"]
        {
            refused(ask(&url, destination), 403, "destination_refused").await;
        }
    }
    for url in ways(&paper) {
        for destination in ["embed", "frame", "iframe", "object"] {
            assert_eq!(ask(&url, destination).send().await.unwrap().status(), 200, "{destination}");
        }
        refused(ask(&url, "script"), 403, "destination_refused").await;
    }
    let [url, ..] = ways(&script);
    assert_eq!(ask(&url, "empty").send().await.unwrap().text().await.unwrap(), "alert(1)");
    refused(ask(&url, "empty"), 410, "downloads_spent").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn ranges_and_conditions() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("d").await;
    // One that the store keeps and one that is a blob.
    for size in [1_000usize, 300_000] {
        let bytes: Vec<u8> = (0..size).map(|n| (n % 251) as u8).collect();
        let content = server.upload("d", &token, &format!("{size}"), bytes.clone()).await;
        let tag = format!("\"{}\"", content["sha256"].as_str().unwrap());
        let get = async |headers: &[(&str, &str)]| server.fetch("d", &token, &content["id"], headers).await;

        let whole = get(&[]).await;
        assert_eq!(whole.status(), 200);
        assert_eq!((header(&whole, "etag"), header(&whole, "last-modified")), (tag.as_str(), DATE));
        assert_eq!(header(&whole, "accept-ranges"), "bytes");
        assert_eq!(header(&whole, "content-length"), size.to_string());
        assert_eq!(header(&whole, "cache-control"), "private, no-cache");
        assert_eq!(whole.bytes().await.unwrap(), bytes);

        let last = format!("bytes={}-", size - 1);
        for (range, from, to) in [
            ("bytes=0-0", 0, 1),
            ("bytes=10-99", 10, 100),
            (last.as_str(), size - 1, size),
            ("bytes=-7", size - 7, size),
        ] {
            let part = get(&[("range", range)]).await;
            assert_eq!(part.status(), 206, "{range}");
            assert_eq!(header(&part, "content-range"), format!("bytes {from}-{}/{size}", to - 1));
            assert_eq!(header(&part, "content-length"), (to - from).to_string());
            assert_eq!(part.bytes().await.unwrap(), bytes[from..to]);
        }
        let beyond = get(&[("range", &format!("bytes={size}-"))]).await;
        assert_eq!(
            (beyond.status().as_u16(), header(&beyond, "content-range")),
            (416, &*format!("bytes */{size}"))
        );
        assert_eq!(beyond.json::<Value>().await.unwrap()["code"], "range_not_satisfiable");

        for (headers, status) in [
            (&[("range", "bytes=1-2,4-5")][..], 200),
            (&[("range", "bytes=5-3")], 200),
            (&[("if-none-match", &tag)], 304),
            (&[("if-none-match", &format!("\"x\", W/{tag}"))], 304),
            (&[("if-none-match", "\"x\"")], 200),
            (&[("if-modified-since", DATE)], 304),
            (&[("if-match", "\"x\"")], 412),
            (&[("range", "bytes=0-0"), ("if-range", &tag)], 206),
            (&[("range", "bytes=0-0"), ("if-range", "\"x\"")], 200),
            // Within the second of the change a date tells nothing.
            (&[("range", "bytes=0-0"), ("if-range", DATE)], 200),
        ] {
            let answer = get(headers).await;
            assert_eq!(answer.status(), status, "{headers:?}");
            if status == 304 {
                assert_eq!(header(&answer, "etag"), tag);
                assert_eq!(answer.bytes().await.unwrap(), "");
            }
        }
        let path = format!("/rooms/d/contents/{}", content["id"]);
        let head = server.request(Method::HEAD, &path, Some(&token)).send().await.unwrap();
        assert_eq!((head.status().as_u16(), header(&head, "content-length")), (200, &*size.to_string()));
        assert_eq!(header(&head, "accept-ranges"), "bytes");
    }
    server.clock.advance(std::time::Duration::from_secs(1));
    let content = server.upload("d", &token, "empty", "").await;
    let empty = server.fetch("d", &token, &content["id"], &[("range", "bytes=0-")]).await;
    assert_eq!(empty.status(), 416);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_limited_content_is_counted_and_then_gone() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("d").await;
    let content =
        server.upload_as("d", &token, json!({"name": "a.bin", "max_downloads": 2}), vec![1; 50_000]).await;
    let id = &content["id"];
    let tag = format!("\"{}\"", content["sha256"].as_str().unwrap());
    let path = format!("/rooms/d/contents/{id}");
    let whole = |answer: &Response| answer.status() == 200 && header(answer, "accept-ranges").is_empty();

    // Looking at it is free.
    let head = server.request(Method::HEAD, &path, Some(&token)).send().await.unwrap();
    assert!(whole(&head));
    assert_eq!(server.fetch("d", &token, id, &[("if-none-match", &tag)]).await.status(), 304);
    let first = server.fetch("d", &token, id, &[("range", "bytes=0-0")]).await;
    assert!(whole(&first));
    assert_eq!(first.bytes().await.unwrap().len(), 50_000);
    assert!(whole(&server.fetch("d", &token, id, &[]).await));
    for method in [Method::GET, Method::HEAD] {
        let spent = server.request(method, &path, Some(&token)).send().await.unwrap();
        assert_eq!(spent.status(), 410);
    }
    refused(server.request(Method::GET, &path, Some(&token)), 410, "downloads_spent").await;
    let meta = format!("{path}/meta");
    refused(server.request(Method::GET, &meta, Some(&token)), 410, "downloads_spent").await;
    server.app.gc(false).await.unwrap();
    refused(server.request(Method::GET, &path, Some(&token)), 404, "content_not_found").await;
    assert_eq!(server.blob_count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn downloads_are_counted_once_they_begin() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("d").await;
    let content = server.upload("d", &token, "a.txt", "hello").await;
    let id = &content["id"];
    server.fetch("d", &token, id, &[]).await;
    server.fetch("d", &token, id, &[("range", "bytes=2-")]).await;
    server.app.flush_downloads().await.unwrap();
    let meta = server.get(&format!("/rooms/d/contents/{id}/meta"), Some(&token)).await;
    assert_eq!(meta["download_count"], 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_content_says_so() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("d").await;
    let file = json!({"name": "a", "expire_at": "2026-11-01T12:01:00Z"});
    let content = server.upload_as("d", &token, file, "x").await;
    server.clock.advance(std::time::Duration::from_secs(60));
    let path = format!("/rooms/d/contents/{}", content["id"]);
    refused(server.request(Method::GET, &path, Some(&token)), 410, "content_expired").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_cannot_be_read_to_its_end_breaks_the_connection() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("d").await;
    let content = server.upload("d", &token, "a.bin", vec![1; 3 << 20]).await;
    server.break_blobs();
    for headers in [&[][..], &[("range", "bytes=5-")]] {
        let answer = server.fetch("d", &token, &content["id"], headers).await;
        assert!(answer.status().is_success());
        assert!(answer.bytes().await.is_err(), "half a file was taken for whole");
    }
    let ready = server.request(Method::GET, "/ready", None).send().await.unwrap();
    assert_eq!(ready.status(), 503);
    let body = ready.json::<Value>().await.unwrap();
    assert_eq!((&body["database"], &body["blobs"]), (&json!("ok"), &json!("error")));
}

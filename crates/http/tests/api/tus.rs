//! Uploads by the tus protocol: `/rooms/{room}/tus`, `/rooms/{room}/tus/{id}`.

use std::time::Duration;

use data_encoding::BASE64;
use elizabeth_core::policy::Policy;
use reqwest::{Body, Method, RequestBuilder, Response};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::{TestServer, cut_off, header, refused};

const PIECE: &str = "application/offset+octet-stream";
const HELLO_SHA1: &str = "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=";

/// A request to a path of the room `t`, as a client of the protocol sends it.
fn tus(server: &TestServer, method: &str, path: &str, token: Option<&str>) -> RequestBuilder {
    let method = Method::from_bytes(method.as_bytes()).unwrap();
    server.request(method, &format!("/rooms/t/tus{path}"), token).header("tus-resumable", "1.0.0")
}

pub(super) fn create(server: &TestServer, token: &str, length: u64) -> RequestBuilder {
    tus(server, "POST", "", Some(token)).header("upload-length", length)
}

pub(super) fn metadata(members: &[(&str, &str)]) -> String {
    let member = |(key, value): &(&str, &str)| format!("{key} {}", BASE64.encode(value.as_bytes()));
    members.iter().map(member).collect::<Vec<_>>().join(",")
}

/// Sends what must succeed with this status. Every answer says the version.
async fn answered(request: RequestBuilder, status: u16) -> Response {
    let answer = request.send().await.unwrap();
    let got = answer.status().as_u16();
    assert_eq!(header(&answer, "tus-resumable"), "1.0.0");
    if got != status {
        panic!("{got} for {status}: {}", answer.text().await.unwrap());
    }
    answer
}

/// Makes an upload; the path of it behind the room's.
pub(super) async fn created(request: RequestBuilder) -> String {
    let answer = answered(request, 201).await;
    path(&answer)
}

fn path(answer: &Response) -> String {
    header(answer, "location").strip_prefix("/api/v1/rooms/t/tus").unwrap().to_owned()
}

pub(super) fn patch(
    server: &TestServer,
    token: &str,
    path: &str,
    offset: u64,
    body: impl Into<Body>,
) -> RequestBuilder {
    tus(server, "PATCH", path, Some(token))
        .header("content-type", PIECE)
        .header("upload-offset", offset)
        .body(body)
}

/// Where an upload ends.
async fn offset(server: &TestServer, token: &str, path: &str) -> u64 {
    let head = answered(tus(server, "HEAD", path, Some(token)), 200).await;
    header(&head, "upload-offset").parse().unwrap()
}

async fn contents(server: &TestServer, token: &str) -> Vec<Value> {
    server.get("/rooms/t/contents", Some(token)).await.as_array().unwrap().clone()
}

fn hash(bytes: &[u8]) -> String {
    data_encoding::HEXLOWER.encode(&Sha256::digest(bytes))
}

fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|at| (at / 7 + at) as u8).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_asks_what_can_be_done() {
    let policy = Policy::default().min_free(0).room_max_size_ceiling(12_345_678_900);
    let server = TestServer::start_with(policy).await;
    server.create("t").await;
    for path in ["", "/", "/0195e6a2-0000-7000-8000-000000000000"] {
        // Without a version, and whatever one is named.
        for version in [None, Some("0.2.2")] {
            let mut request = server.request(Method::OPTIONS, &format!("/rooms/t/tus{path}"), None);
            if let Some(version) = version {
                request = request.header("tus-resumable", version);
            }
            let answer = answered(request, 204).await;
            assert_eq!(header(&answer, "tus-version"), "1.0.0");
            let extensions = "creation,creation-with-upload,expiration,checksum,termination,concatenation";
            assert_eq!(header(&answer, "tus-extension"), extensions);
            assert_eq!(header(&answer, "tus-checksum-algorithm"), "sha1,sha256,md5");
            assert_eq!(header(&answer, "tus-max-size"), "12345678900");
        }
    }
}

/// What is no request of the protocol's, or not of its version, is told so; nothing is made.
#[tokio::test(flavor = "multi_thread")]
async fn the_version_must_be_ours_and_is_always_said() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    for version in [None, Some("0.2.2"), Some("1.0.1"), Some("1.0.0, 2.0.0")] {
        for (method, path) in [("POST", ""), ("HEAD", "/x"), ("PATCH", "/x"), ("DELETE", "/x"), ("GET", "")] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let mut request = server.request(method.clone(), &format!("/rooms/t/tus{path}"), Some(&token));
            if let Some(version) = version {
                request = request.header("tus-resumable", version);
            }
            let answer = answered(request.header("upload-length", 3), 412).await;
            assert_eq!(header(&answer, "tus-version"), "1.0.0");
            if method != Method::HEAD {
                assert_eq!(answer.json::<Value>().await.unwrap()["code"], "tus_version");
            }
        }
    }
    let nobody = "/0195e6a2-0000-7000-8000-000000000000";
    for (request, status, code) in [
        (tus(&server, "PATCH", "", Some(&token)), 405, "method_not_allowed"),
        (tus(&server, "GET", nobody, Some(&token)), 405, "method_not_allowed"),
        (tus(&server, "DELETE", "/7", Some(&token)), 400, "invalid_path"),
        (tus(&server, "DELETE", nobody, Some(&token)), 404, "reservation_not_found"),
        (tus(&server, "DELETE", nobody, None), 401, "token_missing"),
        (
            server
                .request(Method::POST, "/rooms/none/tus", None)
                .header("tus-resumable", "1.0.0")
                .header("upload-length", 1),
            404,
            "room_not_found",
        ),
    ] {
        let answer = answered(request, status).await;
        assert_eq!(answer.json::<Value>().await.unwrap()["code"], code);
    }
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_piece_by_piece() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let bytes = pattern(300_000);
    let said = metadata(&[("filename", "grüße.txt"), ("filetype", "text/plain"), ("colour", "red")]);
    let answer = answered(create(&server, &token, 300_000).header("upload-metadata", &said), 201).await;
    assert_eq!(header(&answer, "upload-offset"), "0");
    assert_eq!(header(&answer, "upload-expires"), "Sun, 01 Nov 2026 12:02:00 GMT");
    let path = path(&answer);
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 300_000);

    let mut at = 0;
    for end in [1, 100_000, 100_001, 299_999, 300_000] {
        let head = answered(tus(&server, "HEAD", &path, Some(&token)), 200).await;
        assert_eq!(header(&head, "upload-offset"), at.to_string());
        assert_eq!(header(&head, "upload-length"), "300000");
        assert_eq!(header(&head, "upload-metadata"), said);
        assert_eq!(header(&head, "cache-control"), "no-store");
        // Two minutes for the first byte, an hour from there.
        let expires = if at == 0 { "12:02:00" } else { "13:00:00" };
        assert_eq!(header(&head, "upload-expires"), format!("Sun, 01 Nov 2026 {expires} GMT"));
        assert!(contents(&server, &token).await.is_empty());
        let answer = answered(patch(&server, &token, &path, at, bytes[at as usize..end].to_vec()), 204).await;
        at = end as u64;
        assert_eq!(header(&answer, "upload-offset"), at.to_string());
        assert_eq!(header(&answer, "upload-expires").is_empty(), end == 300_000);
        assert_eq!(header(&answer, "elizabeth-content-id").is_empty(), end < 300_000);
    }
    let listed = contents(&server, &token).await;
    assert_eq!(listed[0]["file_name"], "grüße.txt");
    assert_eq!((&listed[0]["mime_type"], &listed[0]["sha256"]), (&json!("text/plain"), &json!(hash(&bytes))));
    let answer = server.fetch("t", &token, &listed[0]["id"], &[]).await;
    assert_eq!(answer.bytes().await.unwrap(), bytes);
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 300_000);

    // It can be asked for when it is complete, gone on with by nothing, and not by something.
    let head = answered(tus(&server, "HEAD", &path, Some(&token)), 200).await;
    assert_eq!((header(&head, "upload-offset"), header(&head, "upload-length")), ("300000", "300000"));
    assert_eq!(header(&head, "elizabeth-content-id"), listed[0]["id"].to_string());
    assert_eq!(header(&head, "upload-expires"), "");
    answered(patch(&server, &token, &path, 300_000, ""), 204).await;
    refused(patch(&server, &token, &path, 300_000, "x"), 413, "file_too_long").await;
    refused(patch(&server, &token, &path, 0, "x"), 409, "offset_conflict").await;
    assert_eq!(contents(&server, &token).await.len(), 1);
}

/// Names and limits are those of any file; a file without a name gets one.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_says_of_a_file() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    for (members, name, mime) in [
        (vec![], "upload.bin", "application/octet-stream"),
        (vec![("name", "a.png"), ("type", "")], "a.png", "image/png"),
        (vec![("filename", "a.png"), ("filetype", "undefined")], "a.png", "image/png"),
        (vec![("filename", "a.png"), ("relativePath", "x/y/a.png")], "x/y/a.png", "image/png"),
        (vec![("filename", "a.png"), ("relativePath", "null")], "a.png", "image/png"),
    ] {
        let request = create(&server, &token, 0).header("upload-metadata", metadata(&members));
        let answer = answered(request, 201).await;
        let id = header(&answer, "elizabeth-content-id").to_owned();
        let content = server.get(&format!("/rooms/t/contents/{id}/meta"), Some(&token)).await;
        assert_eq!((&content["file_name"], &content["mime_type"]), (&json!(name), &json!(mime)));
        assert_eq!(offset(&server, &token, &path(&answer)).await, 0);
    }
    let limited = metadata(&[("max_downloads", "2"), ("expire_at", "2026-11-01T12:30:00Z")]);
    answered(create(&server, &token, 0).header("upload-metadata", limited), 201).await;
    let listed = contents(&server, &token).await;
    assert_eq!(listed[5]["max_downloads"], 2);
    assert_eq!(listed[5]["expire_at"], "2026-11-01T12:30:00Z");
    for (key, value, code) in [
        ("filename", "", "invalid_file_name"),
        ("filename", "a\\b", "invalid_file_name"),
        ("filename", "../a", "invalid_file_name"),
        ("max_downloads", "0", "invalid_max_downloads"),
        ("expire_at", "2001-01-01T00:00:00Z", "invalid_expire_at"),
    ] {
        let request = create(&server, &token, 1).header("upload-metadata", metadata(&[(key, value)]));
        refused(request, 400, code).await;
    }
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 0);
}

/// Each header that is missing, malformed or of no use is named.
#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_is_wrong_is_named() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let path = created(create(&server, &token, 10)).await;
    let post = || tus(&server, "POST", "", Some(&token));
    let bare = || tus(&server, "PATCH", &path, Some(&token)).body("x");
    let piece = || bare().header("content-type", PIECE);
    for (request, name) in [
        (post(), "Upload-Length is missing"),
        (post().header("upload-length", "-1"), "Upload-Length must be"),
        (post().header("upload-length", "1e3"), "Upload-Length must be"),
        (post().header("upload-length", "1").header("upload-length", "1"), "Upload-Length is given twice"),
        (post().header("upload-defer-length", "1"), "Upload-Defer-Length is not possible"),
        (create(&server, &token, 1).header("upload-metadata", "filename !"), "Upload-Metadata"),
        (create(&server, &token, 1).header("upload-concat", "first"), "Upload-Concat"),
        (create(&server, &token, 1).header("upload-concat", "final;/x"), "Upload-Concat"),
        (
            create(&server, &token, 1).header("content-type", PIECE).header("upload-checksum", "x").body("x"),
            "Upload-Checksum",
        ),
        (piece(), "Upload-Offset is missing"),
        (piece().header("upload-offset", "x"), "Upload-Offset must be"),
        (piece().header("upload-offset", "0").header("upload-checksum", "crc32 AAAA"), "Upload-Checksum"),
        (piece().header("upload-offset", "0").header("upload-checksum", "sha1 AAAA"), "Upload-Checksum"),
        (bare().header("x-http-method-override", "PA TCH"), "X-HTTP-Method-Override"),
    ] {
        let problem = refused(request, 400, "invalid_header").await;
        assert!(problem["error"].as_str().unwrap().starts_with(&format!("header: {name}")), "{problem}");
    }
    for wrong in [None, Some("application/octet-stream"), Some("")] {
        let mut request = bare().header("upload-offset", "0");
        if let Some(wrong) = wrong {
            request = request.header("content-type", wrong);
        }
        refused(request, 415, "unsupported_media_type").await;
    }
    refused(create(&server, &token, 1).body("x"), 415, "unsupported_media_type").await;
    assert_eq!(offset(&server, &token, &path).await, 0);
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 10);
}

/// For clients that cannot send every method.
#[tokio::test(flavor = "multi_thread")]
async fn a_header_may_name_the_method() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let path = created(create(&server, &token, 3)).await;
    let post = |method: &str| {
        tus(&server, "POST", &path, Some(&token)).header("x-http-method-override", method.to_owned())
    };
    let piece = post("PATCH").header("content-type", PIECE).header("upload-offset", "0").body("ab");
    assert_eq!(header(&answered(piece, 204).await, "upload-offset"), "2");
    let head = answered(post("HEAD"), 200).await;
    assert_eq!((header(&head, "upload-offset"), header(&head, "upload-length")), ("2", "3"));
    answered(post("OPTIONS"), 204).await;
    answered(post("delete"), 204).await;
    answered(post("HEAD"), 404).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_piece_may_come_with_the_creation() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let with =
        |length, body: &'static str| create(&server, &token, length).header("content-type", PIECE).body(body);
    let answer = answered(with(11, "hello "), 201).await;
    assert_eq!(header(&answer, "upload-offset"), "6");
    let first = path(&answer);
    let answer = answered(patch(&server, &token, &first, 6, "world"), 204).await;
    assert_eq!(header(&answer, "upload-offset"), "11");
    for (length, body) in [(11, "hello world"), (0, "")] {
        let request = with(length, body);
        let answer = answered(request, 201).await;
        assert_eq!(header(&answer, "upload-offset"), length.to_string());
        assert!(!header(&answer, "elizabeth-content-id").is_empty());
    }
    let listed = contents(&server, &token).await;
    let sizes: Vec<&Value> = listed.iter().map(|content| &content["size"]).collect();
    assert_eq!(sizes, [11, 11, 0]);
    assert_eq!(listed[0]["sha256"], listed[1]["sha256"]);
    assert_eq!(listed[2]["sha256"], hash(b""));

    // One that fails leaves no upload behind of which nobody knows.
    refused(with(2, "abc"), 413, "file_too_long").await;
    let wrong = with(11, "hello worle").header("upload-checksum", HELLO_SHA1);
    refused(wrong, 460, "checksum_mismatch").await;
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 22);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_fit_is_refused() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    server.post("/rooms/t/settings", Some(&token), json!({"max_size": 100})).await;
    let path = created(create(&server, &token, 60)).await;
    let problem = refused(create(&server, &token, 41), 413, "room_full").await;
    assert_eq!(problem["details"], json!({"requested": 41, "remaining": 40}));
    for body in [
        Body::from(vec![1; 61]),
        Body::wrap_stream(futures::stream::iter([Ok::<_, std::io::Error>(vec![1; 61])])),
    ] {
        refused(patch(&server, &token, &path, 0, body), 413, "file_too_long").await;
    }
    assert_eq!(offset(&server, &token, &path).await, 0);
    let conflict = refused(patch(&server, &token, &path, 7, "x"), 409, "offset_conflict").await;
    assert_eq!(conflict["details"]["offset"], 0);
    answered(patch(&server, &token, &path, 0, vec![1; 60]), 204).await;
}

/// A piece that does not hash to what is said is not kept, and neither is one that breaks off.
#[tokio::test(flavor = "multi_thread")]
async fn a_piece_is_compared_with_its_checksum() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let path = created(create(&server, &token, 33)).await;
    let mut at = 0;
    for checksum in
        [HELLO_SHA1, "sha256 uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=", "md5 XrY7u+Ae7tCTyyK7j1rNww=="]
    {
        let wrong = patch(&server, &token, &path, at, "hello worle").header("upload-checksum", checksum);
        refused(wrong, 460, "checksum_mismatch").await;
        assert_eq!(offset(&server, &token, &path).await, at);
        let address = server.url.strip_prefix("http://").unwrap();
        let broken = format!(
            "PATCH /api/v1/rooms/t/tus{path} HTTP/1.1\r\nhost: {address}\r\nauthorization: Bearer {token}\r\n\
             tus-resumable: 1.0.0\r\ncontent-type: {PIECE}\r\nupload-offset: {at}\r\ncontent-length: 11\r\n\
             upload-checksum: {checksum}\r\n\r\nhello"
        );
        cut_off(&server, &broken).await;
        assert_eq!(offset(&server, &token, &path).await, at);
        answered(patch(&server, &token, &path, at, "hello world").header("upload-checksum", checksum), 204)
            .await;
        at += 11;
    }
    assert_eq!(contents(&server, &token).await[0]["sha256"], hash(&b"hello world".repeat(3)));
    let large = created(create(&server, &token, 1 << 30)).await;
    let most = (64 << 20) + 1;
    let request = patch(&server, &token, &large, 0, Body::from(vec![0; most]));
    refused(request.header("upload-checksum", HELLO_SHA1), 413, "body_too_large").await;
    answered(tus(&server, "DELETE", &large, Some(&token)), 204).await;
    let file = contents(&server, &token).await[0]["id"].clone();
    let gone = json!({"ids": [file]});
    let request = server.request(Method::DELETE, "/rooms/t/contents", Some(&token)).json(&gone);
    answered_plainly(request).await;
    server.app.gc(false).await.unwrap();
    server.becomes_empty("t", &token).await;
}

async fn answered_plainly(request: RequestBuilder) {
    assert!(request.send().await.unwrap().status().is_success());
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_given_up_is_gone() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let path = created(create(&server, &token, 1 << 20)).await;
    answered(patch(&server, &token, &path, 0, pattern(700_000)), 204).await;
    assert_eq!(server.blob_count().await, 1);
    answered(tus(&server, "DELETE", &path, Some(&token)), 204).await;
    for request in [tus(&server, "DELETE", &path, Some(&token)), patch(&server, &token, &path, 700_000, "x")]
    {
        refused(request, 404, "reservation_not_found").await;
    }
    let head = answered(tus(&server, "HEAD", &path, Some(&token)), 404).await;
    assert_eq!(header(&head, "upload-offset"), "");
    server.app.gc(false).await.unwrap();
    server.becomes_empty("t", &token).await;

    // What is complete stays a content, whatever becomes of its upload.
    let path = created(create(&server, &token, 3).header("content-type", PIECE).body("abc")).await;
    answered(tus(&server, "DELETE", &path, Some(&token)), 204).await;
    answered(tus(&server, "HEAD", &path, Some(&token)), 404).await;
    server.app.gc(false).await.unwrap();
    let listed = contents(&server, &token).await;
    let answer = server.fetch("t", &token, &listed[0]["id"], &[]).await;
    assert_eq!(answer.bytes().await.unwrap(), "abc");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_that_is_silent_for_too_long_is_over() {
    let policy = Policy::default().min_free(0).chunked_ttl(Duration::from_secs(600));
    let server = TestServer::start_with(policy).await;
    let token = server.create_and_enter("t").await;
    let path = created(create(&server, &token, 10)).await;
    server.clock.advance(Duration::from_secs(119));
    let answer = answered(patch(&server, &token, &path, 0, "x"), 204).await;
    assert_eq!(header(&answer, "upload-expires"), "Sun, 01 Nov 2026 12:11:59 GMT");
    server.clock.advance(Duration::from_secs(599));
    assert_eq!(offset(&server, &token, &path).await, 1);
    server.clock.advance(Duration::from_secs(1));
    for request in [tus(&server, "DELETE", &path, Some(&token)), patch(&server, &token, &path, 1, "x")] {
        refused(request, 410, "reservation_expired").await;
    }
    answered(tus(&server, "HEAD", &path, Some(&token)), 410).await;
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 0);
    server.app.gc(false).await.unwrap();
    answered(tus(&server, "HEAD", &path, Some(&token)), 404).await;
    assert_eq!(server.blob_count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_its_sessions_and_its_owners() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let (guest, other) = (server.enter("t").await, server.enter("t").await);
    let stranger = server.create_and_enter("elsewhere").await;
    let path = created(create(&server, &guest, 10)).await;
    let all = |token: &str| {
        [
            tus(&server, "HEAD", &path, Some(token)),
            patch(&server, token, &path, 0, "x"),
            tus(&server, "DELETE", &path, Some(token)),
        ]
    };
    for (token, status) in [(other.as_str(), 404), (&stranger, 401), ("nonsense", 401)] {
        for request in all(token) {
            answered(request, status).await;
        }
    }
    answered(create(&server, &stranger, 1), 401).await;
    answered(tus(&server, "HEAD", &path, None), 401).await;
    // By the query, for those who cannot send a header.
    let by_query = format!("{path}?token={guest}");
    let answer = answered(
        tus(&server, "PATCH", &by_query, None)
            .header("content-type", PIECE)
            .header("upload-offset", "0")
            .body("abc"),
        204,
    );
    assert_eq!(header(&answer.await, "upload-offset"), "3");
    let answer =
        answered(tus(&server, "POST", &format!("?token={guest}"), None).header("upload-length", 1), 201);
    assert!(!header(&answer.await, "location").contains('?'));
    // A renewed token is of the same session.
    let renewed = server.post("/rooms/t/tokens", None, json!({"token": guest})).await;
    let renewed = renewed["token"].as_str().unwrap();
    answered(patch(&server, renewed, &path, 3, "d"), 204).await;
    // Who may add no more goes on with nothing.
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 1})).await;
    refused(patch(&server, &guest, &path, 4, "x"), 403, "permission_denied").await;
    refused(create(&server, &guest, 1), 403, "permission_denied").await;
    assert_eq!(offset(&server, &owner, &path).await, 4);
    answered(tus(&server, "DELETE", &path, Some(&owner)), 204).await;
}

/// What has come of a piece that breaks off is where the client goes on.
#[tokio::test(flavor = "multi_thread")]
async fn what_came_of_a_piece_that_broke_off_is_kept() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let bytes = pattern(3_000_000);
    let path = created(create(&server, &token, 3_000_000)).await;
    let (sender, receiver) = futures::channel::mpsc::channel::<Result<Vec<u8>, std::io::Error>>(1);
    let mut sender = sender;
    let request = patch(&server, &token, &path, 0, Body::wrap_stream(receiver));
    let sending = tokio::spawn(request.header("content-length", 3_000_000).send());
    futures::SinkExt::send(&mut sender, Ok(bytes[..2_000_000].to_vec())).await.unwrap();
    server.received(2_000_000).await;
    let error = std::io::Error::other("the line is cut");
    futures::SinkExt::send(&mut sender, Err(error)).await.unwrap();
    assert!(sending.await.unwrap().is_err());
    let at = offset(&server, &token, &path).await;
    assert_eq!(at, 2_000_000);
    answered(patch(&server, &token, &path, at, bytes[2_000_000..].to_vec()), 204).await;
    assert_eq!(contents(&server, &token).await[0]["sha256"], hash(&bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_piece_that_falls_silent_ends_and_what_came_is_kept() {
    let policy = Policy::default().min_free(0).upload_lease(Duration::from_millis(500));
    let server = TestServer::start_with(policy).await;
    let token = server.create_and_enter("t").await;
    let path = created(create(&server, &token, 1 << 20)).await;
    let (mut sender, receiver) = futures::channel::mpsc::channel::<Result<&str, std::io::Error>>(1);
    let request = patch(&server, &token, &path, 0, Body::wrap_stream(receiver));
    let sending = tokio::spawn(refused(request.header("content-length", 1 << 20), 408, "upload_timed_out"));
    futures::SinkExt::send(&mut sender, Ok("hello")).await.unwrap();
    sending.await.unwrap();
    assert_eq!(offset(&server, &token, &path).await, 5);
    drop(sender);
}

/// Of two pieces for the same place one is kept; the other one is told where to go on.
#[tokio::test(flavor = "multi_thread")]
async fn of_two_at_one_place_one_is_kept() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    for _ in 0..10 {
        let path = created(create(&server, &token, 2_000_000)).await;
        let pieces = [1, 2].map(|byte| patch(&server, &token, &path, 0, vec![byte; 1_000_000]).send());
        // The first one may have been ended by the second, and its line with it before it read the answer.
        let answers: Vec<_> =
            futures::future::join_all(pieces).await.into_iter().filter_map(Result::ok).collect();
        assert!(!answers.is_empty());
        let kept = offset(&server, &token, &path).await;
        // Never is anything of both at one place.
        assert!((1..=1_000_000).contains(&kept), "{kept}");
        for answer in answers {
            match answer.status().as_u16() {
                204 => assert!(header(&answer, "upload-offset").parse::<u64>().unwrap() <= kept),
                status => assert_eq!(status, 409),
            }
        }
        answered(tus(&server, "DELETE", &path, Some(&token)), 204).await;
    }
    server.app.gc(false).await.unwrap();
    server.becomes_empty("t", &token).await;
}

/// Who asks where to go on is told all that has come, also while the server believes that more is coming.
#[tokio::test(flavor = "multi_thread")]
async fn who_comes_again_ends_the_piece_on_its_way() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let path = created(create(&server, &token, 1 << 20)).await;
    for checksum in [None, Some(HELLO_SHA1)] {
        let begins = offset(&server, &token, &path).await;
        let (mut sender, receiver) = futures::channel::mpsc::channel::<Result<&str, std::io::Error>>(1);
        let mut request = patch(&server, &token, &path, begins, Body::wrap_stream(receiver));
        if let Some(checksum) = checksum {
            request = request.header("upload-checksum", checksum);
        }
        let sending = tokio::spawn(request.header("content-length", 11).send());
        futures::SinkExt::send(&mut sender, Ok("hello")).await.unwrap();
        server.received(begins + 5).await;
        let now = offset(&server, &token, &path).await;
        assert_eq!(now, if checksum.is_none() { 5 } else { begins });
        let answer = sending.await.unwrap().unwrap();
        assert_eq!(answer.status(), if checksum.is_none() { 204 } else { 400 });
    }
    // Another one ends it too; a stranger does not.
    let (mut sender, receiver) = futures::channel::mpsc::channel::<Result<&str, std::io::Error>>(1);
    let request = patch(&server, &token, &path, 5, Body::wrap_stream(receiver));
    let sending = tokio::spawn(request.header("content-length", 11).send());
    futures::SinkExt::send(&mut sender, Ok("hello")).await.unwrap();
    server.received(15).await;
    let guest = server.enter("t").await;
    answered(tus(&server, "HEAD", &path, Some(&guest)), 404).await;
    refused(patch(&server, &guest, &path, 5, "x"), 404, "reservation_not_found").await;
    refused(patch(&server, &token, &path, 5, "x"), 409, "offset_conflict").await;
    assert_eq!(header(&sending.await.unwrap().unwrap(), "upload-offset"), "10");
}

pub(super) fn partial(server: &TestServer, token: &str, bytes: &[u8]) -> RequestBuilder {
    let request = create(server, token, bytes.len() as u64).header("upload-concat", "partial");
    request.header("content-type", PIECE).body(bytes.to_vec())
}

pub(super) fn join(server: &TestServer, token: &str, parts: &[&str]) -> RequestBuilder {
    let addresses: Vec<String> = parts.iter().map(|part| format!("/api/v1/rooms/t/tus{part}")).collect();
    let value = format!("final;{}", addresses.join(" "));
    tus(server, "POST", "", Some(token)).header("upload-concat", value)
}

#[tokio::test(flavor = "multi_thread")]
async fn parts_are_joined_into_one_file() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("t").await;
    let bytes = pattern(900_000);
    let (first, rest) = bytes.split_at(300_000);
    let (second, third) = rest.split_at(200_000);
    let second = created(partial(&server, &token, second)).await;
    let third = created(partial(&server, &token, third)).await;
    // The first in two pieces, and behind the others.
    let opened = create(&server, &token, 300_000).header("upload-concat", "partial");
    let early = created(opened).await;
    answered(patch(&server, &token, &early, 0, first[..1_000].to_vec()), 204).await;
    let none = created(create(&server, &token, 0).header("upload-concat", "partial")).await;
    let parts = [early.as_str(), &second, &none, &third];

    let head = answered(tus(&server, "HEAD", &second, Some(&token)), 200).await;
    assert_eq!((header(&head, "upload-concat"), header(&head, "upload-offset")), ("partial", "200000"));
    assert!(contents(&server, &token).await.is_empty());
    let blobs = server.blob_count().await;
    refused(join(&server, &token, &parts), 409, "upload_incomplete").await;
    answered(patch(&server, &token, &early, 1_000, first[1_000..].to_vec()), 204).await;
    assert!(contents(&server, &token).await.is_empty());
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 900_000);

    let said = metadata(&[("filename", "whole.bin")]);
    let answer = answered(join(&server, &token, &parts).header("upload-metadata", &said), 201).await;
    let listed = contents(&server, &token).await;
    assert_eq!(header(&answer, "elizabeth-content-id"), listed[0]["id"].to_string());
    assert_eq!(
        (&listed[0]["file_name"], &listed[0]["size"], &listed[0]["sha256"]),
        (&json!("whole.bin"), &json!(900_000), &json!(hash(&bytes)))
    );
    assert_eq!(server.blob_count().await, blobs + 1);
    let whole = path(&answer);
    let head = answered(tus(&server, "HEAD", &whole, Some(&token)), 200).await;
    assert_eq!((header(&head, "upload-offset"), header(&head, "upload-length")), ("900000", "900000"));
    assert!(header(&head, "upload-concat").starts_with("final;/api/v1/rooms/t/tus/"));
    assert_eq!(header(&head, "upload-metadata"), said);
    refused(patch(&server, &token, &whole, 900_000, ""), 403, "upload_final").await;
    for part in parts {
        answered(tus(&server, "HEAD", part, Some(&token)), 404).await;
    }
    assert_eq!(server.get("/rooms/t", Some(&token)).await["current_size"], 900_000);
    server.app.gc(false).await.unwrap();
    let answer = server.fetch("t", &token, &listed[0]["id"], &[("range", "bytes=299999-500000")]).await;
    assert_eq!(answer.bytes().await.unwrap(), bytes[299_999..=500_000]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_parts_of_ones_own_are_joined() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    let guest = server.enter("t").await;
    let part = created(partial(&server, &guest, b"abc")).await;
    let whole = created(create(&server, &guest, 3)).await;
    let nobody = "/0195e6a2-0000-7000-8000-000000000000";
    refused(join(&server, &guest, &[]), 400, "invalid_parts").await;
    refused(join(&server, &guest, &[&part, &part]), 400, "invalid_parts").await;
    refused(join(&server, &guest, &[&part, nobody]), 404, "reservation_not_found").await;
    refused(join(&server, &guest, &[&part, &whole]), 404, "reservation_not_found").await;
    refused(join(&server, &owner, &[&part]), 404, "reservation_not_found").await;
    refused(join(&server, &guest, &[&part]).header("upload-length", 3), 400, "invalid_header").await;
    refused(join(&server, &guest, &[&part]).header("content-type", PIECE).body("x"), 400, "invalid_header")
        .await;
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 1})).await;
    refused(join(&server, &guest, &[&part]), 403, "permission_denied").await;
    server.post("/rooms/t/permissions", Some(&owner), json!({"permission": 15})).await;
    // Twice at once: one of them does it. To the other one the part is gone, or goes while it is read.
    let both = [join(&server, &guest, &[&part]).send(), join(&server, &guest, &[&part]).send()];
    let mut statuses = Vec::new();
    for answer in futures::future::join_all(both).await {
        statuses.push(answer.unwrap().status().as_u16());
    }
    statuses.sort_unstable();
    assert!(matches!(statuses[..], [201, 404 | 410]), "{statuses:?}");
    assert_eq!(contents(&server, &guest).await.len(), 1);
    let expiring = created(partial(&server, &guest, b"abc")).await;
    server.clock.advance(Policy::default().chunked_ttl);
    let guest = server.enter("t").await;
    refused(join(&server, &guest, &[&expiring]), 404, "reservation_not_found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_begin_where_people_reach_the_server() {
    let server = TestServer::start_at("https://share.example.org/files").await;
    let token = server.create_and_enter("t").await;
    let answer = answered(create(&server, &token, 0), 201).await;
    assert!(header(&answer, "location").starts_with("/files/api/v1/rooms/t/tus/"));
}

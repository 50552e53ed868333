//! Chunks, tokens and hashes that are not what they say: each a clear 4xx, with nothing kept.

use std::time::Duration;

use futures::stream;
use reqwest::{Body, Method, RequestBuilder};
use serde_json::{Value, json};

use crate::support::{
    TestServer,
    chunked::{CHUNK, ChunkedUpload, bytes, sha256},
    cut_off, exchange, ok, refused,
};

/// Nothing of the upload has arrived, and its space is all that is held.
async fn assert_untouched(upload: &ChunkedUpload<'_>, room_token: &str, size: usize) {
    let server = upload.server;
    let status = upload.status().await;
    assert_eq!(
        (&status["upload_status"], &status["uploaded_size"]),
        (&json!("pending"), &json!(0)),
        "{status}"
    );
    assert_eq!(server.get("/rooms/c", Some(room_token)).await["current_size"], size);
    assert_eq!((server.blob_count().await, server.announced().await), (0, 0));
}

/// A body without a length.
fn unsized_body(bytes: Vec<u8>) -> Body {
    Body::wrap_stream(stream::iter([Ok::<_, std::io::Error>(bytes)]))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_is_not_as_announced_is_refused() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let size = 2 * CHUNK + 5;
    let upload = server.prepare_chunks("c", &token, &[("a", size)]).await;
    let chunk = bytes(CHUNK);
    let put = |path: &str, body: Body| upload.request(Method::PUT, path).body(body);
    let whole = || Body::from(chunk.clone());
    let hashed = |name: &str, value: &str| put("/0/0", whole()).header(name, value);
    let other = sha256(b"other");
    let refusals: Vec<(RequestBuilder, &str)> = vec![
        // Sizes: said by the length, or only found out.
        (put("/0/0", Body::from(chunk[1..].to_vec())), "chunk_mismatch"),
        (put("/0/2", whole()), "chunk_mismatch"),
        (put("/0/0", Body::from("")), "chunk_mismatch"),
        (put("/0/0", unsized_body(chunk[1..].to_vec())), "chunk_mismatch"),
        (put("/0/0", unsized_body(bytes(CHUNK + 1))), "chunk_mismatch"),
        (put("/0/0", unsized_body(bytes(4 << 20))), "chunk_mismatch"),
        // Indexes; the first is one more chunk than announced.
        (put("/0/3", Body::from("x")), "invalid_chunk_index"),
        (put("/0/18446744073709551615", whole()), "invalid_chunk_index"),
        (put("/1/0", whole()), "invalid_file_index"),
        (put("/4294967296/0", whole()), "invalid_file_index"),
        (put("/0/18446744073709551616", whole()), "invalid_path"),
        (put("/0/-1", whole()), "invalid_path"),
        (put("/x/0", whole()), "invalid_path"),
        // Hashes.
        (hashed("x-chunk-sha256", &other), "chunk_mismatch"),
        (hashed("x-chunk-sha256", "abc"), "invalid_hash"),
        (
            hashed("content-digest", "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:"),
            "chunk_mismatch",
        ),
        (hashed("content-digest", "sha-256=:eA==:"), "invalid_hash"),
        (hashed("content-range", "bytes 0-65535/131077"), "invalid_header"),
    ];
    for (request, code) in refusals {
        let what = format!("{request:?}");
        let problem = refused(request, 400, code).await;
        assert!(problem["error"].as_str().is_some_and(|error| !error.is_empty()), "{what}");
        assert_untouched(&upload, &token, size).await;
    }
    ok(put("/0/0", unsized_body(chunk.clone()))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_that_is_not_as_announced_is_refused() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let upload = server.prepare_chunks("c", &token, &[("a", 3)]).await;
    let send = |fields: &[(&'static str, &str)]| {
        let form = fields.iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| {
            form.text(*name, (*value).to_owned())
        });
        server.request(Method::POST, &upload.path, None).multipart(form)
    };
    let (known, index, size) =
        (("upload_token", upload.token.as_str()), ("chunk_index", "0"), ("chunk_size", "3"));
    let data = ("chunk_data", "abc");
    let other = sha256(b"other");
    for (fields, status, code) in [
        (&[known, index, ("chunk_size", "4"), data][..], 400, "chunk_mismatch"),
        (&[known, index, size, ("chunk_data", "ab")], 400, "chunk_mismatch"),
        (&[known, index, size, ("chunk_data", "abcd")], 400, "chunk_mismatch"),
        (&[known, index, size, ("chunk_hash", &other), data], 400, "chunk_mismatch"),
        (&[known, index, size, ("chunk_hash", "x"), data], 400, "invalid_hash"),
        (&[known, ("chunk_index", "1"), size, data], 400, "invalid_chunk_index"),
        (&[known, ("file_index", "1"), index, size, data], 400, "invalid_file_index"),
        (&[known, ("chunk_index", "-1"), size, data], 400, "invalid_multipart"),
        (&[known, index, data], 400, "invalid_multipart"),
        (&[known, index, size], 400, "invalid_multipart"),
        (&[known, data, index, size], 400, "invalid_multipart"),
        (&[known, index, size, data, index], 400, "invalid_multipart"),
        (&[known, index, size, data, ("chunk_hash", &other)], 400, "chunk_mismatch"),
        (&[known, index, size, data, ("chunk_hash", "x")], 400, "invalid_hash"),
        (&[known, index, size, data, ("file_index", "1")], 400, "invalid_multipart"),
        (&[index, size, data, known], 400, "invalid_multipart"),
        (&[index, size, data], 400, "invalid_multipart"),
        (&[("upload_token", "upl_x"), index, size, data], 401, "upload_token_invalid"),
        (&[("upload_token", &token), index, size, data], 401, "upload_token_invalid"),
    ] {
        refused(send(fields), status, code).await;
        assert_untouched(&upload, &token, 3).await;
    }
    let plain = upload.request(Method::POST, "").body("abc");
    refused(plain, 415, "unsupported_media_type").await;
    let hash = sha256(b"abc");
    let late = [("file_index", "0"), ("chunk_hash", hash.as_str())];
    ok(send(&[&[known, index, size, data], &late[..]].concat())).await;
    // The same again is compared with what is there.
    refused(send(&[known, index, size, data, ("chunk_hash", &other)]), 400, "chunk_mismatch").await;
    ok(send(&[known, index, size, data, ("chunk_hash", &hash)])).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_opens_its_own_upload_only() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("c").await;
    let (guest, stranger) = (server.enter("c").await, server.enter("c").await);
    let elsewhere = server.create_and_enter("d").await;
    let upload = server.prepare_chunks("c", &guest, &[("a", 3)]).await;
    let other = server.prepare_chunks("c", &owner, &[("b", 3)]).await;
    let foreign = server.prepare_chunks("d", &elsewhere, &[("a", 3)]).await;
    let query = format!("?reservation_id={}", upload.id);
    let requests = |token: Option<&str>, query: &str| {
        let put = server.request(Method::PUT, &format!("{}/0/0{query}", upload.path), token).body("abc");
        let status = server.request(Method::GET, &format!("{}/status{query}", upload.path), token);
        let body = json!({"reservation_id": upload.id, "final_hash": sha256(b"abc")});
        let complete = server.request(Method::POST, &format!("{}/complete", upload.path), token).json(&body);
        let given_up = server.request(Method::DELETE, &format!("{}/{}", upload.path, upload.id), token);
        [put, status, complete, given_up]
    };
    for (token, query, status, code) in [
        (Some(foreign.token.as_str()), "", 401, "upload_token_invalid"),
        (Some("upl_unknown"), "", 401, "upload_token_invalid"),
        (Some(elsewhere.as_str()), query.as_str(), 401, "token_invalid"),
        (Some(stranger.as_str()), &query, 404, "reservation_not_found"),
        (None, &query, 401, "token_missing"),
    ] {
        for request in requests(token, query) {
            refused(request, status, code).await;
        }
    }
    // Nor does it open anything else.
    refused(server.request(Method::GET, "/rooms/c/contents", Some(&upload.token)), 401, "token_invalid")
        .await;
    let none = server.request(Method::PUT, &format!("{}/0/0", upload.path), None).body("abc");
    refused(none, 401, "token_missing").await;
    let mixed = server.request(Method::PUT, &format!("{}/0/0{query}", upload.path), Some(&other.token));
    refused(mixed.body("abc"), 404, "reservation_not_found").await;
    for query in
        ["", &format!("?upload_token={}&reservation_id={}", upload.token, upload.id), "?reservation_id=7"]
    {
        let status = server.request(Method::GET, &format!("{}/status{query}", upload.path), Some(&guest));
        refused(status, 400, "invalid_query").await;
    }
    let both = server.request(Method::GET, &format!("{}/status{query}", upload.path), Some(&upload.token));
    refused(both, 400, "invalid_query").await;
    assert_untouched(&upload, &guest, 6).await;

    // By either token, in either place, it goes on.
    let status = upload.status().await;
    for (token, query) in [
        (Some(guest.as_str()), query.clone()),
        (Some(&owner), query.clone()),
        (None, format!("?upload_token={}", upload.token)),
        (None, format!("{query}&token={guest}")),
    ] {
        let path = format!("{}/status{query}", upload.path);
        assert_eq!(ok(server.request(Method::GET, &path, token)).await, status, "{query}");
    }
    ok(requests(Some(&guest), &query)[0].try_clone().unwrap()).await;
    let [_, _, complete, _] = requests(Some(&guest), &query);
    ok(complete).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn narrowing_a_room_takes_effect_at_once() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("c").await;
    let guest = server.enter("c").await;
    let upload = server.prepare_chunks("c", &guest, &[("a", CHUNK + 1)]).await;
    let by_owner = server.prepare_chunks("c", &owner, &[("b", 1)]).await;
    ok(upload.put(0, 0, &bytes(CHUNK))).await;
    let permissions = |edit: bool| json!({"edit": edit, "share": true, "delete": true});
    server.post("/rooms/c/permissions", Some(&owner), permissions(false)).await;
    refused(upload.put(0, 1, b"x"), 403, "permission_denied").await;
    refused(upload.completion(0, Some(&sha256(b"x"))), 403, "permission_denied").await;
    assert_eq!(upload.status().await["uploaded_chunks"], 1);
    ok(by_owner.put(0, 0, b"x")).await;
    server.post("/rooms/c/permissions", Some(&owner), permissions(true)).await;
    server.post("/rooms/c/settings", Some(&owner), json!({"status": 2})).await;
    refused(upload.put(0, 1, b"x"), 403, "room_closed").await;
    by_owner.complete(0, b"x").await;
    server.post("/rooms/c/settings", Some(&owner), json!({"status": 1})).await;
    ok(upload.put(0, 1, b"x")).await;
    let whole = [bytes(CHUNK), b"x".to_vec()].concat();
    upload.complete(0, &whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_prepared_is_within_the_limits() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let file = |more: Value| {
        let mut file = json!({"name": "a", "size": 1});
        file.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"files": [file]})
    };
    for (body, status, code) in [
        (file(json!({"chunk_size": 65_535})), 400, "invalid_chunk_size"),
        (file(json!({"chunk_size": (64 << 20) + 1})), 400, "invalid_chunk_size"),
        (file(json!({"chunk_size": -1})), 400, "invalid_chunk_size"),
        (file(json!({"size": (16_384u64 << 20) + 1})), 400, "invalid_chunk_size"),
        (file(json!({"chunk_size": 1.5})), 400, "invalid_json"),
        (file(json!({"file_hash": "x"})), 400, "invalid_hash"),
        (file(json!({"size": -1})), 400, "invalid_size"),
        (file(json!({"name": "../a"})), 400, "invalid_file_name"),
        (file(json!({"max_downloads": 0})), 400, "invalid_max_downloads"),
        (file(json!({"expire_at": "2001-01-01T00:00:00Z"})), 400, "invalid_expire_at"),
        (json!({"files": []}), 400, "invalid_manifest"),
        (json!({}), 400, "invalid_json"),
        (file(json!({"size": 11u64 << 30})), 413, "room_full"),
    ] {
        let request = server.request(Method::POST, "/rooms/c/uploads/chunks/prepare", Some(&token));
        refused(request.json(&body), status, code).await;
    }
    assert_eq!(server.get("/rooms/c", Some(&token)).await["current_size"], 0);
    let gone = server.request(Method::POST, "/rooms/none/uploads/chunks/prepare", Some(&token));
    refused(gone.json(&file(json!({}))), 404, "room_not_found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_that_is_not_as_announced_is_refused_and_its_chunks_stay() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let whole = bytes(2 * CHUNK + 5);
    let upload = server.prepare_chunks("c", &token, &[("a", whole.len())]).await;
    ok(upload.put(0, 1, &whole[CHUNK..2 * CHUNK])).await;
    let right = sha256(&whole);
    let problem = refused(upload.completion(0, Some(&right)), 409, "upload_incomplete").await;
    let missing = json!({"file_index": 0, "missing_count": 2, "missing_chunks": [0, 2]});
    assert_eq!(problem["details"], missing);
    upload.put_all(0, &whole).await;
    let wrong = sha256(b"other");
    let problem = refused(upload.completion(0, Some(&wrong)), 400, "hash_mismatch").await;
    assert_eq!(problem["details"], json!({"expected": wrong, "actual": right}));
    refused(upload.completion(0, None), 400, "invalid_hash").await;
    refused(upload.completion(0, Some("x")), 400, "invalid_hash").await;
    refused(upload.completion(1, Some(&right)), 400, "invalid_file_index").await;
    for body in
        [json!({}), json!({"reservation_id": 7}), json!({"reservation_id": upload.id, "final_hash": 7})]
    {
        refused(upload.request(Method::POST, "/complete").json(&body), 400, "invalid_json").await;
    }
    assert_eq!(server.get("/rooms/c/contents", Some(&token)).await, json!([]));
    assert_eq!((upload.status().await["uploaded_chunks"].take(), server.blob_count().await), (json!(3), 3));
    let prefixed = format!("sha256:{right}");
    ok(upload.completion(0, Some(&prefixed))).await;
    refused(upload.completion(0, Some(&wrong)), 400, "hash_mismatch").await;

    // A hash that was announced need not be said again, and counts in any case.
    let small = |hash: String| vec![json!({"name": "b", "size": 3, "file_hash": hash})];
    let upload = server.prepare_chunks_of("c", &token, small(format!("sha256:{}", sha256(b"abc")))).await;
    assert_eq!(upload.prepared["files"][0]["file_hash"], sha256(b"abc"));
    ok(upload.put(0, 0, b"abc")).await;
    ok(upload.completion(0, None)).await;
    let upload = server.prepare_chunks_of("c", &token, small(wrong)).await;
    ok(upload.put(0, 0, b"abc")).await;
    refused(upload.completion(0, Some(&sha256(b"abc"))), 400, "hash_mismatch").await;
}

/// A client that goes away in mid-body leaves nothing, and the chunk can be sent again.
#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_breaks_off_leaves_nothing() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let whole = bytes(2 * CHUNK);
    let upload = server.prepare_chunks("c", &token, &[("a", whole.len())]).await;
    ok(upload.put(0, 1, &whole[CHUNK..])).await;
    let head = format!(
        "PUT /api/v1{}/0/0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {}\r\ncontent-length: {CHUNK}\r\n\
         connection: close\r\n\r\n",
        upload.path, upload.token
    );
    for sent in [0, 1, CHUNK / 2] {
        let answer = cut_off(&server, &format!("{head}{}", "x".repeat(sent))).await;
        assert!(answer.starts_with("HTTP/1.1 400 ") || answer.is_empty(), "{sent}: {answer}");
        server.settles_at(1).await;
        assert_eq!(upload.status().await["uploaded_chunks"], 1);
    }
    ok(upload.put(0, 0, &whole[..CHUNK])).await;
    upload.complete(0, &whole).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_that_falls_silent_is_ended_and_its_upload_goes_on() {
    let policy =
        elizabeth_core::policy::Policy::default().upload_lease(Duration::from_millis(500)).min_free(0);
    let server = TestServer::start_with(policy).await;
    let token = server.create_and_enter("c").await;
    let upload = server.prepare_chunks("c", &token, &[("a", CHUNK)]).await;
    let (sender, receiver) = futures::channel::mpsc::channel::<Result<bytes::Bytes, std::io::Error>>(1);
    let silent = upload.request(Method::PUT, "/0/0").header("content-length", CHUNK);
    refused(silent.body(Body::wrap_stream(receiver)), 408, "upload_timed_out").await;
    drop(sender);
    assert_untouched(&upload, &token, CHUNK).await;
    ok(upload.put(0, 0, &bytes(CHUNK))).await;
}

/// What is refused by its head alone is refused before the rest is sent, and what is there need not be sent.
#[tokio::test(flavor = "multi_thread")]
async fn who_waits_to_be_asked_sends_only_what_is_wanted() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let upload = server.prepare_chunks("c", &token, &[("a", 5)]).await;
    let head = |token: &str, length: u64, more: &str| {
        format!(
            "PUT /api/v1{}/0/0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\
             expect: 100-continue\r\n{more}\r\n",
            upload.path
        )
    };
    for (token, length, status, code) in
        [(upload.token.as_str(), 6, 400, "chunk_mismatch"), ("upl_x", 5, 401, "upload_token_invalid")]
    {
        let answer = exchange(&server, &head(token, length, "")).await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
        assert!(answer.contains("connection: close") && answer.contains(code), "{answer}");
    }
    let asked = head(&upload.token, 5, "connection: close\r\n");
    let answer = exchange(&server, &format!("{asked}hello")).await;
    assert!(answer.starts_with("HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 "), "{answer}");
    let hash = format!("x-chunk-sha256: {}\r\nconnection: close\r\n", sha256(b"hello"));
    let answer = exchange(&server, &head(&upload.token, 5, &hash)).await;
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"uploaded\""), "{answer}");
}

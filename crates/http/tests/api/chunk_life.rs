//! What becomes of an upload in chunks: in parallel, over time, and as a content.

use std::time::Duration;

use elizabeth_core::{
    content::Sha256Hash,
    id::{BlobKey, UploadId},
    name::RoomRef,
    policy::CHUNKS_MAX,
    upload::Chunk,
};
use futures::future::join_all;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestServer,
    chunked::{CHUNK, bytes, sha256},
    header, ok, refused,
};

#[tokio::test(flavor = "multi_thread")]
async fn chunks_come_in_any_order_and_several_at_a_time() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let whole = bytes(11 * CHUNK + 7);
    let upload = server.prepare_chunks("c", &token, &[("a", whole.len()), ("b", 1)]).await;
    let chunks: Vec<&[u8]> = whole.chunks(CHUNK).collect();
    // Each of them twice, as somebody sends who never got an answer.
    let order = (0..2 * chunks.len()).map(|n| (n * 7 + 5) % chunks.len());
    let sent = order.map(|index| upload.put(0, index, chunks[index]).send());
    for answer in join_all(sent).await {
        assert_eq!(answer.unwrap().status(), 200);
    }
    server.settles_at(chunks.len()).await;
    let status = upload.status().await;
    assert_eq!((&status["uploaded_chunks"], &status["uploaded_size"]), (&json!(12), &json!(whole.len())));
    assert_eq!((&status["total_chunks"], &status["progress_percentage"]), (&json!(13), &json!(99.99)));
    let indexes =
        status["chunk_details"].as_array().unwrap().iter().map(|chunk| chunk["chunk_index"].clone());
    assert_eq!(indexes.collect::<Vec<_>>(), (0..12).map(Value::from).collect::<Vec<_>>());
    // Two say that it is whole: both are told the same content.
    let hash = sha256(&whole);
    let ends = [upload.completion(0, Some(&hash)), upload.completion(0, Some(&hash))].map(ok);
    let ids: Vec<Value> =
        join_all(ends).await.iter().map(|end| end["file_info"]["content_id"].clone()).collect();
    assert_eq!(ids[0], ids[1]);
    assert_eq!(server.fetch("c", &token, &ids[0], &[]).await.bytes().await.unwrap(), whole);
    assert_eq!(server.get("/rooms/c", Some(&token)).await["current_size"], whole.len() + 1);
    assert_eq!(upload.status().await["upload_status"], "uploading");
    assert_eq!(upload.status().await["files"][0]["content_id"], ids[0]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_file_has_no_chunks() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let upload = server.prepare_chunks("c", &token, &[("empty", 0)]).await;
    assert_eq!(upload.prepared["files"][0]["total_chunks"], 0);
    assert_eq!(upload.status().await["progress_percentage"], 0.0);
    refused(upload.put(0, 0, b""), 400, "invalid_chunk_index").await;
    let content = upload.complete(0, b"").await["content"].take();
    assert_eq!((&content["size"], &content["sha256"]), (&json!(0), &json!(sha256(b""))));
    let status = upload.status().await;
    assert_eq!(
        (&status["upload_status"], &status["progress_percentage"]),
        (&json!("completed"), &json!(100.0))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_manifest_says_of_a_file_holds() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let file = json!({
        "file_name": "dir/a", "file_size": 3, "content_type": "image/png", "max_downloads": 2,
        "expire_at": "2026-11-01T13:00:00Z",
    });
    let upload = server.prepare_chunks_of("c", &token, vec![file]).await;
    assert_eq!(upload.prepared["files"][0]["chunk_size"], 1 << 20);
    ok(upload.put(0, 0, b"abc")).await;
    let content = upload.complete(0, b"abc").await["content"].take();
    for (member, value) in [
        ("file_name", json!("dir/a")),
        ("mime_type", json!("image/png")),
        ("max_downloads", json!(2)),
        ("expire_at", json!("2026-11-01T13:00:00Z")),
        ("download_count", json!(0)),
        ("version", json!(1)),
    ] {
        assert_eq!(content[member], value, "{content}");
    }
}

/// An upload that falls silent for an hour is over: its space at once, its bytes with the next sweep.
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_waits_two_minutes_for_its_first_byte_and_lives_an_hour_from_its_last_chunk() {
    let server = TestServer::start().await;
    let owner_key = server.create("c").await["owner_key"].take();
    let enter = async || {
        let entered = server.post("/rooms/c/tokens", None, json!({"owner_key": owner_key})).await;
        entered["token"].as_str().unwrap().to_owned()
    };
    let token = enter().await;
    let upload = server.prepare_chunks("c", &token, &[("a", CHUNK + 1)]).await;
    server.clock.advance(Duration::from_secs(119));
    assert_eq!(upload.status().await["remaining_seconds"], 1);
    ok(upload.put(0, 0, &bytes(CHUNK))).await;
    server.clock.advance(Duration::from_micros(3_599_999_999));
    let status = upload.status().await;
    assert_eq!((&status["upload_status"], &status["remaining_seconds"]), (&json!("uploading"), &json!(0)));
    let token = enter().await;
    assert_eq!(server.get("/rooms/c", Some(&token)).await["current_size"], CHUNK + 1);

    server.clock.advance(Duration::from_micros(1));
    let status = upload.status().await;
    assert_eq!((&status["upload_status"], &status["is_expired"]), (&json!("expired"), &json!(true)));
    assert_eq!((&status["remaining_seconds"], &status["uploaded_chunks"]), (&Value::Null, &json!(1)));
    assert_eq!(server.get("/rooms/c", Some(&token)).await["current_size"], 0);
    let given_up = format!("{}/{}", upload.path, upload.id);
    for request in [
        upload.put(0, 1, b"x"),
        upload.put(0, 0, &bytes(CHUNK)),
        upload.completion(0, Some(&sha256(b"x"))),
        server.request(Method::DELETE, &given_up, Some(&token)),
    ] {
        refused(request, 410, "reservation_expired").await;
    }
    assert_eq!((server.blob_count().await, server.announced().await), (1, 0));
    server.app.gc(false).await.unwrap();
    assert_eq!((server.blob_count().await, server.announced().await), (0, 0));
    refused(upload.request(Method::GET, "/status"), 401, "upload_token_invalid").await;
    let by_room = format!("{}/status?reservation_id={}", upload.path, upload.id);
    refused(server.request(Method::GET, &by_room, Some(&token)), 404, "reservation_not_found").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_an_upload_is_told_for_an_hour() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let upload = server.prepare_chunks("c", &token, &[("a", 3)]).await;
    ok(upload.put(0, 0, b"abc")).await;
    server.clock.advance(Duration::from_secs(1_800));
    upload.complete(0, b"abc").await;
    server.clock.advance(Duration::from_secs(3_599));
    server.app.gc(false).await.unwrap();
    let status = upload.status().await;
    assert_eq!((&status["upload_status"], &status["remaining_seconds"]), (&json!("completed"), &json!(1)));
    assert_eq!(
        (&status["expires_at"], &status["uploaded_chunks"]),
        (&json!("2026-11-01T13:30:00Z"), &json!(1))
    );
    server.clock.advance(Duration::from_secs(1));
    server.app.gc(false).await.unwrap();
    refused(upload.request(Method::GET, "/status"), 401, "upload_token_invalid").await;
    let token = server.enter("c").await;
    assert_eq!(server.get("/rooms/c/contents", Some(&token)).await[0]["size"], 3);
    assert_eq!(server.blob_count().await, 1);
}

/// Whoever lost the upload's token goes on with the session's, also when that was refreshed.
#[tokio::test(flavor = "multi_thread")]
async fn a_refreshed_token_goes_on() {
    let server = TestServer::start().await;
    server.create_and_enter("c").await;
    let entered = server.post("/rooms/c/tokens", None, json!({"with_refresh_token": true})).await;
    let upload = server.prepare_chunks("c", entered["token"].as_str().unwrap(), &[("a", CHUNK + 1)]).await;
    ok(upload.put(0, 0, &bytes(CHUNK))).await;
    server.clock.advance(Duration::from_secs(3_599));
    ok(upload.put(0, 0, &bytes(CHUNK))).await;
    let refresh = json!({"refresh_token": entered["refresh_token"]});
    let refreshed = server.post("/auth/refresh", None, refresh).await;
    let token = refreshed["access_token"].as_str().unwrap();
    let path = format!("{}/0/1?reservation_id={}", upload.path, upload.id);
    ok(server.request(Method::PUT, &path, Some(token)).body("x")).await;
    let whole = [bytes(CHUNK), b"x".to_vec()].concat();
    let body = json!({"reservation_id": upload.id, "final_hash": sha256(&whole)});
    let path = format!("{}/complete", upload.path);
    ok(server.request(Method::POST, &path, Some(token)).json(&body)).await;
}

/// A content of many segments is read as any other.
#[tokio::test(flavor = "multi_thread")]
async fn ranges_go_over_segments() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let whole = bytes(4 * CHUNK + 9);
    let content = server.upload_chunks("c", &token, "a.bin", &whole).await;
    assert_eq!(content["sha256"], sha256(&whole));
    let last = whole.len() - 1;
    for (start, end) in
        [(0, last), (0, 0), (CHUNK - 1, CHUNK), (CHUNK, 2 * CHUNK - 1), (5, 3 * CHUNK), (last, last)]
    {
        let range = format!("bytes={start}-{end}");
        let part = server.fetch("c", &token, &content["id"], &[("range", &range)]).await;
        assert_eq!(part.status(), 206);
        assert_eq!(header(&part, "content-range"), format!("bytes {start}-{end}/{}", whole.len()));
        assert_eq!(part.bytes().await.unwrap(), whole[start..=end], "{range}");
    }
    let tail = server.fetch("c", &token, &content["id"], &[("range", "bytes=-10")]).await;
    assert_eq!(tail.bytes().await.unwrap(), whole[last - 9..]);
    let gone = server.request(Method::DELETE, "/rooms/c/contents", Some(&token));
    ok(gone.json(&json!({"ids": [content["id"]]}))).await;
    server.app.collect_blobs().await.unwrap();
    server.becomes_empty("c", &token).await;
}

/// As many chunks as an upload may have are told in one answer.
#[tokio::test(flavor = "multi_thread")]
async fn the_longest_status_is_whole() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let count = CHUNKS_MAX as usize;
    let upload = server.prepare_chunks("c", &token, &[("a", count * CHUNK)]).await;
    // By the store: sending a gibibyte would take its time.
    let mut tx = server.store.begin().await.unwrap();
    let room =
        tx.lock_room(&RoomRef::parse("c").unwrap(), None, server.app.now()).await.unwrap().unwrap().room;
    let id = UploadId(upload.id.parse().unwrap());
    let number = tx.upload(room.id, id).await.unwrap().unwrap().reservation;
    for index in 0..CHUNKS_MAX {
        let chunk = Chunk {
            file: 0,
            index,
            size: CHUNK as u64,
            sha256: Sha256Hash([7; 32]),
            sniffed: None,
            blob: Some(BlobKey::from_random(u128::from(index).to_be_bytes())),
            uploaded_at: server.app.now(),
        };
        tx.insert_chunk(number, &chunk, None).await.unwrap();
    }
    tx.commit().await.unwrap();
    let status = upload.status().await;
    assert_eq!(status["chunk_details"].as_array().unwrap().len(), count);
    assert_eq!(status["chunk_details"][count - 1]["chunk_index"], count - 1);
    assert_eq!((&status["uploaded_chunks"], &status["progress_percentage"]), (&json!(count), &json!(100.0)));
}

//! Uploads in chunks, row by row of the contract.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{
    TestServer,
    chunked::{CHUNK, bytes, sha256},
    ok,
};

/// Rows "prepare", "PUT", "status" and "complete".
#[tokio::test(flavor = "multi_thread")]
async fn a_file_comes_in_chunks() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let (whole, size) = (bytes(2 * CHUNK + 5), 2 * CHUNK + 5);
    let upload = server.prepare_chunks("c", &token, &[("a/b.png", size)]).await;
    let file = json!({
        "file_index": 0, "name": "a/b.png", "size": size, "mime": "image/png", "chunk_size": CHUNK,
        "total_chunks": 3, "file_hash": null,
    });
    let said = json!({
        "reservation_id": upload.id, "upload_token": upload.token, "expires_at": "2026-11-01T13:00:00Z",
        "files": [file],
    });
    assert_eq!(upload.prepared, said);
    assert!(uuid::Uuid::parse_str(&upload.id).is_ok() && upload.token.starts_with("upl_"));
    assert_eq!(server.get("/rooms/c", Some(&token)).await["current_size"], size);

    let mut file_so_far = file.clone();
    file_so_far["uploaded_chunks"] = json!(0);
    file_so_far["uploaded_size"] = json!(0);
    file_so_far["content_id"] = Value::Null;
    let mut state = json!({
        "reservation_id": upload.id, "upload_status": "pending", "total_chunks": 3, "uploaded_chunks": 0,
        "progress_percentage": 0.0, "expires_at": "2026-11-01T13:00:00Z", "files": [file_so_far],
        "chunk_details": [], "reserved_size": size, "uploaded_size": 0, "is_expired": false,
        "remaining_seconds": 3600,
    });
    assert_eq!(upload.status().await, state);

    server.clock.advance(std::time::Duration::from_secs(60));
    let mut chunks = Vec::new();
    for (index, chunk) in whole.chunks(CHUNK).enumerate() {
        let answer = ok(upload.put(0, index, chunk).header("x-chunk-sha256", sha256(chunk))).await;
        let said = json!({
            "file_index": 0, "chunk_index": index, "chunk_size": chunk.len(), "chunk_hash": sha256(chunk),
            "upload_status": "uploaded", "uploaded_at": "2026-11-01T12:01:00Z",
        });
        assert_eq!(answer, said);
        chunks.push(said);
    }
    for (name, value) in [
        ("upload_status", json!("uploading")),
        ("uploaded_chunks", json!(3)),
        ("progress_percentage", json!(100.0)),
        ("expires_at", json!("2026-11-01T13:01:00Z")),
        ("chunk_details", json!(chunks)),
        ("uploaded_size", json!(size)),
    ] {
        state[name] = value;
    }
    state["files"][0]["uploaded_chunks"] = json!(3);
    state["files"][0]["uploaded_size"] = json!(size);
    assert_eq!(upload.status().await, state);

    let completed = upload.complete(0, &whole).await;
    let content = &completed["content"];
    let id = &content["id"];
    let info = json!({"name": "a/b.png", "size": size, "hash": sha256(&whole), "content_id": id});
    assert_eq!(completed["file_info"], info);
    assert_eq!(
        (&completed["reservation_id"], &completed["upload_status"]),
        (&json!(upload.id), &json!("completed"))
    );
    assert_eq!(server.get("/rooms/c/contents", Some(&token)).await, json!([content]));
    assert_eq!(server.fetch("c", &token, id, &[]).await.bytes().await.unwrap(), whole);
    assert_eq!(server.get("/rooms/c", Some(&token)).await["current_size"], size);
    // Twice is as good as once.
    assert_eq!(upload.complete(0, &whole).await, completed);

    state["upload_status"] = json!("completed");
    state["files"][0]["content_id"] = id.clone();
    assert_eq!(upload.status().await, state);
    // By the reservation and the room token too.
    let by_room = format!("{}/status?reservation_id={}", upload.path, upload.id);
    assert_eq!(ok(server.request(Method::GET, &by_room, Some(&token))).await, state);
}

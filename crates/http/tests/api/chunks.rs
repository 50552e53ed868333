//! Uploads in chunks, row by row of the contract.

use reqwest::{
    Method,
    multipart::{Form, Part},
};
use serde_json::{Value, json};

use crate::support::{
    TestServer,
    chunked::{CHUNK, bytes, sha256},
    header, ok, refused,
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
        "total_chunks": 3, "file_hash": null, "max_downloads": null, "expire_at": null,
    });
    let said = json!({
        "reservation_id": upload.id, "upload_token": upload.token, "expires_at": "2026-11-01T12:02:00Z",
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
        "progress_percentage": 0.0, "expires_at": "2026-11-01T12:02:00Z", "files": [file_so_far],
        "chunk_details": [], "reserved_size": size, "uploaded_size": 0, "is_expired": false,
        "remaining_seconds": 120,
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
        ("remaining_seconds", json!(3_600)),
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

/// Row "POST /rooms/{room}/uploads/chunks".
#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_comes_as_a_form() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("c").await;
    let files = [bytes(CHUNK + 1), bytes(3)];
    let upload = server.prepare_chunks("c", &token, &[("a", CHUNK + 1), ("b", 3)]).await;
    let send = |fields: Vec<(&'static str, String)>, data: &[u8]| {
        let fields = fields.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
        let form = fields.part("chunk_data", Part::bytes(data.to_vec()).file_name("blob"));
        server.request(Method::POST, &upload.path, None).multipart(form)
    };
    let known = || ("upload_token", upload.token.clone());
    let fields = |file: Option<usize>, index: usize, size: usize| {
        let file = file.map(|file| ("file_index", file.to_string()));
        let rest = [("chunk_index", index.to_string()), ("chunk_size", size.to_string())];
        [known()].into_iter().chain(file).chain(rest).collect::<Vec<_>>()
    };
    // Without `file_index` it is the first file; a hash is checked where it is sent.
    let last = ok(send(fields(None, 1, 1), &files[0][CHUNK..])).await;
    let mut hashed = fields(Some(0), 0, CHUNK);
    hashed.push(("chunk_hash", format!("sha256:{}", sha256(&files[0][..CHUNK]))));
    let first = ok(send(hashed.clone(), &files[0][..CHUNK])).await;
    assert_eq!(first["chunk_hash"], sha256(&files[0][..CHUNK]));
    ok(send(fields(Some(1), 0, 3), &files[1])).await;
    // The same again gets the same answer, another one does not.
    server.clock.advance(std::time::Duration::from_secs(1));
    assert_eq!(ok(send(fields(None, 1, 1), &files[0][CHUNK..])).await, last);
    assert_eq!(ok(send(hashed, &files[0][..CHUNK])).await, first);
    refused(send(fields(None, 1, 1), b"?"), 409, "chunk_conflict").await;
    assert_eq!(upload.status().await["chunk_details"][1], last);
    for (file, whole) in files.iter().enumerate() {
        let id = upload.complete(file, whole).await["content"]["id"].take();
        assert_eq!(server.fetch("c", &token, &id, &[]).await.bytes().await.unwrap(), whole);
    }
    // A room token does as well, with the reservation.
    let upload = server.prepare_chunks("c", &token, &[("c", 1)]).await;
    let form = || Form::new().text("chunk_index", "0").text("chunk_size", "1").text("chunk_data", "x");
    let by_room = |query: String| {
        let path = format!("{}{query}", upload.path);
        server.request(Method::POST, &path, Some(&token)).multipart(form())
    };
    refused(by_room(String::new()), 400, "invalid_query").await;
    ok(by_room(format!("?reservation_id={}", upload.id))).await;
    let nobody = server.request(Method::POST, &upload.path, None).multipart(form());
    let problem = refused(nobody, 400, "invalid_multipart").await;
    assert!(problem["error"].as_str().unwrap().contains("upload_token is missing"), "{problem}");
}

/// Row "GET /rooms/{room}/uploads".
#[tokio::test(flavor = "multi_thread")]
async fn uploads_under_way_are_listed() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("c").await;
    let guest = server.enter("c").await;
    assert_eq!(server.get("/rooms/c/uploads", Some(&owner)).await, json!([]));
    let first = server.prepare_chunks("c", &owner, &[("a", CHUNK + 1), ("b", 1)]).await;
    server.clock.advance(std::time::Duration::from_secs(60));
    let second = server.prepare_chunks("c", &guest, &[("c", 2)]).await;
    ok(first.put(0, 1, b"x")).await;
    let listed = server.get("/rooms/c/uploads", Some(&guest)).await;
    let state = first.status().await;
    assert_eq!(
        listed[0],
        json!({
            "reservation_id": first.id, "files": state["files"], "file_count": 2, "uploaded_size": 1, "reserved_size": CHUNK + 2,
            "started_at": "2026-11-01T12:00:00Z", "expires_at": "2026-11-01T13:01:00Z", "mine": false,
            "protocol": "chunks",
        })
    );
    assert_eq!((&listed[1]["reservation_id"], &listed[1]["mine"]), (&json!(second.id), &json!(true)));
    let mine: Vec<Value> = server.get("/rooms/c/uploads", Some(&owner)).await.as_array().unwrap().clone();
    assert_eq!(mine.iter().map(|upload| &upload["mine"]).collect::<Vec<_>>(), [true, false]);

    // Of others' uploads the first names are listed, however many there are: the list is short, and goes on.
    let long = "n".repeat(900);
    let files: Vec<(String, usize)> = (0..1_000).map(|n| (format!("{n}{long}"), 0)).collect();
    let files: Vec<(&str, usize)> = files.iter().map(|(name, size)| (name.as_str(), *size)).collect();
    let crowd = server.enter("c").await;
    for _ in 0..6 {
        server.prepare_chunks("c", &crowd, &files).await;
    }
    let (mut next, mut seen) = (String::new(), Vec::new());
    loop {
        let path = format!("/rooms/c/uploads{next}");
        let answer = server.request(Method::GET, &path, Some(&owner)).send().await.unwrap();
        let link = header(&answer, "link").to_owned();
        let text = answer.text().await.unwrap();
        assert!(text.len() < 1 << 20, "{} bytes", text.len());
        seen.append(&mut serde_json::from_str::<Vec<Value>>(&text).unwrap());
        let Some(address) = link.strip_prefix('<') else { break };
        next = address.split('>').next().unwrap().to_owned();
    }
    assert_eq!(seen.len(), 8);
    for upload in &seen[2..] {
        assert_eq!((&upload["file_count"], upload["files"].as_array().unwrap().len()), (&json!(1_000), 100));
        let given_up = format!("/rooms/c/uploads/chunks/{}", upload["reservation_id"].as_str().unwrap());
        server.delete(&given_up, &owner).await;
    }

    // In a drop box one sees one's own.
    let invite = json!({"action": "enter", "permission": 2});
    let invite = server.post("/rooms/c/tickets", Some(&owner), invite).await;
    let entered = server.post("/rooms/c/tokens", None, json!({"ticket": invite["ticket"]})).await;
    let dropper = entered["token"].as_str().unwrap();
    assert_eq!(server.get("/rooms/c/uploads", Some(dropper)).await, json!([]));
    let third = server.prepare_chunks("c", dropper, &[("d", 1)]).await;
    let own = server.get("/rooms/c/uploads", Some(dropper)).await;
    assert_eq!((own.as_array().unwrap().len(), &own[0]["reservation_id"]), (1, &json!(third.id)));

    // What is complete, given up or over is under way no more.
    ok(third.put(0, 0, b"x")).await;
    third.complete(0, b"x").await;
    server.delete(&format!("{}/{}", second.path, second.id), &guest).await;
    assert_eq!(server.get("/rooms/c/uploads", Some(&owner)).await.as_array().unwrap().len(), 1);
    server.clock.advance(std::time::Duration::from_secs(3540));
    let owner = server.enter("c").await;
    assert_eq!(server.get("/rooms/c/uploads", Some(&owner)).await.as_array().unwrap().len(), 1);
    server.clock.advance(std::time::Duration::from_secs(60));
    assert_eq!(server.get("/rooms/c/uploads", Some(&owner)).await, json!([]));
}

/// Row "DELETE /rooms/{room}/uploads/chunks/{reservation_id}".
#[tokio::test(flavor = "multi_thread")]
async fn an_upload_is_given_up() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("c").await;
    let guest = server.enter("c").await;
    let stranger = server.enter("c").await;
    let files = [("a", CHUNK + 1), ("b", 1)];
    for by in ["its own token", "its session", "the owner"] {
        let upload = server.prepare_chunks("c", &guest, &files).await;
        ok(upload.put(0, 0, &bytes(CHUNK))).await;
        let path = format!("{}/{}", upload.path, upload.id);
        refused(server.request(Method::DELETE, &path, Some(&stranger)), 404, "reservation_not_found").await;
        let token = match by {
            "its own token" => &upload.token,
            "its session" => &guest,
            _ => &owner,
        };
        let released = server.delete(&path, token).await;
        assert_eq!(
            released,
            json!({"released": true, "released_size": CHUNK + 2, "current_size": 0}),
            "{by}"
        );
        server.app.collect_blobs().await.unwrap();
        assert_eq!(server.blob_count().await, 0, "{by}");
        refused(upload.put(0, 0, &bytes(CHUNK)), 401, "upload_token_invalid").await;
        refused(server.request(Method::DELETE, &path, Some(&guest)), 404, "reservation_not_found").await;
    }
    // Another upload's token does not do.
    let upload = server.prepare_chunks("c", &guest, &files).await;
    let other = server.prepare_chunks("c", &guest, &[("c", 1)]).await;
    let path = format!("{}/{}", upload.path, upload.id);
    refused(server.request(Method::DELETE, &path, Some(&other.token)), 404, "reservation_not_found").await;
    // What is complete stays.
    ok(upload.put(1, 0, b"x")).await;
    upload.complete(1, b"x").await;
    let released = server.delete(&path, &upload.token).await;
    let kept = json!({"released": true, "released_size": CHUNK + 1, "current_size": 2});
    assert_eq!(released, kept, "one byte stored, one of the other upload");
    assert_eq!(server.get("/rooms/c/contents", Some(&guest)).await[0]["file_name"], "b");
}

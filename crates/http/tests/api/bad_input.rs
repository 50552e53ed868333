//! Bad input: each a clear 4xx in the error form, with nothing kept.

use reqwest::{RequestBuilder, multipart};
use serde_json::{Value, json};

use crate::support::TestServer;

/// Sends a request that must be refused with a status and a code; returns the problem.
async fn refused(request: RequestBuilder, status: u16, code: &str) -> Value {
    let answer = request.send().await.unwrap();
    let got = answer.status().as_u16();
    let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
    let text = answer.text().await.unwrap();
    assert_eq!((got, kind.as_str()), (status, "application/problem+json"), "{code}: {text}");
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(problem["code"], code, "{text}");
    assert_eq!(problem["status"], status, "{text}");
    for member in ["type", "title", "error"] {
        assert!(problem[member].as_str().is_some_and(|value| !value.is_empty()), "{member}: {text}");
    }
    problem
}

/// Nothing is stored, nothing is held.
async fn assert_untouched(server: &TestServer, token: &str) {
    let room = server.get("/rooms/bad", Some(token)).await;
    assert_eq!(room["current_size"], 0, "{room}");
    let contents = server.get("/rooms/bad/contents", Some(token)).await;
    assert_eq!(contents, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_rooms() {
    let server = TestServer::start().await;
    let long = "x".repeat(65);
    let wide = "%F0%A0%80%80".repeat(51);
    let huge = "x".repeat(5000);
    for name in [
        ".hidden",
        "a%2Fb",
        "a%5Cb",
        "a%20b",
        "a%00b",
        "a%0Ab",
        "a%25b",
        "a+b",
        "a@b",
        "a:b",
        "api",
        "assets",
        "s",
        "metrics",
        "health",
        "admin",
        "login",
        "robots.txt",
        "favicon.ico",
        "a%E2%80%8Fb",
        "a%E2%80%AEb",
        "a%E2%80%8Db",
        "%CC%81a",
        "%F0%9F%8D%95",
        &long,
        &wide,
        &huge,
    ] {
        let url = format!("{}/api/v1/rooms/{name}", server.url);
        refused(server.client.post(&url), 400, "invalid_room_name").await;
        refused(server.client.get(&url), 400, "invalid_room_name").await;
    }
    // Bytes that are no UTF-8, and no name at all.
    let url = format!("{}/api/v1/rooms/", server.url);
    refused(server.client.post(&url), 400, "invalid_room_name").await;
    refused(server.client.post(format!("{url}%FF%FE")), 400, "invalid_room_name").await;

    // The same name in another normal form is the same name.
    server.post("/rooms/caf%C3%A9", None, json!({})).await;
    refused(server.client.post(format!("{url}cafe%CC%81")), 409, "name_taken").await;
    assert_eq!(server.get("/rooms/cafe%CC%81", None).await["name"], "caf\u{e9}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sizes_and_manifests() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("bad").await;
    let url = format!("{}/api/v1/rooms/bad/contents/prepare", server.url);
    let send = |body: Value| server.client.post(&url).bearer_auth(&token).json(&body);
    let one = |size: Value| json!({"files": [{"name": "a.bin", "size": size}]});

    for size in [json!(-1), json!(9_223_372_036_854_775_808u64), json!(u64::MAX)] {
        let problem = refused(send(one(size.clone())), 400, "invalid_size").await;
        assert!(problem["error"].as_str().unwrap().contains("a.bin"), "{problem}");
    }
    for size in [json!(1.5), json!("5"), json!(null), json!([1]), json!({})] {
        refused(send(one(size)), 400, "invalid_json").await;
    }
    for number in ["1e400", "-9223372036854775809", "340282366920938463463374607431768211456"] {
        let body = format!(r#"{{"files":[{{"name":"a.bin","size":{number}}}]}}"#);
        let request = server.client.post(&url).bearer_auth(&token).body(body);
        let answer = request.header("content-type", "application/json").send().await.unwrap();
        assert_eq!(answer.status(), 400, "{number}");
    }
    let max = i64::MAX;
    let files = json!({"files": [{"name": "a", "size": max}, {"name": "b", "size": 1}]});
    refused(send(files), 400, "invalid_size").await;
    refused(send(json!({"files": []})), 400, "invalid_manifest").await;
    let many: Vec<Value> = (0..1001).map(|i| json!({"name": i.to_string(), "size": 0})).collect();
    refused(send(json!({"files": many})), 400, "invalid_manifest").await;
    let twice = json!({"files": [{"name": "caf\u{e9}", "size": 1}, {"name": "cafe\u{301}", "size": 1}]});
    refused(send(twice), 400, "invalid_manifest").await;
    let name = |name: &str| json!({"files": [{"name": name, "size": 1}]});
    for bad in
        ["", "..", "../a", "/etc/passwd", "a//b", "a/", "a\\b", "a\u{0}b", "a\u{202e}b", &"x".repeat(1025)]
    {
        refused(send(name(bad)), 400, "invalid_file_name").await;
    }
    refused(
        send(json!({"files": [{"name": "a", "size": 1, "max_downloads": 0}]})),
        400,
        "invalid_max_downloads",
    )
    .await;
    let past = json!({"files": [{"name": "a", "size": 1, "expire_at": "2001-01-01T00:00:00Z"}]});
    refused(send(past), 400, "invalid_expire_at").await;
    let full = refused(send(one(json!(max))), 413, "room_full").await;
    assert_eq!(full["details"]["requested"], max);
    assert_eq!(full["details"]["remaining"], 10_737_418_240u64);
    assert_untouched(&server, &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn json() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("bad").await;
    let prepare = format!("{}/api/v1/rooms/bad/contents/prepare", server.url);
    let raw = |url: &str, body: String| {
        let request = server.client.post(url).bearer_auth(&token);
        request.header("content-type", "application/json").body(body)
    };
    for body in [
        "",
        "{",
        "nonsense",
        "[]",
        "null",
        "3",
        "\"x\"",
        "{}",
        "{\"files\":{}}",
        "{\"files\":[1]}",
        "{\"files\":[{}]}",
        "{\"files\":[{\"name\":1,\"size\":1}]}",
        "{\"files\":[]}trailing",
        "\u{feff}{}",
    ] {
        refused(raw(&prepare, body.to_owned()), 400, "invalid_json").await;
    }
    let deep = format!("{{\"files\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    refused(raw(&prepare, deep), 400, "invalid_json").await;
    let deep_and_unknown = format!("{{\"x\":{}{},\"files\":[]}}", "[".repeat(100_000), "]".repeat(100_000));
    // What nobody asks for is skipped, however deep, without going down into it.
    refused(raw(&prepare, deep_and_unknown), 400, "invalid_manifest").await;
    let huge = format!("{{\"files\":[{{\"name\":\"{}\",\"size\":1}}]}}", "x".repeat(8 << 20));
    refused(raw(&prepare, huge), 413, "body_too_large").await;
    let no_type = server.client.post(&prepare).bearer_auth(&token).body("{\"files\":[]}");
    refused(no_type, 415, "unsupported_media_type").await;

    // Some clients write all numbers with a point, and nothing as null.
    let wholes = raw(&prepare, "{\"files\":[{\"name\":\"a\",\"size\":0.0}]}".to_owned());
    assert_eq!(wholes.send().await.unwrap().json::<Value>().await.unwrap()["reserved_size"], 0);
    for path in ["rooms/none", "rooms/none/tokens"] {
        let made = raw(&format!("{}/api/v1/{path}", server.url), "null".to_owned());
        made.send().await.unwrap().error_for_status().unwrap();
    }

    let settings = format!("{}/api/v1/rooms/bad/settings", server.url);
    for (body, code) in [
        (json!({"max_size": -1}), "invalid_json"),
        (json!({"max_size": "1GiB"}), "invalid_json"),
        (json!({"max_size": u64::MAX}), "invalid_max_size"),
        (json!({"max_times_entered": u64::MAX}), "invalid_max_times_entered"),
        (json!({"expire_at": "soon"}), "invalid_json"),
        (json!({"expire_at": "2001-01-01T00:00:00Z"}), "invalid_expire_at"),
        (json!({"expire_at": "9999-01-01T00:00:00Z"}), "invalid_expire_at"),
        (json!({"expire_at": null}), "invalid_expire_at"),
        (json!({"status": 3}), "invalid_json"),
        (json!({"status": "open"}), "invalid_json"),
        (json!({"password": ""}), "invalid_password"),
        (json!({"password": "x".repeat(1025)}), "invalid_password"),
    ] {
        refused(server.client.post(&settings).bearer_auth(&token).json(&body), 400, code).await;
    }
    let permissions = format!("{}/api/v1/rooms/bad/permissions", server.url);
    for (body, code) in [
        (json!({"permission": 16}), "invalid_permission"),
        (json!({"permission": {"bits": 1024}}), "invalid_permission"),
        (json!({"permission": -1}), "invalid_json"),
        (json!({"permission": "all"}), "invalid_json"),
        (json!({"edit": 1}), "invalid_json"),
    ] {
        refused(server.client.post(&permissions).bearer_auth(&token).json(&body), 400, code).await;
    }
    let room = server.get("/rooms/bad", Some(&token)).await;
    assert_eq!((&room["permission"], &room["has_password"]), (&json!(15), &json!(false)));

    for (path, code) in [
        ("/rooms/bad/contents/x", "invalid_path"),
        ("/rooms/bad/contents/-1x/meta", "invalid_path"),
        ("/rooms/bad/contents/99999999999999999999", "invalid_path"),
        ("/rooms/bad/contents?limit=-1", "invalid_query"),
        ("/rooms/bad/contents?after=x", "invalid_query"),
    ] {
        let url = format!("{}/api/v1{path}", server.url);
        refused(server.client.get(url).bearer_auth(&token), 400, code).await;
    }
    let nowhere = format!("{}/api/v1/nowhere", server.url);
    refused(server.client.get(nowhere), 404, "not_found").await;
    refused(server.client.patch(&prepare), 405, "method_not_allowed").await;
    assert_untouched(&server, &token).await;
}

/// The manifest that every upload below was announced with.
fn manifest() -> Value {
    json!({"files": [{"name": "a.bin", "size": 40_000}, {"name": "dir/b.txt", "size": 5}]})
}

fn part(bytes: Vec<u8>, name: &str) -> multipart::Part {
    multipart::Part::bytes(bytes).file_name(name.to_owned())
}

#[tokio::test(flavor = "multi_thread")]
async fn uploads_that_are_not_what_was_announced() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("bad").await;
    let a = || part(vec![b'a'; 40_000], "a.bin");
    let b = || part(b"bbbbb".to_vec(), "dir/b.txt");
    let form = multipart::Form::new;
    let cases: Vec<(&str, multipart::Form, u16, &str)> = vec![
        ("nothing", form().text("x", "y"), 400, "manifest_mismatch"),
        ("missing", form().part("f", a()), 400, "manifest_mismatch"),
        (
            "extra",
            form().part("f", a()).part("f", b()).part("f", part(vec![1], "c")),
            400,
            "manifest_mismatch",
        ),
        ("doubled", form().part("f", b()).part("g", b()), 400, "manifest_mismatch"),
        (
            "renamed",
            form().part("f", a()).part("f", part(b"bbbbb".to_vec(), "b.txt")),
            400,
            "manifest_mismatch",
        ),
        (
            "shorter",
            form().part("f", part(vec![0; 39_999], "a.bin")).part("f", b()),
            400,
            "manifest_mismatch",
        ),
        ("empty", form().part("f", a()).part("f", part(vec![], "dir/b.txt")), 400, "manifest_mismatch"),
        ("longer", form().part("f", part(vec![0; 40_001], "a.bin")).part("f", b()), 413, "file_too_long"),
        (
            "longer inline",
            form().part("f", part(vec![0; 6], "dir/b.txt")).part("f", a()),
            413,
            "file_too_long",
        ),
        ("much longer", form().part("f", part(vec![0; 32 << 20], "a.bin")), 413, "file_too_long"),
        ("a field beside", form().part("f", a()).part("f", b()).text("x", "y"), 400, "manifest_mismatch"),
    ];
    for (what, form, status, code) in cases {
        let id = server.post("/rooms/bad/contents/prepare", Some(&token), manifest()).await["reservation_id"]
            .clone();
        let url = format!("{}/api/v1/rooms/bad/contents?reservation_id={id}", server.url);
        println!("{what}");
        refused(server.client.post(&url).bearer_auth(&token).multipart(form), status, code).await;
        assert_untouched(&server, &token).await;
        // The reservation is released: it serves no second upload.
        let again = multipart::Form::new().part("f", a()).part("f", b());
        refused(server.client.post(&url).bearer_auth(&token).multipart(again), 404, "reservation_not_found")
            .await;
    }
    assert_eq!(server.blob_count().await, 0, "a blob was left over");

    // What is no multipart at all, or breaks off.
    let boundary = "multipart/form-data; boundary=x";
    let head = "--x\r\nContent-Disposition: form-data; name=\"f\"; filename=\"dir/b.txt\"\r\n\r\nbb";
    for (kind, body, status, code) in [
        ("application/json", "{}", 415, "unsupported_media_type"),
        ("multipart/form-data", "x", 400, "invalid_multipart"),
        (boundary, "", 400, "invalid_multipart"),
        (boundary, "no boundary here", 400, "invalid_multipart"),
        (boundary, head, 400, "invalid_multipart"),
    ] {
        let id = server.post("/rooms/bad/contents/prepare", Some(&token), manifest()).await["reservation_id"]
            .clone();
        let url = format!("{}/api/v1/rooms/bad/contents?reservation_id={id}", server.url);
        let request = server.client.post(url).bearer_auth(&token).header("content-type", kind).body(body);
        refused(request, status, code).await;
        server.clock.advance(std::time::Duration::from_secs(60));
        assert_untouched(&server, &token).await;
    }

    // And the way it should be, in any order.
    let id =
        server.post("/rooms/bad/contents/prepare", Some(&token), manifest()).await["reservation_id"].clone();
    let url = format!("{}/api/v1/rooms/bad/contents?reservation_id={id}", server.url);
    let form = multipart::Form::new().part("anything", b()).part("else", a());
    let answer = server.client.post(url).bearer_auth(&token).multipart(form).send().await.unwrap();
    assert_eq!(answer.status(), 200);
}

/// What clients tidy away before they send it, written to the socket as it is.
#[tokio::test(flavor = "multi_thread")]
async fn heads_that_no_client_would_send() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let server = TestServer::start().await;
    let address = server.url.strip_prefix("http://").unwrap();
    for (line, status) in [
        ("GET /api/v1/rooms/.. HTTP/1.1", "400"),
        ("GET /api/v1/rooms/%2e%2E HTTP/1.1", "400"),
        ("GET /api/v1/rooms/%ff HTTP/1.1", "400"),
        ("GET /api/v1/rooms/a%zz HTTP/1.1", "400"),
        ("GET /api/v1/rooms/a?token=%ff HTTP/1.1", "400"),
        ("POST /api/v1/rooms/a?password=%ff HTTP/1.1", "400"),
        ("GET /api/v1/rooms/a/../b HTTP/1.1", "404"),
        ("GET //api/v1/health HTTP/1.1", "404"),
        ("nonsense", "400"),
        (&format!("GET /{} HTTP/1.1", "x".repeat(40_000)), "431"),
        (&format!("GET / HTTP/1.1\r\nx: {}", "x".repeat(40_000)), "431"),
    ] {
        let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
        let head = format!("{line}\r\nhost: x\r\nconnection: close\r\n\r\n");
        // Of a head that is too long the server does not take all.
        let _ = stream.write_all(head.as_bytes()).await;
        let mut answer = Vec::new();
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer);
        let start: String = answer.chars().take(60).collect();
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{:.50}: {start}", line);
    }
}

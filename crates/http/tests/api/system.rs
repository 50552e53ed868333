//! The system's own calls, and what all answers have in common.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ADMIN, TestServer, header, ok, refused};

#[tokio::test(flavor = "multi_thread")]
async fn health_readiness_status_and_config() {
    let server = TestServer::start().await;
    assert_eq!(
        server.get("/health", None).await,
        json!({"status": "ok", "timestamp": "2026-11-01T12:00:00Z"})
    );
    assert_eq!(
        server.get("/ready", None).await,
        json!({"database": "ok", "blobs": "ok", "storage": "ok", "removal": "ok"})
    );
    let status = server.get("/status", None).await;
    assert!(status["uptime"].is_u64() && status["memory"].is_u64() && status["cpu"].is_number(), "{status}");
    assert!(status.get("details").is_none() && status["version"].is_string());
    let token = server.create_and_enter("sets").await;
    server.upload("sets", &token, "a", "abc").await;
    let details = ok(server.request(Method::GET, "/status", Some(ADMIN))).await["details"].take();
    assert_eq!(
        (&details["rooms"], &details["contents"], &details["stored_size"]),
        (&json!(1), &json!(1), &json!(3))
    );
    let config = server.get("/config", None).await;
    assert_eq!(
        config["room"],
        json!({
            "max_size": 10_737_418_240u64, "max_size_ceiling": 10_737_418_240u64, "max_times_entered": null,
            "ttl_seconds": 604_800, "ttl_ceiling_seconds": 31_536_000,
        })
    );
    assert_eq!(
        (&config["limits"]["manifest_files"], &config["limits"]["text_bytes"]),
        (&json!(1000), &json!(1_048_576))
    );
    assert_eq!(config["reservation_ttl_seconds"], 10);
    let features = config["features"].as_array().unwrap();
    assert!(["texts", "urls", "chunked_upload"].iter().all(|name| features.contains(&json!(name))));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_answer_has_an_id_and_is_not_kept() {
    let server = TestServer::start().await;
    let ask = async |path: &str, id: &str| {
        server.request(Method::GET, path, None).header("x-request-id", id).send().await.unwrap()
    };
    for path in ["/health", "/rooms/none", "/nowhere", "/rooms/"] {
        let answer = ask(path, "my-id-1").await;
        assert_eq!(header(&answer, "x-request-id"), "my-id-1");
        assert_eq!(header(&answer, "cache-control"), "no-store");
        assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    }
    assert_eq!(header(&ask("/health", "not=sane").await, "x-request-id").len(), 36);
}

#[tokio::test(flavor = "multi_thread")]
async fn addresses_and_methods_that_are_not_there() {
    let server = TestServer::start().await;
    refused(server.request(Method::GET, "/nowhere", None), 404, "not_found").await;
    for path in ["/rooms/", "/rooms//contents"] {
        refused(server.request(Method::GET, path, None), 400, "invalid_room_name").await;
    }
    let answer = server.request(Method::PUT, "/rooms/x", None).send().await.unwrap();
    assert_eq!(answer.status(), 405);
    let mut allowed: Vec<&str> = header(&answer, "allow").split(',').map(str::trim).collect();
    allowed.sort_unstable();
    assert_eq!(allowed, ["DELETE", "GET", "HEAD", "POST"]);
    let problem: Value = answer.json().await.unwrap();
    assert_eq!(
        (&problem["code"], &problem["title"]),
        (&json!("method_not_allowed"), &json!("Method Not Allowed"))
    );
}

/// The document names every operation of the contract, and each answer of it says what it is.
#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_complete() {
    let server = TestServer::start().await;
    let document = server.get("/openapi.json", None).await;
    assert!(document["openapi"].as_str().unwrap().starts_with("3."));
    let mut operations = Vec::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            operations.push(format!("{} {}", method.to_uppercase(), path.strip_prefix("/api/v1").unwrap()));
            for (status, response) in operation["responses"].as_object().unwrap() {
                let what = format!("{method} {path} {status}");
                assert!(!response["description"].as_str().unwrap().is_empty(), "{what}");
                if status.as_str() >= "400" && !(path.ends_with("/ready") && status == "503") {
                    let schema = &response["content"]["application/problem+json"]["schema"]["$ref"];
                    assert_eq!(schema, "#/components/schemas/Problem", "{what}");
                }
            }
        }
    }
    operations.sort();
    let mut expected: Vec<String> =
        OPERATIONS.split_whitespace().collect::<Vec<_>>().chunks(2).map(|pair| pair.join(" ")).collect();
    expected.sort();
    assert_eq!(operations, expected);
    let text = document.to_string();
    for reference in text.split("\"$ref\":\"#/components/schemas/").skip(1) {
        let name = reference.split('"').next().unwrap();
        assert!(document["components"]["schemas"].get(name).is_some(), "{name} is not defined");
    }
}

const OPERATIONS: &str = "
    GET /rooms/{room}/events
    GET /rooms/{room}/presence
    POST /rooms/{room}/presence
    POST /rooms/{room}/signals
    POST /rooms/{room}  GET /rooms/{room}  DELETE /rooms/{room}
    POST /rooms/{room}/permissions  POST /rooms/{room}/settings
    POST /rooms/{room}/tokens  GET /rooms/{room}/tokens  POST /rooms/{room}/tokens/validate
    DELETE /rooms/{room}/tokens/{jti}  POST /rooms/{room}/tokens/revoke
    POST /rooms/{room}/tickets  GET /rooms/{room}/tickets  DELETE /rooms/{room}/tickets/{id}
    POST /auth/refresh  POST /auth/logout  POST /auth/revoke  POST /auth/cleanup  DELETE /auth/cleanup
    GET /rooms/{room}/contents  POST /rooms/{room}/contents  DELETE /rooms/{room}/contents
    PUT /rooms/{room}/files/{file_name}  POST /rooms/{room}/contents/prepare  DELETE /rooms/{room}/reservations/{id}
    GET /rooms/{room}/contents/{id}  HEAD /rooms/{room}/contents/{id}
    GET /rooms/{room}/contents/{id}/download  HEAD /rooms/{room}/contents/{id}/download
    PUT /rooms/{room}/contents/{id}/thumbnail  GET /rooms/{room}/contents/{id}/thumbnail
    HEAD /rooms/{room}/contents/{id}/thumbnail
    GET /rooms/{room}/contents/{id}/meta  PATCH /rooms/{room}/contents/{id}
    GET /rooms/{room}/contents/{id}/edits  POST /rooms/{room}/contents/{id}/edits
    POST /rooms/{room}/texts  POST /rooms/{room}/urls
    POST /rooms/{room}/uploads/chunks/prepare  POST /rooms/{room}/uploads/chunks
    PUT /rooms/{room}/uploads/chunks/{file_index}/{chunk_index}  GET /rooms/{room}/uploads/chunks/status
    POST /rooms/{room}/uploads/chunks/complete  DELETE /rooms/{room}/uploads/chunks/{reservation_id}
    GET /rooms/{room}/uploads
    GET /rooms/{room}/archive.zip  HEAD /rooms/{room}/archive.zip
    GET /admin/rooms  POST /admin/gc
    GET /health  GET /ready  GET /status  GET /config  GET /openapi.json  GET /docs  GET /scalar
";

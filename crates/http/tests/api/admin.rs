//! What the operator may do: `GET /admin/rooms`, `POST /admin/gc`.

use std::time::Duration;

use elizabeth_core::{name::RoomName, room::RoomOptions};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ADMIN, TestServer, header, ok, refused};

async fn names(server: &TestServer, query: &str) -> Vec<String> {
    let rooms = server.get(&format!("/admin/rooms{query}"), Some(ADMIN)).await;
    rooms.as_array().unwrap().iter().map(|room| room["name"].as_str().unwrap().to_owned()).collect()
}

/// `GET /admin/rooms`
#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_listed_for_the_admin() {
    let server = TestServer::start().await;
    assert_eq!(names(&server, "").await, [""; 0]);
    let mut made = Vec::new();
    for name in ["c", "a", "b"] {
        made.push(server.post(&format!("/rooms/{name}"), None, json!({"password": "hidden"})).await);
    }
    assert_eq!(names(&server, "").await, ["c", "a", "b"]);
    assert_eq!(names(&server, "?limit=2").await, ["c", "a"]);
    assert_eq!(names(&server, "?limit=0").await, [""; 0]);
    assert_eq!(names(&server, &format!("?after={}&limit=1", made[0]["id"])).await, ["a"]);
    server.clock.advance(Duration::from_secs(7 * 86_400));
    let listed = server.get("/admin/rooms", Some(ADMIN)).await;
    for secret in ["hidden", "argon2", "owner_key"] {
        assert!(!listed.to_string().contains(secret), "{listed}");
    }
    for (room, made) in listed.as_array().unwrap().iter().zip(&mut made) {
        made.as_object_mut().unwrap().remove("owner_key");
        made["expires_in_seconds"] = json!(0);
        assert_eq!(room, made);
    }
    for token in [None, Some("x")] {
        refused(server.request(Method::GET, "/admin/rooms", token), 401, "admin_token_invalid").await;
    }
    for query in ["?limit=-1", "?after=x", "?limit=9223372036854775808"] {
        let asked = server.request(Method::GET, &format!("/admin/rooms{query}"), Some(ADMIN));
        refused(asked, 400, "invalid_query").await;
    }
}

/// More than are fetched at a time.
#[tokio::test(flavor = "multi_thread")]
async fn a_long_list_of_rooms_is_whole() {
    let server = TestServer::start().await;
    for n in 0..1_001 {
        let name = RoomName::parse(&format!("r{n}")).unwrap();
        server.app.create_room(name, RoomOptions::default()).await.unwrap();
    }
    assert_eq!(names(&server, "?limit=10001").await.len(), 1_001);
    assert_eq!(names(&server, "?limit=1000").await.len(), 1_000);
    let answer = server.request(Method::GET, "/admin/rooms", Some(ADMIN)).send().await.unwrap();
    let next = header(&answer, "link").to_owned();
    assert_eq!(answer.json::<Vec<Value>>().await.unwrap().len(), 1_000);
    let next = next.strip_prefix('<').unwrap().strip_suffix(">; rel=\"next\"").unwrap();
    assert_eq!(names(&server, next).await, ["r1000"]);
}

/// `POST /admin/gc`
#[tokio::test(flavor = "multi_thread")]
async fn the_admin_collects_what_is_over() {
    let server = TestServer::start().await;
    let token = server.create_and_enter("over").await;
    server.upload("over", &token, "a.bin", vec![1; 70_000]).await;
    server.clock.advance(Duration::from_secs(7 * 86_400));
    server.create("kept").await;
    refused(server.request(Method::POST, "/admin/gc", None), 401, "admin_token_invalid").await;
    let mut done = ok(server.request(Method::POST, "/admin/gc", Some(ADMIN))).await;
    assert!(done["execution_time_ms"].take().is_u64());
    let expected = json!({
        "cleaned_rooms": 1, "cleaned_contents": 1, "cleaned_reservations": 0, "freed_size": 70_000,
        "execution_time_ms": Value::Null,
    });
    assert_eq!(done, expected);
    assert_eq!((server.blob_count().await, names(&server, "").await), (0, vec!["kept".to_owned()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn admin_calls_are_off_without_a_token() {
    let with_token = TestServer::start().await;
    let server = with_token.without_admin().await;
    for (method, path) in [
        (Method::GET, "/admin/rooms"),
        (Method::POST, "/admin/gc"),
        (Method::POST, "/auth/cleanup"),
        (Method::DELETE, "/auth/cleanup"),
    ] {
        refused(server.request(method, path, Some(ADMIN)), 404, "not_found").await;
    }
    assert!(server.get("/status", Some(ADMIN)).await.get("details").is_none());
}

//! Rooms: made, looked at, changed, deleted.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestServer, ok, refused};

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_made_with_defaults_and_its_key() {
    let server = TestServer::start().await;
    let request = server.request(Method::POST, "/rooms/myroom", None);
    let mut room = ok(request).await;
    let key = room["owner_key"].take();
    assert!(key.as_str().unwrap().starts_with("own_"));
    room.as_object_mut().unwrap().remove("owner_key");
    let expected = json!({
        "id": room["id"], "name": "myroom", "slug": "myroom", "has_password": false, "status": 0,
        "max_size": 10_737_418_240u64, "current_size": 0, "max_times_entered": null,
        "current_times_entered": 0, "expire_at": "2026-11-08T12:00:00Z",
        "expires_in_seconds": 604_800,
        "created_at": "2026-11-01T12:00:00Z", "updated_at": "2026-11-01T12:00:00Z", "permission": 15,
    });
    assert_eq!(room, expected);
    assert_eq!(server.get("/rooms/myroom", None).await, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_made_as_asked_in_body_or_query() {
    let server = TestServer::start().await;
    let body = json!({
        "password": "secret", "expire_at": "2026-11-02T02:00:00+02:00", "max_size": 1000,
        "max_times_entered": 3, "permission": {"bits": 7}, "unknown": [1],
    });
    let room = server.post("/rooms/a", None, body).await;
    assert_eq!(room["has_password"], true);
    assert_eq!(room["expire_at"], "2026-11-02T00:00:00Z");
    assert_eq!(
        (&room["max_size"], &room["max_times_entered"], &room["permission"]),
        (&json!(1000), &json!(3), &json!(7))
    );

    ok(server.request(Method::POST, "/rooms/b?password=a+%26b", None)).await;
    refused(server.request(Method::POST, "/rooms/b/tokens", None), 403, "wrong_password").await;
    server.post("/rooms/b/tokens", None, json!({"password": "a &b"})).await;

    let both =
        server.request(Method::POST, "/rooms/c?password=query", None).json(&json!({"password": "body"}));
    ok(both).await;
    server.post("/rooms/c/tokens", None, json!({"password": "body"})).await;
    refused(server.request(Method::POST, "/rooms/a", None), 409, "name_taken").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_come_in_every_spelling() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("p").await;
    let mut slug = "p".to_owned();
    for (body, bits) in [
        (json!({"permission": {"bits": 7}}), 7),
        (json!({"permission": 13}), 13),
        (json!({"edit": true, "share": true}), 7),
        (json!({"edit": true, "share": false, "delete": true}), 11),
        (json!({"delete": true}), 9),
    ] {
        let room = server.post(&format!("/rooms/{slug}/permissions"), Some(&owner), body).await;
        assert_eq!(room["permission"], bits);
        slug = room["slug"].as_str().unwrap().to_owned();
        assert_eq!(slug == "p", bits & 4 != 0);
    }
    refused(server.request(Method::GET, "/rooms/p", None), 403, "not_shared").await;
    server.get(&format!("/rooms/{slug}"), None).await;
    server.get("/rooms/p", Some(&owner)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_change_what_is_given_and_null_clears() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("sets").await;
    let set = async |body: Value| server.post("/rooms/sets/settings", Some(&owner), body).await;
    let room = set(json!({"max_size": 5000, "max_times_entered": 9, "password": "x", "status": 1})).await;
    assert_eq!((&room["max_size"], &room["max_times_entered"]), (&json!(5000), &json!(9)));
    assert_eq!((&room["has_password"], &room["status"]), (&json!(true), &json!(1)));
    assert_eq!(set(json!({})).await["max_size"], 5000);
    let room =
        set(json!({"max_size": null, "max_times_entered": null, "password": null, "status": null})).await;
    assert_eq!((&room["max_size"], &room["max_times_entered"]), (&json!(10_737_418_240u64), &json!(null)));
    assert_eq!((&room["has_password"], &room["status"]), (&json!(false), &json!(0)));
    let room = set(json!({"expire_at": "2026-12-01T00:00:00Z"})).await;
    assert_eq!(room["expire_at"], "2026-12-01T00:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_deleted_is_gone_with_its_tokens_and_blobs() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("d").await;
    server.upload("d", &owner, "a.bin", vec![1; 100_000]).await;
    let gone = server.delete("/rooms/d", &owner).await;
    assert_eq!(gone, json!({"message": "Room deleted successfully"}));
    refused(server.request(Method::GET, "/rooms/d", Some(&owner)), 404, "room_not_found").await;
    server.create("d").await;
    refused(server.request(Method::GET, "/rooms/d/contents", Some(&owner)), 401, "token_invalid").await;
    server.app.collect_blobs().await.unwrap();
    assert_eq!(server.blob_count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_room_says_so_until_it_is_collected() {
    let server = TestServer::start().await;
    server.create("e").await;
    server.clock.advance(std::time::Duration::from_secs(7 * 86_400));
    refused(server.request(Method::GET, "/rooms/e", None), 410, "room_expired").await;
    server.app.gc(false).await.unwrap();
    refused(server.request(Method::GET, "/rooms/e", None), 404, "room_not_found").await;
}

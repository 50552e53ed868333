//! What a room's states and settings do, row by row: `POST /rooms/{room}/settings`, `POST /rooms/{room}/tokens`,
//! `GET /rooms/{room}`.

use std::time::Duration;

use elizabeth_core::policy::Policy;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{TestServer, refused};

/// A room with its owner and a guest in it.
struct Peopled {
    server: TestServer,
    key: Value,
    owner: String,
    guest: String,
}

impl Peopled {
    async fn new(policy: Policy) -> Self {
        let server = TestServer::start_with(policy.min_free(0)).await;
        let key = server.create("r").await["owner_key"].take();
        let owner = server.enter("r").await;
        let guest = server.enter("r").await;
        Self { server, key, owner, guest }
    }

    async fn set(&self, body: Value) -> Value {
        self.server.post("/rooms/r/settings", Some(&self.owner), body).await
    }

    async fn refuse_settings(&self, body: Value, code: &str) {
        let request = self.server.request(Method::POST, "/rooms/r/settings", Some(&self.owner));
        refused(request.json(&body), 400, code).await;
    }

    async fn refuse_entry(&self, body: Value, code: &str) {
        refused(self.server.request(Method::POST, "/rooms/r/tokens", None).json(&body), 403, code).await;
    }

    async fn list(&self, token: &str) -> Value {
        self.server.get("/rooms/r/contents", Some(token)).await
    }

    async fn refuse_list(&self, token: &str, status: u16, code: &str) {
        refused(self.server.request(Method::GET, "/rooms/r/contents", Some(token)), status, code).await;
    }

    /// Enters by what is shown; the token.
    async fn enter_by(&self, body: Value) -> String {
        let entered = self.server.post("/rooms/r/tokens", None, body).await;
        entered["token"].as_str().unwrap().to_owned()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_locked_room_lets_nobody_new_in_and_those_inside_go_on() {
    let room = Peopled::new(Policy::default()).await;
    assert_eq!(room.set(json!({"status": 1})).await["status"], 1);
    room.refuse_entry(json!({}), "room_locked").await;
    refused(room.server.request(Method::GET, "/rooms/r", None), 403, "room_locked").await;
    room.list(&room.guest).await;
    room.server.upload("r", &room.guest, "a", "x").await;
    let renewed = room.enter_by(json!({"token": room.guest})).await;
    room.list(&renewed).await;
    room.enter_by(json!({"owner_key": room.key})).await;
    room.set(json!({"status": 0})).await;
    room.server.enter("r").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_closed_room_is_its_owners_alone() {
    let room = Peopled::new(Policy::default()).await;
    assert_eq!(room.set(json!({"status": 2})).await["status"], 2);
    room.refuse_entry(json!({}), "room_closed").await;
    room.refuse_entry(json!({"token": room.guest}), "room_closed").await;
    refused(room.server.request(Method::GET, "/rooms/r", None), 403, "room_closed").await;
    room.refuse_list(&room.guest, 403, "room_closed").await;
    room.list(&room.owner).await;
    let by_key = room.enter_by(json!({"owner_key": room.key})).await;
    room.list(&by_key).await;
    room.set(json!({"status": null})).await;
    room.list(&room.guest).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_password_ends_the_sessions_of_guests() {
    let room = Peopled::new(Policy::default()).await;
    assert_eq!(room.set(json!({"password": "one"})).await["has_password"], true);
    room.refuse_list(&room.guest, 401, "token_revoked").await;
    room.list(&room.owner).await;
    for wrong in [json!({}), json!({"password": "two"})] {
        room.refuse_entry(wrong, "wrong_password").await;
    }
    let guest = room.enter_by(json!({"password": "one"})).await;
    room.set(json!({"password": "two"})).await;
    room.refuse_list(&guest, 401, "token_revoked").await;
    room.refuse_entry(json!({"password": "one"}), "wrong_password").await;
    let guest = room.enter_by(json!({"password": "two"})).await;
    // Taking it away shuts nobody out.
    assert_eq!(room.set(json!({"password": null})).await["has_password"], false);
    room.list(&guest).await;
    room.server.enter("r").await;
    room.refuse_settings(json!({"password": ""}), "invalid_password").await;
    room.refuse_settings(json!({"password": "x".repeat(1025)}), "invalid_password").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_stay_within_the_servers_ceilings() {
    let policy = Policy::default().room_max_size(1_000).room_max_size_ceiling(5_000);
    let room = Peopled::new(policy).await;
    room.server.upload("r", &room.guest, "a", vec![1; 600]).await;
    assert_eq!(room.set(json!({"max_size": 5_000})).await["max_size"], 5_000);
    for size in [5_001, 599] {
        room.refuse_settings(json!({"max_size": size}), "invalid_max_size").await;
    }
    assert_eq!(room.set(json!({"max_size": 600})).await["max_size"], 600);
    assert_eq!(room.set(json!({"max_size": null})).await["max_size"], 1_000);

    room.refuse_settings(json!({"max_times_entered": 1u64 << 63}), "invalid_max_times_entered").await;
    room.set(json!({"max_times_entered": 2})).await;
    room.refuse_entry(json!({}), "entries_exhausted").await;
    room.set(json!({"max_times_entered": 3})).await;
    room.server.enter("r").await;

    let latest = "2027-11-01T12:00:00Z";
    assert_eq!(room.set(json!({"expire_at": latest})).await["expire_at"], latest);
    for end in [json!("2027-11-01T12:00:00.000001Z"), json!("2026-11-01T12:00:00Z"), Value::Null] {
        room.refuse_settings(json!({"expire_at": end}), "invalid_expire_at").await;
    }
    // All of them or none.
    room.refuse_settings(json!({"max_size": 900, "expire_at": null}), "invalid_expire_at").await;
    assert_eq!(room.server.get("/rooms/r", Some(&room.owner)).await["max_size"], 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_says_how_long_it_has_left_and_then_that_it_is_over() {
    let room = Peopled::new(Policy::default().room_ttl_ceiling(None)).await;
    let left = async || room.server.get("/rooms/r", None).await["expires_in_seconds"].take();
    assert_eq!(room.set(json!({"expire_at": null})).await["expires_in_seconds"], Value::Null);
    let soon = room.set(json!({"expire_at": "2026-11-01T12:01:00Z"})).await;
    assert_eq!(soon["expires_in_seconds"], 60);
    room.server.clock.advance(Duration::from_micros(1));
    assert_eq!(left().await, 59);
    room.server.clock.advance(Duration::from_micros(59_999_998));
    assert_eq!(left().await, 0);
    room.server.clock.advance(Duration::from_micros(1));
    for token in [None, Some(room.owner.as_str())] {
        refused(room.server.request(Method::GET, "/rooms/r", token), 410, "room_expired").await;
    }
    refused(room.server.request(Method::POST, "/rooms/r/tokens", None), 410, "room_expired").await;
    room.server.app.gc(false).await.unwrap();
    refused(room.server.request(Method::GET, "/rooms/r", None), 404, "room_not_found").await;
}

//! Tokens: issued, renewed, refreshed, listed, revoked.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{ADMIN, TestServer, ok, refused};

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_gives_a_token_that_says_what_it_is() {
    let server = TestServer::start().await;
    let created = server.create("t").await;
    let issued = server.post("/rooms/t/tokens", None, json!({})).await;
    let claims = &issued["claims"];
    assert_eq!((&claims["room_id"], &claims["room_name"]), (&created["id"], &json!("t")));
    assert_eq!((&claims["owner"], &claims["permission"]), (&json!(true), &json!(15)));
    assert_eq!(issued["expires_at"], "2026-11-01T13:00:00Z");
    assert!(issued.get("refresh_token").is_none());
    // The second to come in is a guest; who has the key is the owner whenever he comes.
    let guest = ok(server.request(Method::POST, "/rooms/t/tokens", None)).await;
    assert_eq!(guest["claims"]["owner"], false);
    let by_key = json!({"owner_key": created["owner_key"]});
    assert_eq!(server.post("/rooms/t/tokens", None, by_key).await["claims"]["owner"], true);
    assert_eq!(server.get("/rooms/t", None).await["current_times_entered"], 2);
    let wrong = server.request(Method::POST, "/rooms/t/tokens", None).json(&json!({"owner_key": "own_x"}));
    refused(wrong, 403, "wrong_owner_key").await;

    let token = &issued["token"];
    let valid = server.post("/rooms/t/tokens/validate", None, json!({"token": token})).await;
    assert_eq!(&valid["claims"], claims);
    let renewed = server.post("/rooms/t/tokens", None, json!({"token": token})).await;
    assert_eq!((&renewed["claims"]["sid"], &renewed["claims"]["owner"]), (&claims["sid"], &claims["owner"]));
    let garbage =
        server.request(Method::POST, "/rooms/t/tokens/validate", None).json(&json!({"token": "a.b.c"}));
    refused(garbage, 401, "token_invalid").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_listed_and_revoked() {
    let server = TestServer::start().await;
    let owner = server.create_and_enter("t").await;
    server.clock.advance(std::time::Duration::from_secs(1));
    let guest = server.enter("t").await;
    let all = server.get("/rooms/t/tokens", Some(&owner)).await;
    assert_eq!(all.as_array().unwrap().len(), 2);
    assert_eq!((&all[0]["current"], &all[1]["current"]), (&json!(true), &json!(false)));
    assert_eq!(all[0]["revoked_at"], Value::Null);
    let own = server.get("/rooms/t/tokens", Some(&guest)).await;
    assert_eq!((own.as_array().unwrap().len(), &own[0]["owner"]), (1, &json!(false)));

    let of_owner = format!("/rooms/t/tokens/{}", all[0]["jti"].as_str().unwrap());
    refused(server.request(Method::DELETE, &of_owner, Some(&guest)), 403, "not_your_token").await;
    refused(server.request(Method::DELETE, "/rooms/t/tokens/x", Some(&guest)), 400, "invalid_path").await;
    let revoked = server.post("/rooms/t/tokens/revoke", Some(&owner), json!({"jti": own[0]["jti"]})).await;
    assert_eq!(revoked, json!({"revoked": true, "message": "Token revoked successfully"}));
    refused(server.request(Method::GET, "/rooms/t/contents", Some(&guest)), 401, "token_revoked").await;
    assert_eq!(server.delete(&of_owner, &owner).await, json!({"revoked": true}));
    refused(server.request(Method::GET, "/rooms/t/contents", Some(&owner)), 401, "token_revoked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refresh_token_works_once() {
    let server = TestServer::start().await;
    server.create("t").await;
    let issued = server.post("/rooms/t/tokens", None, json!({"with_refresh_token": true})).await;
    assert_eq!(issued["refresh_token_expires_at"], "2026-11-08T12:00:00Z");
    let body = json!({"refresh_token": issued["refresh_token"]});
    let pair = server.post("/auth/refresh", None, body.clone()).await;
    assert_eq!(pair["access_token_expires_at"], pair["expires_at"]);
    let fresh = pair["access_token"].as_str().unwrap();
    server.get("/rooms/t/contents", Some(fresh)).await;
    let again = server.request(Method::POST, "/auth/refresh", None).json(&body);
    refused(again, 401, "refresh_token_reused").await;
    refused(server.request(Method::GET, "/rooms/t/contents", Some(fresh)), 401, "token_revoked").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn logging_out_ends_the_session() {
    let server = TestServer::start().await;
    server.create("t").await;
    let issued = server.post("/rooms/t/tokens", None, json!({"with_refresh_token": true})).await;
    let out = server.post("/auth/logout", None, json!({"access_token": issued["token"]})).await;
    assert_eq!(out, json!({"message": "Token revoked successfully"}));
    let again = json!({"access_token": issued["token"]});
    refused(server.request(Method::POST, "/auth/logout", None).json(&again), 401, "token_revoked").await;
    let refresh = json!({"refresh_token": issued["refresh_token"]});
    refused(server.request(Method::POST, "/auth/refresh", None).json(&refresh), 401, "refresh_token_invalid")
        .await;

    let issued = server.post("/rooms/t/tokens", None, json!({"with_refresh_token": true})).await;
    let refresh = json!({"refresh_token": issued["refresh_token"]});
    let revoked = server.post("/auth/revoke", None, refresh.clone()).await;
    assert_eq!(revoked, json!({"message": "Refresh token revoked successfully"}));
    refused(server.request(Method::POST, "/auth/refresh", None).json(&refresh), 401, "refresh_token_invalid")
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn cleaning_up_is_for_the_admin() {
    let server = TestServer::start().await;
    server.create_and_enter("t").await;
    server.clock.advance(std::time::Duration::from_secs(3600));
    refused(server.request(Method::POST, "/auth/cleanup", None), 401, "admin_token_invalid").await;
    refused(server.request(Method::DELETE, "/auth/cleanup", Some("no")), 401, "admin_token_invalid").await;
    let cleaned = ok(server.request(Method::POST, "/auth/cleanup", Some(ADMIN))).await;
    assert_eq!((&cleaned["cleaned_records"], &cleaned["deleted_count"]), (&json!(1), &json!(1)));
    let cleaned = ok(server.request(Method::DELETE, "/auth/cleanup", Some(ADMIN))).await;
    assert_eq!(cleaned["cleaned_records"], 0);
}

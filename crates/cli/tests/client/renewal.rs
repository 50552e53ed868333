//! A token that is old already when it is issued: it is renewed before each use, and entering is the last resort.

use std::sync::{Arc, Mutex};

use axum::{Router, http::StatusCode, routing};
use serde_json::{Value, json};

use crate::server::{Person, serve};

/// What was sent to get tokens, by a tool that lists an empty room whose server renews tokens or does not.
async fn asked_for_tokens(renews: bool) -> Vec<Value> {
    let asked = Arc::new(Mutex::new(Vec::new()));
    let seen = asked.clone();
    let issue = async move |body: String| {
        let body: Value = serde_json::from_str(&body).unwrap();
        let refused = !renews && body["token"].is_string();
        seen.lock().unwrap().push(body);
        let answer = json!({"token": "t", "claims": {"exp": 7, "iat": 7}}).to_string();
        if refused { (StatusCode::UNAUTHORIZED, String::new()) } else { (StatusCode::OK, answer) }
    };
    let router = Router::new()
        .route("/api/v1/rooms/room/tokens", routing::post(issue))
        .route("/api/v1/rooms/room/contents", routing::get(async || "[]"));
    let url = format!("{}/room", serve(router).await);
    Person::new().run_with(&["ls", &url], &[("ELIZABETH_PASSWORD", "secret")]).ok();
    let asked = asked.lock().unwrap();
    asked.clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_old_token_is_renewed_and_a_dead_one_replaced() {
    let (entry, renewal) = (json!({"password": "secret"}), json!({"token": "t"}));
    assert_eq!(asked_for_tokens(true).await, [entry.clone(), renewal.clone()]);
    assert_eq!(asked_for_tokens(false).await, [entry.clone(), renewal, entry]);
}

//! How watching ends, and what does not end it.

use std::{fs, io::Read};

use axum::http::StatusCode;
use serde_json::{Value, json};

use super::{
    add, scene,
    stand_in::{Opening, StandIn},
    watcher::{Watcher, records, until_end},
};
use crate::server::{Person, names, until};

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_deleted_is_the_end() {
    let (_server, room, owner, guest) = scene().await;
    let mut watcher = Watcher::start(&guest, &["watch", &room]);
    owner.run(&["room", "delete", &room, "--yes"]).ok();
    let (status, lines, failures) = watcher.end();
    assert!(status.success() && failures.is_empty(), "{status} {failures}");
    assert!(lines.last().unwrap().ends_with("  room.deleted"), "{lines:?}");
    assert!(records(&guest.config().join("watches")).is_empty());
    assert!(guest.run(&["watch", &room]).failed(4).contains("(room_not_found)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_follow_any_more_hears_why() {
    let (_server, room, owner, guest) = scene().await;
    let mut watcher = Watcher::start(&guest, &["watch", &room]);
    owner.run(&["room", "set", &room, "--status=closed"]).ok();
    let (status, _, failures) = watcher.end();
    assert_eq!(status.code(), Some(3), "{failures}");
    assert!(failures.contains("(room_closed)"), "{failures}");
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_reads_any_more() {
    let (_server, room, owner, guest) = scene().await;
    let mut child = Watcher::stop_reading(&guest, &["watch", &room]);
    add(&owner, &room, "a.txt");
    until_end(&mut child);
    let mut failures = String::new();
    child.stderr.take().unwrap().read_to_string(&mut failures).unwrap();
    assert!(child.wait().unwrap().success() && failures.is_empty(), "{failures}");
    // It was not seen, so it comes again.
    assert!(Watcher::spawn(&guest, &["watch", &room]).line().ends_with("a.txt"));
}

/// Whoever has a drop box follows their own, in the session that they had.
#[tokio::test(flavor = "multi_thread")]
async fn a_drop_box_is_followed() {
    let (server, room, owner, guest) = scene().await;
    let invitation = owner.run(&["invite", &room, "--permission=edit", "--json"]).json();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let http = reqwest::Client::builder().tls_certs_only([]).build().unwrap();
    let tokens = format!("{}/api/v1/rooms/room/tokens", server.url);
    let body = json!({"ticket": invitation["ticket"], "with_refresh_token": true});
    let answer = http.post(&tokens).json(&body).send().await.unwrap();
    let entered: Value = serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap();
    let session = json!({"version": 1, "rooms": [{
        "server": server.url, "room": "room", "refresh_token": entered["refresh_token"],
        "expires_at": entered["refresh_token_expires_at"],
    }]});
    fs::create_dir(guest.config()).unwrap();
    fs::write(guest.config().join("sessions.json"), session.to_string()).unwrap();

    let put = async |name: &str| {
        let texts = format!("{}/api/v1/rooms/room/texts", server.url);
        let request = http.post(texts).bearer_auth(entered["token"].as_str().unwrap());
        let answer = request.json(&json!({"text": name, "file_name": name})).send().await.unwrap();
        assert_eq!(answer.status(), 201);
    };
    let args = ["watch", &room, "--json", "--get=mine"];
    let mut watcher = Watcher::start(&guest, &args);
    add(&owner, &room, "of the owner.txt");
    put("mine.txt").await;
    assert_eq!(watcher.json()["data"]["content"]["file_name"], "mine.txt");
    watcher.handled("1.2");
    watcher.kill();
    put("mine too.txt").await;
    let mut watcher = Watcher::spawn(&guest, &args);
    assert_eq!(watcher.json()["data"]["content"]["file_name"], "mine too.txt");
    watcher.handled("1.3");
    assert_eq!(names(&guest.work().join("mine")), ["mine too.txt", "mine.txt"]);
}

/// Tokens that are over as soon as they are issued, a server that is busy, and one that has forgotten the token.
#[tokio::test(flavor = "multi_thread")]
async fn tokens_are_renewed_and_a_busy_server_is_waited_for() {
    let event =
        |n: u64| format!("retry: 0\n\nid: 1.{n}\nevent: content.deleted\ndata: {{\"ids\":[{n}]}}\n\n");
    let openings = vec![
        Opening::Ends(event(1)),
        Opening::Refused(StatusCode::SERVICE_UNAVAILABLE),
        Opening::Ends(event(2)),
        Opening::Refused(StatusCode::UNAUTHORIZED),
        Opening::Ends(event(3) + "id: 1.4\nevent: room.deleted\ndata: {}\n\n"),
    ];
    let stand_in = StandIn::answering(0, openings).await;
    let guest = Person::new();
    let mut watcher = Watcher::spawn(&guest, &["watch", &stand_in.at("room"), "--json"]);
    let (status, lines, failures) = watcher.end();
    assert!(status.success(), "{failures}");
    let ids: Vec<Value> =
        lines.iter().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].clone()).collect();
    assert_eq!(ids, ["1.1", "1.2", "1.3", "1.4"]);
    let heard = stand_in.heard();
    let opened: Vec<&Value> = heard.iter().filter_map(|asked| asked.get("opened")).collect();
    assert_eq!(opened, [&Value::Null, &json!("1.1"), &json!("1.1"), &json!("1.2"), &json!("1.2")]);
    let entries = heard.iter().filter(|asked| **asked == json!({})).count();
    assert_eq!(entries, 1, "a renewal is no entry: {heard:?}");
    assert!(heard.iter().filter(|asked| asked["token"].is_string()).count() > 5, "{heard:?}");
}

/// What takes a session up again is got anew before it is over, also where nothing happens in the room.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_remembered_anew_before_it_is_over() {
    let stand_in = StandIn::answering(0, vec![Opening::Stays("id: 1.7\n\n".to_owned())]).await;
    let guest = Person::new();
    let watcher = Watcher::start(&guest, &["watch", &stand_in.at("room")]);
    let left = || stand_in.heard().iter().filter(|asked| asked["with_refresh_token"] == true).count();
    until(|| left() > 2);
    let kept = fs::read(guest.config().join("sessions.json")).unwrap();
    let kept: Value = serde_json::from_slice(&kept).unwrap();
    assert_eq!(kept["rooms"].as_array().unwrap().len(), 1);
    drop(watcher);
}

//! Links that let somebody in, or give out one content.

use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::server::{Person, Server};

fn client() -> Client {
    // Of the whole process; the second time it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

/// Enters a room by a ticket.
async fn enter(server: &Server, ticket: &Value) -> (StatusCode, Value) {
    let url = server.at("api/v1/rooms/room/tokens");
    let answer = client().post(url).body(json!({"ticket": ticket}).to_string());
    let answer = answer.header("content-type", "application/json").send().await.unwrap();
    (answer.status(), serde_json::from_slice(&answer.bytes().await.unwrap()).unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_guest_is_let_in_once_to_look() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    person.pipe(&["room", "create", &room, "--password-stdin"], b"secret\n").ok();
    let url = person.run(&["invite", &room]).ok();
    assert!(url.starts_with(&server.at("s/")) && url.lines().count() == 1, "{url}");

    let invite = ["invite", &room, "--permission=view", "--ttl=5m", "--uses=1", "--json"];
    let made = person.run(&invite).json();
    assert_eq!(made["max_uses"], 1);
    assert!(made["url"].as_str().unwrap().ends_with(made["ticket"].as_str().unwrap()));
    let (status, entered) = enter(&server, &made["ticket"]).await;
    assert_eq!((status, &entered["claims"]["permission"]), (StatusCode::OK, &1.into()));
    let (status, spent) = enter(&server, &made["ticket"]).await;
    assert_eq!((status, &spent["code"]), (StatusCode::GONE, &"ticket_spent".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn one_content_is_given_out_and_no_other() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    for name in ["a.txt", "b.txt"] {
        person.write(name, name);
    }
    let put = person.run(&["put", "a.txt", "b.txt", &room, "--json"]).json();
    let id = |i: usize| put[i]["id"].to_string();
    let made = person.run(&["invite", &room, "--content", &id(0), "--uses=3", "--json"]).json();
    let ticket = made["ticket"].as_str().unwrap();
    let fetch = async |id: String| {
        let url = server.at(&format!("api/v1/rooms/room/contents/{id}/download?ticket={ticket}"));
        client().get(url).send().await.unwrap()
    };
    assert_eq!(fetch(id(0)).await.text().await.unwrap(), "a.txt");
    assert!(fetch(id(1)).await.status().is_client_error());
    person.run(&["invite", &room, "--content", "99"]).failed(4);
    let both = person.run(&["invite", &room, "--content", &id(0), "--permission=view"]);
    assert_eq!(both.code(), Some(2));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_share_may_not_invite() {
    let (server, person) = (Server::start().await, Person::new());
    person.run(&["room", "create", &server.at("room")]).ok();
    let own = person.run(&["room", "set", &server.at("room"), "--permission=view,edit"]).ok();
    assert!(Person::new().run(&["invite", own.trim_end()]).failed(3).contains("(permission_denied)"));
    person.run(&["invite", own.trim_end()]).ok();
}

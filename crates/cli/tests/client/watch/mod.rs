//! A room that is watched while others work in it.

mod actions;
mod cable;
mod ends;
mod resumed;
mod stand_in;
mod texts;
mod watcher;

use serde_json::{Value, json};

use self::watcher::Watcher;
use crate::server::{Person, Server};

/// A server with a room, whose owner is somebody else than who watches it.
pub(crate) async fn scene() -> (Server, String, Person, Person) {
    let (server, owner, guest) = (Server::start().await, Person::new(), Person::new());
    let room = server.at("room");
    owner.run(&["room", "create", &room]).ok();
    (server, room, owner, guest)
}

/// Adds a text of this name; its number.
pub(crate) fn add(person: &Person, room: &str, name: &str) -> i64 {
    let added = person.run(&["text", room, name, "--name", name, "--json", "--quiet"]).json();
    added["id"].as_i64().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_do_is_printed_as_it_happens() {
    let (_server, room, owner, guest) = scene().await;
    add(&owner, &room, "before.txt");
    let mut watcher = Watcher::start(&guest, &["watch", &room, "--json"]);
    let first = add(&owner, &room, "a\u{200b} b.txt");
    let second = add(&owner, &room, "b.txt");
    owner.run(&["rm", &room, "b.txt"]).ok();
    owner.run(&["room", "set", &room, "--expire-in=2d"]).ok();

    let events: Vec<Value> = (0..4).map(|_| watcher.json()).collect();
    let kinds = events.iter().map(|event| event["event"].as_str().unwrap());
    let expected = ["content.created", "content.created", "content.deleted", "room.updated"];
    assert_eq!(kinds.collect::<Vec<_>>(), expected);
    let ids: Vec<&str> = events.iter().map(|event| event["id"].as_str().unwrap()).collect();
    assert_eq!(ids, ["1.2", "1.3", "1.4", "1.5"]);
    assert_eq!((&events[0]["data"]["id"], &events[1]["data"]["id"]), (&json!(first), &json!(second)));
    let listed = owner.run(&["ls", &room, "--json"]).json();
    assert_eq!(events[0]["data"]["content"], listed[1], "as it stands in a list");
    assert_eq!(events[2]["data"], json!({"ids": [second]}));
    assert_eq!(events[3]["data"]["room"]["name"], "room");
}

#[tokio::test(flavor = "multi_thread")]
async fn people_get_a_line_each() {
    let (_server, room, owner, guest) = scene().await;
    let mut watcher = Watcher::start(&guest, &["watch", &room]);
    let id = add(&owner, &room, "größe.txt");
    owner.run(&["rm", &room, "größe.txt"]).ok();
    owner.run(&["room", "set", &room, "--permission=view"]).ok();
    for expected in [
        format!("  content.created  #{id}  text  11 B  größe.txt"),
        format!("  content.deleted  #{id}"),
        "  room.updated     open, guests may view, 0 B of ".to_owned(),
    ] {
        let line = watcher.line();
        let (time, what) = line.split_at(19);
        assert!(time.starts_with("20") && time.as_bytes()[10] == b' ', "{line}");
        assert!(what.starts_with(&expected), "{line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_there_can_come_first() {
    let (_server, room, owner, guest) = scene().await;
    let before = [add(&owner, &room, "a"), add(&owner, &room, "b")];
    let mut watcher = Watcher::start(&guest, &["watch", &room, "--json", "--from=all"]);
    for id in before {
        let event = watcher.json();
        assert_eq!((&event["event"], &event["id"]), (&json!("content.created"), &Value::Null));
        assert_eq!(event["data"]["id"], id);
    }
    let next = add(&owner, &room, "c");
    assert_eq!(watcher.json()["data"]["id"], next);
    watcher.handled("1.3");
    watcher.kill();
    // The same command goes on, unless it is to begin anew.
    add(&owner, &room, "d");
    let mut again = Watcher::start(&guest, &["watch", &room, "--json", "--from=all"]);
    assert_eq!(again.json()["id"], "1.4");
    again.kill();
    let mut anew = Watcher::start(&guest, &["watch", &room, "--json", "--from=all", "--anew"]);
    assert_eq!(anew.json()["data"]["id"], before[0]);
}

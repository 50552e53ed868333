//! Owner keys: remembered, used, given, and of no use any more.

use std::{fs, os::unix::fs::PermissionsExt, path::Path, process::Stdio};

use serde_json::Value;

use crate::server::{Person, Server, names};

fn stored(person: &Person) -> Value {
    serde_json::from_slice(&fs::read(person.config().join("keys.json")).unwrap()).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_makes_a_room_stays_its_owner() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    person.write("a.txt", "a");
    person.run(&["put", "a.txt", &room]).ok();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(&person.config()), mode(&person.config().join("keys.json"))), (0o700, 0o600));
    let key = stored(&person)["rooms"][0]["owner_key"].as_str().unwrap().to_owned();

    // Without the key one is a guest, with it the owner.
    let other = Person::new();
    let set = ["room", "set", &room, "--max-entries=5"];
    assert!(other.run(&set).failed(3).contains("(owner_only)"));
    other.run_with(&set, &[("ELIZABETH_OWNER_KEY", &key)]).ok();
    other.run(&[&set[..], &["--owner-key", &key]].concat()).ok();
    person.run(&set).ok();
    let wrong = other.run(&["ls", &room, "--owner-key", "not-the-key"]).failed(3);
    assert!(wrong.contains("(wrong_owner_key)") && !wrong.contains("not-the-key"), "{wrong}");
    assert!(!other.config().exists(), "nothing was made there");

    person.run(&["room", "delete", &room, "--yes"]).ok();
    assert_eq!(stored(&person)["rooms"], serde_json::json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_of_an_earlier_room_of_the_name_makes_nobody_owner() {
    let (server, person, other) = (Server::start().await, Person::new(), Person::new());
    let room = server.at("room");
    person.run(&["room", "create", &room]).ok();
    let key = stored(&person)["rooms"][0]["owner_key"].as_str().unwrap().to_owned();
    other.run(&["room", "delete", &room, "--yes", "--owner-key", &key]).ok();
    other.write("a.txt", "a");
    other.run(&["put", "a.txt", &room]).ok();

    assert_eq!(person.run(&["get", &server.at("room/a.txt"), "-o", "-"]).ok(), "a");
    assert!(person.run(&["room", "set", &room, "--status=closed"]).failed(3).contains("(owner_only)"));
    other.run(&["room", "set", &room, "--status=closed"]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_made_at_once_are_all_remembered() {
    let (server, person) = (Server::start().await, Person::new());
    let rooms: Vec<String> = (0..8).map(|i| server.at(&format!("room-{i}"))).collect();
    let children: Vec<_> = rooms
        .iter()
        .map(|room| person.command(["room", "create", room]).stdout(Stdio::null()).spawn().unwrap())
        .collect();
    for mut child in children {
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(stored(&person)["rooms"].as_array().unwrap().len(), 8);
    assert_eq!(names(&person.config()), ["keys.json", "keys.lock"]);
    for room in &rooms {
        person.run(&["room", "set", room, "--max-entries=1"]).ok();
    }
}

/// Where no key can be remembered, no room is made: its key would be lost.
#[tokio::test(flavor = "multi_thread")]
async fn no_room_is_made_whose_key_would_be_lost() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    fs::write(person.config(), "a file where the folder should be").unwrap();
    person.run(&["room", "create", &room]).failed(1);
    person.write("a.txt", "a");
    person.run(&["put", "a.txt", &room]).failed(1);
    fs::remove_file(person.config()).unwrap();
    person.run(&["room", "show", &room]).failed(4);

    fs::create_dir(person.config()).unwrap();
    fs::write(person.config().join("keys.json"), "{").unwrap();
    let refused = person.run(&["room", "create", &room]).failed(1);
    assert!(refused.contains("keys.json"), "{refused}");
    // Without any folder one can still be a guest.
    let guest = person.command(["room", "show", &room]).env_remove("ELIZABETH_CONFIG_DIR").output().unwrap();
    assert_eq!(guest.status.code(), Some(4), "{guest:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_shown_only_when_asked_for() {
    let (server, person) = (Server::start().await, Person::new());
    let quiet = person.run(&["room", "create", &server.at("a"), "--json"]).json();
    assert_eq!(quiet["owner_key"], Value::Null);
    let shown = person.run(&["room", "create", &server.at("b"), "--json", "--show-key"]).json();
    let text = person.run(&["room", "create", &server.at("c"), "--show-key"]).ok();
    let keys: Vec<&str> = vec![shown["owner_key"].as_str().unwrap(), text.lines().nth(1).unwrap()];
    let stored = stored(&person);
    let stored: Vec<&str> = (1..3).map(|i| stored["rooms"][i]["owner_key"].as_str().unwrap()).collect();
    assert_eq!(keys, stored);
}

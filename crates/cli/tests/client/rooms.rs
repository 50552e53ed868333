//! Rooms as a whole: making, showing, changing, deleting.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use axum::{Router, http::StatusCode, routing};
use serde_json::{Value, json};

use crate::server::{Person, Server, serve};

#[tokio::test(flavor = "multi_thread")]
async fn a_room_lives_from_its_making_to_its_end() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("team-lunch");
    let options = ["--max-size=1MiB", "--expire-in=2h", "--max-entries=9", "--permission=view,edit,share"];
    let made = person.run(&[&["room", "create", &room][..], &options].concat());
    assert_eq!(made.ok(), format!("{room}\n"));
    person.run(&["room", "create", &room]).failed(1);
    let all =
        person.run(&["room", "create", &server.at("all"), "--permission=view,edit,share,delete", "--json"]);
    assert_eq!(all.json()["permission"], 15);

    let shown = person.run(&["room", "show", &room]).ok();
    for part in [&room, "view,edit,share", "0 B of 1.0 MiB", "0 of 9", "open", "password    no"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    let object = person.run(&["room", "show", &room, "--json"]).json();
    assert_eq!((&object["permission"], &object["max_size"]), (&7.into(), &(1 << 20).into()));
    assert_eq!(object["current_times_entered"], 0, "its owner is not counted");

    let changes = ["--max-size=2MiB", "--max-entries=unlimited", "--status=locked", "--expire-in=3h"];
    let set = person.run(&[&["room", "set", &room, "--json"][..], &changes].concat()).json();
    assert_eq!((&set["max_size"], &set["status"]), (&(2 << 20).into(), &1.into()));
    assert_eq!(set["max_times_entered"], Value::Null);
    let stranger = Person::new();
    assert!(stranger.run(&["ls", &room]).failed(3).contains("(room_locked)"));
    person.run(&["room", "set", &room]).failed(2);
    person.run(&["room", "set", &room, "--status=open", "--permission=view,edit"]).ok();
    assert!(stranger.run(&["ls", &room]).failed(3).contains("(not_shared)"));

    let refused = person.run(&["room", "delete", &room]).failed(2);
    assert_eq!(refused, "error: nobody is here to be asked: say --yes\n");
    assert_eq!(person.run(&["room", "delete", &room, "--yes"]).ok(), "");
    assert!(person.run(&["room", "show", &room]).failed(4).contains("(room_not_found)"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_has_an_address_of_its_own_while_it_is_not_shared() {
    let (server, person) = (Server::start().await, Person::new());
    let made = person.run(&["room", "create", &server.at("quiet"), "--json"]).json();
    assert_eq!(made["permission"], 7, "guests may not delete, where nobody asked for it");
    let own = person.run(&["room", "set", &server.at("quiet"), "--permission=view,edit"]).ok();
    let own = own.trim_end();
    assert!(own.starts_with(&server.at("quiet_")), "{own}");
    person.write("a.txt", "a");
    // The owner gets in by either, a guest by the private one alone.
    let by_own = person.run(&["put", "a.txt", own]).ok();
    person.run(&["ls", &server.at("quiet")]).ok();
    let guest = Person::new();
    assert_eq!(guest.run(&["get", by_own.trim_end(), "-o", "-"]).ok(), "a");
    guest.run(&["ls", &server.at("quiet")]).failed(3);
    let shown = person.run(&["room", "show", own, "--json"]).json();
    assert_eq!(shown["current_times_entered"], 1);
}

/// A server that says so of a room until it is made anew, as one does while it has not cleaned up.
#[tokio::test(flavor = "multi_thread")]
async fn the_name_of_an_expired_room_is_free() {
    let made = Arc::new(AtomicBool::new(false));
    let is_made = made.clone();
    let enter = async move || match is_made.load(Ordering::SeqCst) {
        true => (StatusCode::OK, json!({"token": "t", "claims": {"exp": 3_600, "iat": 0}}).to_string()),
        false => (StatusCode::GONE, json!({"code": "room_expired", "error": "It is over"}).to_string()),
    };
    let create = async move || {
        made.store(true, Ordering::SeqCst);
        json!({"id": 2, "name": "room", "slug": "room", "owner_key": "k"}).to_string()
    };
    let content = json!({
        "id": 1, "content_type": "text", "file_name": null, "size": 1, "sha256": "",
        "created_at": "2026-11-21T00:00:00Z",
    });
    let router = Router::new()
        .route("/api/v1/rooms/room", routing::post(create))
        .route("/api/v1/rooms/room/tokens", routing::post(enter))
        .route("/api/v1/rooms/room/texts", routing::post(async move || content.to_string()));
    let (room, person) = (format!("{}/room", serve(router).await), Person::new());
    assert!(person.run(&["text", &room, "x", "--no-create"]).failed(4).contains("(room_expired)"));
    let added = person.run(&["text", &room, "x"]);
    added.ok();
    assert_eq!(added.stderr(), format!("note: made the room {room}\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_come_by_input_or_environment() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    person.write("a.txt", "a");
    person.run_with(&["put", "a.txt", &room], &[("ELIZABETH_PASSWORD", "pass word")]).ok();
    let guest = Person::new();
    let refused = guest.run(&["ls", &room]).failed(3);
    assert!(refused.contains("(wrong_password)"), "{refused}");
    let refused = guest.run_with(&["ls", &room], &[("ELIZABETH_PASSWORD", "hunter2")]).failed(3);
    assert!(!refused.contains("hunter2"));
    guest.run_with(&["ls", &room], &[("ELIZABETH_PASSWORD", "pass word")]).ok();
    guest.pipe(&["ls", &room, "--password-stdin"], b"pass word\nmore").ok();
    guest.pipe(&["ls", &room, "--password-stdin"], b"").failed(2);
    guest.pipe(&["put", "-", &room, "--name=x", "--password-stdin"], b"pass word\n").failed(2);

    person.pipe(&["room", "set", &room, "--new-password-stdin"], b"another\n").ok();
    guest.run_with(&["ls", &room], &[("ELIZABETH_PASSWORD", "pass word")]).failed(3);
    guest.run_with(&["ls", &room], &[("ELIZABETH_PASSWORD", "another")]).ok();
    person.run(&["room", "set", &room, "--no-password"]).ok();
    guest.run(&["ls", &room]).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_need_not_be_written_each_time() {
    let (server, person) = (Server::start().await, Person::new());
    person.write("a.txt", "a");
    let host = server.url.strip_prefix("http://").unwrap();
    for (server, room) in [(host, "one"), (server.url.as_str(), "two"), (&format!("{host}/"), "three")] {
        let put = person.run_with(&["put", "a.txt", room], &[("ELIZABETH_SERVER", server)]).ok();
        assert_eq!(put, format!("http://{host}/{room}/a.txt\n"));
        let file = format!("{room}/a.txt");
        assert_eq!(person.run(&["get", "--server", server, &file, "-o", "-"]).ok(), "a");
    }
    // This machine is spoken to without TLS.
    assert_eq!(person.run(&["get", &format!("{host}/one/a.txt"), "-o", "-"]).ok(), "a");
    assert!(person.run(&["ls", "one"]).failed(2).contains("--server"));
}

#[tokio::test(flavor = "multi_thread")]
async fn where_rooms_are_made_with_a_key_it_is_brought_along() {
    const KEY: &str = "a-key-that-rooms-are-made-with";
    let (server, person) = (Server::start_with_create_key(KEY).await, Person::new());
    person.write("a.txt", "a");
    let create = ["room", "create", &server.at("made")];
    assert!(person.run(&create).failed(3).contains("(create_key_required)"));
    assert!(
        person
            .run(&[&create[..], &["--create-key=of-another-server"]].concat())
            .failed(3)
            .contains("(create_key_invalid)")
    );
    assert!(
        person.run(&[&create[..], &["--create-key=\u{e9}\u{7}"]].concat()).failed(2).contains("--create-key")
    );
    person.run_with(&create, &[("ELIZABETH_CREATE_KEY", KEY)]).ok();
    // A command that makes what is not there yet brings it as well; who comes in later needs none.
    let put = ["put", "a.txt", &server.at("put")];
    person.run(&put).failed(3);
    person.run(&[&put[..], &["--create-key", KEY]].concat()).ok();
    Person::new().run(&["ls", &server.at("put")]).ok();
}

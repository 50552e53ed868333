//! Texts from the command line, as from a notepad.

use crate::server::{Person, Server};

#[tokio::test(flavor = "multi_thread")]
async fn texts_are_added_and_read_back() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    let added = person.run(&["text", &room, "remember the milk"]);
    let url = added.ok();
    assert!(added.stderr().starts_with("note: made the room"), "{}", added.stderr());
    assert_eq!(person.run(&["get", url.trim_end(), "-o", "-"]).ok(), "remember the milk");

    let said = ["--name", "notes/today.md", "--language", "markdown", "--pinned", "--max-downloads", "2"];
    let named = person.pipe(&[&["text", &room, "--json"][..], &said].concat(), "# Größe\n".as_bytes());
    let named = named.json();
    assert_eq!(named["link"], server.at("room/notes/today.md"));
    assert_eq!((&named["content_type"], &named["language"]), (&"text".into(), &"markdown".into()));
    assert_eq!((&named["pinned"], &named["max_downloads"]), (&true.into(), &2.into()));
    person.run(&["get", &server.at("room/notes/today.md")]).ok();
    assert_eq!(person.read("today.md"), "# Größe\n");
    assert_eq!(person.pipe(&["text", &room, "-", "--name", "b"], b"").ok(), format!("{room}/b\n"));
    assert_eq!(person.run(&["ls", &room, "--json"]).json().as_array().unwrap().len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_text_is_refused() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    person.run(&["text", &room, "x", "--no-create"]).failed(4);
    person.pipe(&["text", &room], b"\xff\xfe").failed(1);
    person.run(&["room", "create", &room, "--permission=view,share"]).ok();
    assert!(Person::new().run(&["text", &room, "x"]).failed(3).contains("(permission_denied)"));
    assert_eq!(person.run(&["ls", &room]).ok(), "");
}

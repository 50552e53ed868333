//! Putting, listing, getting, deleting.

use std::fs;

use serde_json::Value;

use crate::server::{Person, Server, names};

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_goes_there_and_comes_back() {
    let (server, person) = (Server::start().await, Person::new());
    person.write("photos/2026/größe 100%.txt", "big");
    person.write("photos/a\"quoted\".txt", "quoted");
    person.write("menu #1?.txt", "Pizza");
    person.write("photos/empty", "");
    let room = server.at("küche");
    let put = person.run(&["put", "photos", "menu #1?.txt", &room]);
    let urls = put.ok();
    assert!(put.stderr().starts_with("note: made the room http://127.0.0.1:"), "{}", put.stderr());
    let encoded = server.at("k%C3%BCche");
    let expected = [
        format!("{encoded}/photos/2026/gr%C3%B6%C3%9Fe%20100%25.txt"),
        format!("{encoded}/photos/a%22quoted%22.txt"),
        format!("{encoded}/photos/empty"),
        format!("{encoded}/menu%20%231%3F.txt"),
    ];
    assert_eq!(urls.lines().collect::<Vec<_>>(), expected);

    let other = Person::new();
    for (url, name, text) in
        [(&expected[0], "größe 100%.txt", "big"), (&expected[1], "a\"quoted\".txt", "quoted")]
    {
        assert_eq!(other.run(&["get", url]).ok(), format!("{name}\n"));
        assert_eq!(other.read(name), text);
    }
    let got = other.run(&["get", &room, "--all", "copy"]).ok();
    assert_eq!(got.lines().count(), 4);
    assert_eq!(other.read("copy/photos/2026/größe 100%.txt"), "big");
    assert_eq!(other.read("copy/photos/a\"quoted\".txt"), "quoted");
    assert_eq!(other.read("copy/menu #1?.txt"), "Pizza");
    assert_eq!(other.read("copy/photos/empty"), "");
    assert_eq!(names(&other.work().join("copy")), ["menu #1?.txt", "photos"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_is_listed_for_people_and_for_programs() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    person.run(&["room", "create", &room]).ok();
    assert_eq!(person.run(&["ls", &room]).ok(), "");
    assert_eq!(person.run(&["ls", &room, "--json"]).json(), serde_json::json!([]));

    person.write("a.txt", "a");
    person.write("b.bin", vec![0; 2048]);
    let put = person.run(&["--json", "put", "a.txt", "b.bin", &room, "--max-downloads=2", "--expire-in=2h"]);
    let put = put.json();
    assert_eq!(put[1]["link"], server.at("room/b.bin"));
    let table = person.run(&["ls", &room]).ok();
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("ID  TYPE") && lines[0].ends_with("NAME"), "{table}");
    assert!(lines[2].contains("2.0 KiB") && lines[2].ends_with("0/2  b.bin"), "{table}");
    let listed = person.run(&["ls", &room, "--json"]).json();
    assert_eq!((&listed[0]["file_name"], &listed[0]["max_downloads"]), (&"a.txt".into(), &2.into()));
    assert_eq!(listed[0]["id"], put[0]["id"]);
    let expires = listed[0]["expire_at"].as_str().unwrap();
    assert!(expires > listed[0]["created_at"].as_str().unwrap());

    // What has a limit is left out of a whole room: nobody asked for this one.
    let all = person.run(&["get", &room, "--all", "."]);
    assert_eq!(all.ok(), "");
    assert_eq!(all.stderr().lines().count(), 2, "{}", all.stderr());
    for _ in 0..2 {
        assert_eq!(person.run(&["get", &server.at("room/a.txt"), "-o", "-"]).ok(), "a");
    }
    person.run(&["get", &server.at("room/a.txt"), "-o", "-"]).failed(4);
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_not_replaced_unless_that_is_meant() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    for text in ["old", "new"] {
        person.write("a.txt", text);
        person.run(&["put", "a.txt", &room]).ok();
    }
    let listed = person.run(&["ls", &room, "--json"]).json();
    person.write("a.txt", "mine");
    let url = server.at("room/a.txt");
    let refused = person.run(&["get", &url]).failed(1);
    assert_eq!(refused, "error: a.txt: it is there already; replace it with --force\n");
    assert_eq!(person.read("a.txt"), "mine");
    person.run(&["get", &room, "--all", "."]).failed(1);
    assert_eq!(person.read("a.txt"), "mine");

    person.run(&["get", &url, "--force"]).ok();
    assert_eq!(person.read("a.txt"), "new", "the newest of a name");
    let first = format!("{room}#{}", listed[0]["id"]);
    assert_eq!(person.run(&["get", &first, "-o", "b.txt"]).ok(), "b.txt\n");
    assert_eq!(person.read("b.txt"), "old");
    fs::create_dir(person.work().join("into")).unwrap();
    let got = person.run(&["get", &url, "-o", "into", "--json"]).json();
    assert_eq!((&got[0]["path"], &got[0]["size"]), (&"into/a.txt".into(), &3.into()));
    assert_eq!(names(&person.work()), ["a.txt", "b.txt", "into"], "nothing temporary is left");
}

/// Names that cannot all be files, or look like what the nameless are called.
#[tokio::test(flavor = "multi_thread")]
async fn every_content_of_a_room_has_a_place_of_its_own() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    person.run(&["text", &room, "nameless"]).ok();
    person.run(&["text", &room, "nameless too"]).ok();
    let listed = person.run(&["ls", &room, "--json"]).json();
    let (first, second) = (&listed[0]["id"], &listed[1]["id"]);
    let named = [
        ("a".to_owned(), "file"),
        ("a/b".to_owned(), "below"),
        (format!("#{first}"), "number"),
        (format!("{first}.txt"), "id"),
        (format!("text-{second}.txt"), "old"),
        (format!("text-{second}.txt"), "like the second"),
    ];
    for (name, text) in &named {
        person.run(&["text", &room, text, "--name", name]).ok();
    }
    let got = person.run(&["get", &room, "--all", "copy"]).ok();
    assert_eq!(got.lines().count(), 7, "{got}");
    for (name, text) in [
        ("a (2)", "file"),
        ("a/b", "below"),
        (&format!("#{first}"), "number"),
        (&format!("{first}.txt"), "id"),
        (&format!("text-{first}.txt"), "nameless"),
        (&format!("text-{second}.txt"), "nameless too"),
        (&format!("text-{second} (2).txt"), "like the second"),
    ] {
        assert_eq!(person.read(&format!("copy/{name}")), text, "{name}");
    }
    let one = person.run(&["get", &format!("{room}#{first}")]).ok();
    assert_eq!(one, format!("text-{first}.txt\n"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_fetched_does_not_keep_the_rest_away() {
    let (server, person) = (Server::start().await, Person::new());
    let (room, long) = (server.at("room"), "x".repeat(300));
    for name in ["a.txt", &long, &format!("{long}/b.txt"), "z/c.txt"] {
        person.run(&["text", &room, name, "--name", name]).ok();
    }
    for options in [&["--quiet"][..], &["--json", "--force"]] {
        let got = person.run(&[&["get", &room, "--all", "copy"][..], options].concat());
        assert_eq!(got.code(), Some(1));
        let told = got.stderr();
        let lines: Vec<&str> = told.lines().collect();
        assert_eq!(lines.len(), 3, "{told}");
        assert!(lines[..2].iter().all(|it| it.starts_with("error: copy/") && it.contains(&long)), "{told}");
        assert_eq!(lines[2], "error: 2 of 4 could not be fetched");
        if options.contains(&"--json") {
            let fetched: Value = serde_json::from_str(&got.stdout()).unwrap();
            let paths: Vec<&Value> = fetched.as_array().unwrap().iter().map(|it| &it["path"]).collect();
            assert_eq!(paths, ["copy/a.txt", "copy/z/c.txt"]);
        } else {
            assert_eq!(got.stdout(), "copy/a.txt\ncopy/z/c.txt\n");
        }
    }
    assert_eq!(person.read("copy/z/c.txt"), "z/c.txt");
    assert_eq!(names(&person.work().join("copy")), ["a.txt", "z"], "nothing temporary is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_piped_in_is_a_file_too() {
    let (server, person) = (Server::start().await, Person::new());
    let big: Vec<u8> = (0..3_000_000_u32).flat_map(u32::to_le_bytes).collect();
    let put = person.pipe(&["put", "-", &server.at("room"), "--name", "logs/dump.bin"], &big);
    assert_eq!(put.ok(), format!("{}\n", server.at("room/logs/dump.bin")));
    let put = person.pipe(&["put", "-", &server.at("room/b.txt")], b"");
    assert_eq!(put.ok(), format!("{}\n", server.at("room/b.txt")));
    person.run(&["get", &server.at("room/logs/dump.bin")]).ok();
    assert_eq!(fs::read(person.work().join("dump.bin")).unwrap(), big);
    person.pipe(&["put", "-", &server.at("room")], b"x").failed(2);
    person.pipe(&["put", "-", &server.at("room/a"), "--name", "b"], b"x").failed(2);
}

#[tokio::test(flavor = "multi_thread")]
async fn more_files_than_a_manifest_holds_go_in_several() {
    let (server, person) = (Server::start().await, Person::new());
    for i in 0..1_100 {
        person.write(&format!("many/{i:04}.txt"), i.to_string());
    }
    let put = person.run(&["put", "many", &server.at("room")]).ok();
    assert_eq!(put.lines().count(), 1_100);
    assert_eq!(put.lines().last().unwrap(), server.at("room/many/1099.txt"));
    let got = person.run(&["get", &server.at("room"), "--all", "back"]).ok();
    assert_eq!(got.lines().count(), 1_100);
    assert_eq!(person.read("back/many/1042.txt"), "1042");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_named_is_deleted_or_nothing() {
    let (server, person) = (Server::start().await, Person::new());
    let room = server.at("room");
    for name in ["a.txt", "b.txt", "c.txt", "7"] {
        person.write(name, name);
    }
    person.run(&["put", "a.txt", "b.txt", "c.txt", "7", &room]).ok();
    let left = || {
        let listed = person.run(&["ls", &room, "--json"]).json();
        let names = listed.as_array().unwrap().iter().map(|it| it["file_name"].as_str().unwrap().to_owned());
        names.collect::<Vec<_>>()
    };
    let missing = person.run(&["rm", &room, "a.txt", "nothing"]).failed(4);
    assert_eq!(missing, "error: nothing in the room is called nothing\n");
    assert_eq!(left().len(), 4);

    let id = person.run(&["ls", &room, "--json"]).json()[1]["id"].to_string();
    let gone = person.run(&["rm", &room, "a.txt", &format!("#{id}"), "--json"]).json();
    assert_eq!((gone["deleted"].as_array().unwrap().len(), &gone["freed_size"]), (2, &10.into()));
    assert_eq!(left(), ["c.txt", "7"]);
    assert_eq!(person.run(&["rm", &room, "7"]).ok(), "");
    assert_eq!(left(), ["c.txt"], "a name goes before a number");
    assert_eq!(person.run(&["rm", &server.at("room/c.txt")]).ok(), "");
    assert!(left().is_empty());
    person.run(&["rm", &room]).failed(2);
}

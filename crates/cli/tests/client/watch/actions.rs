//! `--exec` and `--get`: what others choose is data, and never more.

use std::fs;

use serde_json::{Value, json};

use super::{add, scene, stand_in::StandIn, watcher::Watcher};
use crate::server::{Person, names, until};

const COMMAND: &str = concat!(
    "printf '%s|%s|%s|%s|%s\\n' \"$ELIZABETH_EVENT\" \"$ELIZABETH_ROOM\" \"$ELIZABETH_CONTENT_ID\" ",
    "\"$ELIZABETH_FILE_NAME\" \"$ELIZABETH_PATH\" >> log; cat >> input; [ \"$ELIZABETH_EVENT\" != content.deleted ]"
);

#[tokio::test(flavor = "multi_thread")]
async fn a_command_is_run_for_each_event() {
    let (_server, room, owner, guest) = scene().await;
    let mut watcher = Watcher::start(&guest, &["watch", &room, "--exec", COMMAND]);
    let name = "it's \"$(touch pwned)\"; `touch pwned` & $HOME *.txt";
    let id = add(&owner, &room, name);
    owner.run(&["rm", &room, name]).ok();
    let (added, deleted) = (watcher.line(), watcher.line());
    assert!(added.ends_with(name) && deleted.ends_with(&format!("#{id}")), "{added}\n{deleted}");
    watcher.handled("1.2");
    let log = format!("content.created|room|{id}|{name}|\ncontent.deleted|room|{id}||\n");
    assert_eq!(guest.read("log"), log);
    let input = guest.read("input");
    let input: Vec<Value> = input.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(input[0]["data"]["content"]["file_name"], name);
    assert_eq!((&input[1]["id"], &input[1]["data"]), (&json!("1.2"), &json!({"ids": [id]})));
    assert_eq!(names(&guest.work()), ["input", "log"]);
    watcher.send("TERM");
    let (_, _, failures) = watcher.end();
    assert_eq!(failures, "error: content.deleted 1.2: the command ended with exit status: 1\n");
}

/// A server that means harm: names that no Elizabeth has.
#[tokio::test(flavor = "multi_thread")]
async fn names_of_a_hostile_server_are_data_too() {
    let hostile = "a\n$(touch pwned)'\"\u{1b}[2J../x";
    let stand_in = StandIn::start(&[
        ("content.created", StandIn::content(1, hostile)),
        ("content.created", StandIn::content(2, "../../evil.txt")),
        ("content.created", StandIn::content(3, "nul\0.txt")),
        ("content.created", StandIn::content(4, "fine.txt")),
        ("room.deleted", json!({})),
    ])
    .await;
    let guest = Person::new();
    let args = ["watch", &stand_in.at("room"), "--exec", COMMAND, "--get", "inbox"];
    let mut watcher = Watcher::spawn(&guest, &args);
    let (status, lines, failures) = watcher.end();
    assert!(status.success() && lines.len() == 5, "{lines:?} {failures}");
    assert!(!lines.concat().contains(char::is_control), "{lines:?}");
    assert_eq!(failures.matches("no name that a file can safely have").count(), 3, "{failures}");
    let log = guest.read("log");
    assert!(log.starts_with(&format!("content.created|room|1|{hostile}|\n")), "{log}");
    assert!(log.contains("content.created|room|3||\n"), "{log}");
    assert_eq!(names(&guest.work()), ["inbox", "input", "log"]);
    assert_eq!(names(&guest.work().join("inbox")), ["fine.txt"]);
    assert_eq!(names(guest.work().parent().unwrap()), ["config", "work"]);
    assert_eq!(guest.read("inbox/fine.txt"), "hello");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_added_is_fetched_beside_what_is_there() {
    let (_server, room, owner, guest) = scene().await;
    guest.write("inbox/a.txt", "mine");
    let args = ["watch", &room, "--json", "--get", "inbox", "--exec", COMMAND];
    let mut watcher = Watcher::start(&guest, &args);
    owner.write("a.txt", "one");
    owner.run(&["put", "a.txt", &room]).ok();
    owner.write("a.txt", "two");
    owner.run(&["put", "a.txt", &room]).ok();
    owner.run(&["put", "a.txt", &room, "--name=x/a.txt"]).ok();
    owner.run(&["text", &room, "once", "--name=once.txt", "--max-downloads=1"]).ok();
    owner.run(&["text", &room, "a note"]).ok();
    let events: Vec<Value> = (0..5).map(|_| watcher.json()).collect();
    let inbox = guest.work().join("inbox").canonicalize().unwrap();
    let path = |name: &str| json!(inbox.join(name).to_str().unwrap());
    let note = format!("text-{}.txt", events[4]["data"]["id"]);
    let paths: Vec<&Value> = events.iter().map(|event| &event["path"]).collect();
    let expected = [path("a (2).txt"), path("a (3).txt"), path("x/a.txt"), Value::Null, path(&note)];
    assert_eq!(paths, expected.iter().collect::<Vec<_>>());
    watcher.handled("1.5");
    for (name, text) in
        [("a.txt", "mine"), ("a (2).txt", "one"), ("a (3).txt", "two"), ("x/a.txt", "two"), (&note, "a note")]
    {
        assert_eq!(guest.read(&format!("inbox/{name}")), text, "{name}");
    }
    assert_eq!(names(&inbox), ["a (2).txt", "a (3).txt", "a.txt", &note, "x"]);
    let log = guest.read("log");
    assert!(
        log.lines().next().unwrap().ends_with(&format!("|a.txt|{}", expected[0].as_str().unwrap())),
        "{log}"
    );
    watcher.kill();

    // It was there already when it was cut off before it could say so.
    let folder = guest.config().join("watches");
    let files = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let record = files.into_iter().find(|path| path.extension().unwrap() == "json").unwrap();
    let mut was: Value = serde_json::from_slice(&fs::read(&record).unwrap()).unwrap();
    let id = events[1]["data"]["id"].as_i64().unwrap();
    was["rooms"][0]["cursor"] = json!("1.1");
    was["rooms"][0]["newest"] = json!(id - 1);
    was["rooms"][0]["placing"] = json!([id, "a (3).txt"]);
    fs::write(&record, was.to_string()).unwrap();
    let mut watcher = Watcher::spawn(&guest, &args);
    assert_eq!(watcher.json()["path"], path("a (3).txt"));
    assert_eq!(watcher.json()["path"], path("x/a (2).txt"));
    until(|| guest.work().join("inbox").join("x/a (2).txt").exists());
}

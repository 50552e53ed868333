//! Nothing is missed and nothing handled twice, whatever is cut and killed.

use std::fs;

use serde_json::{Value, json};

use super::{
    add,
    cable::Cable,
    scene,
    watcher::{Watcher, number, records},
};
use crate::server::{Person, Server, names, until};

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_missed_where_lines_and_processes_are_cut() {
    let (mut server, room, owner, guest) = scene().await;
    let cable = Cable::to(&server).await;
    let watched = cable.at("room");
    let args = ["watch", &watched, "--json"];
    let mut watcher = Watcher::start(&guest, &args);
    let (mut added, mut seen) = (Vec::new(), Vec::new());
    for round in 0..12 {
        added.push(add(&owner, &room, &format!("{round}.txt")));
        match round % 4 {
            0 => cable.cut(),
            1 => {
                // What is printed and not remembered would come again: all of it is remembered here.
                while seen.len() < added.len() {
                    let event = watcher.json();
                    watcher.handled(event["id"].as_str().unwrap());
                    seen.push(event);
                }
                watcher.kill();
                added.push(add(&owner, &room, &format!("{round} without a watcher.txt")));
                watcher = Watcher::start(&guest, &args);
            }
            2 => {
                server.stop().await;
                server.start_again().await;
            }
            _ => {}
        }
    }
    while seen.len() < added.len() {
        seen.push(watcher.json());
    }
    let ids: Vec<i64> = seen.iter().map(|event| event["data"]["id"].as_i64().unwrap()).collect();
    assert_eq!(ids, added);
    let numbers: Vec<u64> = seen.iter().map(|event| number(event["id"].as_str().unwrap())).collect();
    let first = numbers[0];
    assert_eq!(numbers, (first..first + added.len() as u64).collect::<Vec<_>>());
    watcher.send("TERM");
    let (status, rest, _) = watcher.end();
    assert_eq!((status.code(), rest), (Some(143), vec![]));
}

/// A cursor that is too old: the room is listed anew, and only what was not seen is new.
#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_gone_on_from_is_listed_once() {
    let (_server, room, owner, guest) = scene().await;
    let args = ["watch", &room, "--json", "--exec=cat >> handled"];
    let mut watcher = Watcher::start(&guest, &args);
    let known = add(&owner, &room, "known.txt");
    assert_eq!(watcher.json()["data"]["id"], known);
    watcher.handled("1.1");
    watcher.send("INT");
    assert_eq!(watcher.end().0.code(), Some(130));

    let new = [add(&owner, &room, "new.txt"), add(&owner, &room, "newer.txt")];
    let folder = guest.config().join("watches");
    let path = fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let path = path.into_iter().find(|path| path.extension().unwrap() == "json").unwrap();
    let record = fs::read_to_string(&path).unwrap();
    fs::write(&path, record.replace("\"1.1\"", "\"1.999\"")).unwrap();

    let mut watcher = Watcher::spawn(&guest, &args);
    assert_eq!(watcher.json(), json!({"id": null, "event": "reset", "data": {}}));
    for id in new {
        let event = watcher.json();
        assert_eq!((&event["id"], &event["data"]["id"]), (&Value::Null, &json!(id)));
    }
    watcher.handled("1.3");
    let last = add(&owner, &room, "last.txt");
    assert_eq!(watcher.json()["data"]["id"], last);
    let handled = || fs::read_to_string(guest.work().join("handled")).unwrap().lines().count();
    until(|| handled() == 5);
}

/// Each task goes on from where it was itself; two processes do not do the same.
#[tokio::test(flavor = "multi_thread")]
async fn tasks_do_not_know_of_each_other() {
    let (_server, room, owner, guest) = scene().await;
    let acting = ["watch", &room, "--json", "--exec=true"];
    let watcher = Watcher::start(&guest, &acting);
    let refused = guest.run(&acting).failed(1);
    assert!(refused.contains("another process watches this room"), "{refused}");
    watcher.kill();

    let mut looking = Watcher::spawn(&guest, &["watch", &room, "--json"]);
    until(|| records(&guest.config().join("watches")).len() == 2);
    let mut other = Watcher::spawn(&guest, &["watch", &room, "--json"]);
    let id = add(&owner, &room, "a.txt");
    for watcher in [&mut looking, &mut other] {
        assert_eq!(watcher.json()["data"]["id"], id);
    }
    let mut again = Watcher::spawn(&guest, &acting);
    assert_eq!(again.json()["data"]["id"], id);
}

/// Who comes back is no new guest, also when a large file of theirs was sent in between.
#[tokio::test(flavor = "multi_thread")]
async fn who_watches_again_is_no_new_guest() {
    let (server, owner, guest) =
        (Server::start_with(&["--min-free-disk=0B"]).await, Person::new(), Person::new());
    let room = server.at("room");
    owner.run(&["room", "create", &room, "--max-entries=1"]).ok();
    let args = ["watch", &room, "--json"];
    let mut watcher = Watcher::start(&guest, &args);
    guest.write("big.bin", vec![7; 9 << 20]);
    guest.run(&["put", "big.bin", &room]).ok();
    while watcher.json()["event"] != "content.created" {}
    watcher.kill();
    let id = add(&owner, &room, "a.txt");
    let mut again = Watcher::spawn(&guest, &args);
    while again.json()["data"]["id"] != id {}
    assert_eq!(owner.run(&["room", "show", &room, "--json"]).json()["current_times_entered"], 1);
}

/// Also where it is killed between a file's appearing in its place and its being remembered.
#[tokio::test(flavor = "multi_thread")]
async fn files_are_fetched_once_whenever_it_is_killed() {
    let (_server, room, owner, guest) = scene().await;
    let args = ["watch", &room, "--get=inbox", "--quiet"];
    let mut watcher = Watcher::start(&guest, &args);
    let inbox = guest.work().join("inbox");
    let fetched = || names(&inbox).into_iter().filter(|name| !name.starts_with('.')).count();
    for round in 0..8 {
        for number in 0..3 {
            owner.write("a.txt", format!("{round} {number}"));
            owner.run(&["put", "a.txt", &room]).ok();
        }
        // As soon as one of the next three is there.
        until(|| fetched() > 3 * round + round % 3);
        watcher.kill();
        watcher = Watcher::spawn(&guest, &args);
    }
    until(|| fetched() >= 24);
    watcher.handled("1.24");
    let texts = names(&inbox).into_iter().map(|name| fs::read_to_string(inbox.join(name)).unwrap());
    let mut texts: Vec<String> = texts.collect();
    texts.sort();
    let expected = (0..8).flat_map(|round| (0..3).map(move |number| format!("{round} {number}")));
    assert_eq!(texts, expected.collect::<Vec<_>>());
}

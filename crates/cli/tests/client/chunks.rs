//! Large files: in chunks, several at a time, and going on where an earlier command broke off.

use std::{
    fs,
    os::unix::fs::FileExt,
    process::{Child, Stdio},
    sync::atomic::{AtomicUsize, Ordering},
};

use axum::{
    http::{StatusCode, header},
    response::IntoResponse,
};
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    proxy::{Passing, Proxy, Way},
    server::{Person, Server, names, send},
};

const MIB: usize = 1 << 20;

/// Bytes of which no two chunks are the same.
fn noise(seed: u64, size: usize) -> Vec<u8> {
    let mut state = seed;
    let mut bytes = Vec::with_capacity(size + 8);
    while bytes.len() < size {
        // Knuth's generator.
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        bytes.extend_from_slice(&state.to_le_bytes());
    }
    bytes.truncate(size);
    bytes
}

fn hash(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// A server, what stands before it, and somebody with a file of 40 MiB: five chunks.
async fn scene() -> (Server, Proxy, Person, Vec<u8>) {
    let server = Server::start_with(&["--min-free-disk=0B"]).await;
    let (proxy, person, bytes) = (Proxy::before(&server).await, Person::new(), noise(1, 40 * MIB));
    person.write("big.bin", &bytes);
    (server, proxy, person, bytes)
}

fn start(person: &Person, args: &[&str]) -> Child {
    let mut command = person.command(args);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

/// So many chunks pass, and no others.
fn only(chunks: usize) -> impl Fn(Passing<'_>) -> Way {
    let begun = AtomicUsize::new(0);
    move |passing| {
        let passes = !passing.is_chunk() || begun.fetch_add(1, Ordering::SeqCst) < chunks;
        if passes { Way::On } else { Way::Nowhere }
    }
}

fn used(person: &Person, room: &str) -> u64 {
    person.run(&["room", "show", room, "--json"]).json()["current_size"].as_u64().unwrap()
}

fn listed(person: &Person, room: &str) -> Value {
    person.run(&["ls", room, "--json"]).json()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_large_file_arrives_in_chunks() {
    let (_server, proxy, person, bytes) = scene().await;
    let room = proxy.at("room");
    assert_eq!(person.run(&["put", "big.bin", &room]).ok(), format!("{room}/big.bin\n"));
    assert_eq!(proxy.chunks(), [0, 1, 2, 3, 4]);
    assert_eq!(proxy.seen("/complete").len(), 1);
    assert!(proxy.seen("").len() < 15, "{:?}", proxy.seen(""));
    assert_eq!(listed(&person, &room)[0]["sha256"], hash(&bytes));
    assert_eq!(used(&person, &room), bytes.len() as u64);
    person.run(&["get", &format!("{room}/big.bin"), "-o", "back.bin"]).ok();
    assert!(fs::read(person.work().join("back.bin")).unwrap() == bytes);

    proxy.rule(|_| Way::On);
    let put = person.run(&["put", "big.bin", &room, "--json", "--max-downloads=3", "--expire-in=2h"]).json();
    assert_eq!(
        (put[0]["link"].as_str().unwrap(), &put[0]["max_downloads"]),
        (&*format!("{room}/big.bin"), &json!(3))
    );
    assert_ne!(put[0]["expire_at"], Value::Null);
    assert_eq!(proxy.chunks().len(), 5, "one that is complete is not gone on with");
    assert!(!person.config().join("sessions.json").exists(), "an owner needs no session");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_and_small_files_are_told_in_their_order() {
    let (_server, proxy, person, _) = scene().await;
    let room = proxy.at("room");
    person.write("mixed/a.txt", "a");
    person.write("mixed/b.bin", noise(2, 9 * MIB));
    person.write("mixed/c.txt", "c");
    person.write("mixed/d.bin", noise(3, 17 * MIB));
    person.write("mixed/e.bin", noise(4, 8 * MIB));
    let urls = person.run(&["put", "mixed", &room]).ok();
    let expected = ["a.txt", "b.bin", "c.txt", "d.bin", "e.bin"].map(|name| format!("{room}/mixed/{name}"));
    assert_eq!(urls.lines().collect::<Vec<_>>(), expected);
    assert_eq!((proxy.chunks().len(), proxy.seen("/chunks/prepare").len()), (2 + 3, 1));
    assert_eq!(proxy.seen("POST /api/v1/rooms/room/contents").len(), 2, "a batch for the small ones");
    person.run(&["get", &room, "--all", "copy"]).ok();
    for name in ["a.txt", "b.bin", "d.bin", "e.bin"] {
        let of = |folder: &str| fs::read(person.work().join(folder).join("mixed").join(name)).unwrap();
        assert!(fs::read(person.work().join("mixed").join(name)).unwrap() == of("copy"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_goes_on_after_a_signal() {
    let (_server, proxy, person, bytes) = scene().await;
    let room = proxy.at("room");
    let put = ["put", "big.bin", &room];
    for (signal, code) in [("INT", Some(130)), ("KILL", None)] {
        proxy.rule(only(2));
        let child = start(&person, &put);
        proxy.until(2, 0).await;
        send(signal, &child);
        let ended = child.wait_with_output().unwrap();
        assert_eq!(ended.status.code(), code);
        let told = String::from_utf8(ended.stderr).unwrap();
        assert_eq!(told.contains("the same command goes on"), code.is_some(), "{told}");
        assert_eq!(used(&person, &room), bytes.len() as u64, "its space is held");
    }
    proxy.rule(|_| Way::On);
    let last = person.run(&put);
    assert_eq!(last.ok(), format!("{room}/big.bin\n"));
    assert_eq!(last.stderr(), "note: 32.0 MiB of 40.0 MiB are there already\n");
    assert_eq!(proxy.chunks().len(), 1, "{:?}", proxy.seen(""));
    assert!(proxy.seen("/prepare").is_empty(), "{:?}", proxy.seen(""));
    assert_eq!(listed(&person, &room)[0]["sha256"], hash(&bytes));
    assert_eq!(used(&person, &room), bytes.len() as u64);
}

/// A guest comes back as who they were: not a second entry, and with a token that was renewed.
#[tokio::test(flavor = "multi_thread")]
async fn a_guest_goes_on_in_the_same_session() {
    let (_server, proxy, guest, bytes) = scene().await;
    let (owner, room) = (Person::new(), proxy.at("room"));
    owner.run_with(&["room", "create", &room, "--max-entries=1"], &[("ELIZABETH_PASSWORD", "secret")]).ok();
    let put = ["put", "big.bin", &room];
    let env = [("ELIZABETH_PASSWORD", "secret")];
    proxy.rule(only(3));
    let child = guest.command(put).envs(env).stderr(Stdio::null()).spawn().unwrap();
    proxy.until(3, 0).await;
    send("TERM", &child);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(143));
    let remembered = fs::read_to_string(guest.config().join("sessions.json")).unwrap();
    assert!(!remembered.contains("secret"), "{remembered}");

    let other = Person::new();
    other.write("big.bin", &bytes);
    assert!(other.run_with(&put, &env).failed(3).contains("(entries_exhausted)"));
    proxy.rule(only(1));
    let child = start(&guest, &put);
    proxy.until(1, 0).await;
    send("INT", &child);
    assert_eq!(child.wait_with_output().unwrap().status.code(), Some(130));
    proxy.rule(|_| Way::On);
    guest.run(&put).ok();
    assert_eq!(proxy.chunks().len(), 1);
    assert_eq!(listed(&owner, &room)[0]["sha256"], hash(&bytes));
    let left = fs::read_to_string(guest.config().join("sessions.json")).unwrap();
    assert!(!left.contains("ref_"), "{left}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_has_changed_begins_anew() {
    let (_server, proxy, person, mut bytes) = scene().await;
    let room = proxy.at("room");
    person.write("first.bin", noise(5, 9 * MIB));
    proxy.rule(only(2 + 3));
    let put = ["put", "first.bin", "big.bin", &room];
    let child = start(&person, &put);
    proxy.until(2 + 3, 0).await;
    send("INT", &child);
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8(ended.stdout).unwrap(), "");

    // One chunk of the second file is another now; the first is whole, and need not be sent again.
    bytes[3 * MIB] ^= 1;
    person.write("big.bin", &bytes);
    proxy.rule(|_| Way::On);
    let again = person.run(&put);
    assert_eq!(again.ok(), format!("{room}/first.bin\n{room}/big.bin\n"));
    let told = "note: big.bin: changed since the upload was broken off; it begins anew\n";
    assert!(again.stderr().ends_with(told), "{}", again.stderr());
    assert_eq!(proxy.chunks(), [0, 1, 2, 3, 4]);
    let all = listed(&person, &room);
    assert_eq!((all.as_array().unwrap().len(), &all[1]["sha256"]), (2, &hash(&bytes).into()));
    assert_eq!(used(&person, &room), (9 + 40) * MIB as u64, "what was given up is given back");
}

/// Other options are another upload: a limit that is asked for is never forgotten.
#[tokio::test(flavor = "multi_thread")]
async fn another_limit_is_another_upload() {
    let (_server, proxy, person, _) = scene().await;
    let room = proxy.at("room");
    proxy.rule(only(2));
    let child = start(&person, &["put", "big.bin", &room, "--expire-in=1h"]);
    proxy.until(2, 0).await;
    send("KILL", &child);
    child.wait_with_output().unwrap();
    for (args, chunks) in [
        (&["--expire-in=1h", "--max-downloads=1"][..], 5),
        (&["--expire-in=9h"], 5),
        (&["--expire-in=1h"], 3),
    ] {
        proxy.rule(|_| Way::On);
        let put = person.run(&[&["put", "big.bin", &room, "--json"], args].concat()).json();
        assert_eq!(proxy.chunks().len(), chunks, "{args:?}");
        assert_eq!(put[0]["max_downloads"].is_null(), args.len() == 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_changes_meanwhile_is_noticed() {
    let (_server, proxy, person, bytes) = scene().await;
    let room = proxy.at("room");
    let path = person.work().join("big.bin");
    let changed = path.clone();
    // The last chunk waits for a change of the first, which has been sent.
    proxy.rule(move |passing| {
        if passing.path.ends_with("/4") {
            let file = fs::File::options().write(true).open(&changed).unwrap();
            file.write_all_at(&[!bytes[0]], 0).unwrap();
        }
        Way::On
    });
    let error = person.run(&["put", "big.bin", &room, "--quiet", "--parallel=1"]).failed(1);
    assert_eq!(error, "error: big.bin: it changed while it was sent\n");
    assert_eq!(listed(&person, &room), json!([]));
    proxy.rule(|_| Way::On);
    let again = person.run(&["put", "big.bin", &room]);
    again.ok();
    assert_eq!(proxy.chunks().len(), 5);
    assert_eq!(listed(&person, &room)[0]["sha256"], hash(&fs::read(path).unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_restarts_is_waited_for() {
    let (mut server, proxy, person, bytes) = scene().await;
    let room = proxy.at("room");
    proxy.rule(|_| Way::On);
    person.run(&["room", "create", &room]).ok();
    let gate = std::sync::Arc::new(tokio::sync::Semaphore::new(2));
    let passes = gate.clone();
    proxy.rule(move |passing| match passing.is_chunk().then(|| passes.try_acquire()) {
        Some(Ok(permit)) => {
            permit.forget();
            Way::On
        }
        Some(Err(_)) => {
            Way::Back((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "1")]).into_response())
        }
        None => Way::On,
    });
    let child = start(&person, &["put", "big.bin", &room]);
    proxy.until(2, 0).await;
    server.stop().await;
    gate.add_permits(1_000);
    proxy.until(2, 1).await;
    server.start_again().await;
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{ended:?}");
    assert_eq!(listed(&person, &room)[0]["sha256"], hash(&bytes));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_does_not_pass_is_given_up_with_a_way_back() {
    let (_server, proxy, person, _) = scene().await;
    let room = proxy.at("room");
    let broken = |status: StatusCode, body: &'static str| {
        move |passing: Passing<'_>| match passing.is_chunk() && passing.path.ends_with("/2") {
            true => Way::Back((status, body).into_response()),
            false => Way::On,
        }
    };
    let put = ["put", "big.bin", &room, "--retry-for=1s", "--quiet"];
    proxy.rule(broken(StatusCode::BAD_GATEWAY, ""));
    let error = person.run(&put).failed(1);
    assert!(error.contains("502 Bad Gateway") && error.contains("the same command goes on"), "{error}");
    assert!(proxy.seen("PUT ").iter().filter(|line| line.ends_with("/2")).count() > 1);
    // What is refused is refused.
    proxy.rule(broken(StatusCode::FORBIDDEN, r#"{"code": "permission_denied", "error": "No"}"#));
    assert_eq!(person.run(&put).failed(3), "error: No (permission_denied)\n");
    assert_eq!(proxy.seen("PUT ").iter().filter(|line| line.ends_with("/2")).count(), 1);
    proxy.rule(|_| Way::On);
    person.run(&put).ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_damaged_on_the_way_never_appears() {
    let (_server, proxy, person, bytes) = scene().await;
    let room = proxy.at("room");
    proxy.rule(|passing| if passing.path.ends_with("/0/3") { Way::With(vec![7; 8 * MIB]) } else { Way::On });
    let put = ["put", "big.bin", &room, "--quiet"];
    let damaged = "error: big.bin: what arrived is not what was sent\n";
    assert_eq!(person.run(&put).failed(1), damaged);
    assert_eq!(listed(&person, &room), json!([]));

    // A server that hashes something else: its chunks are no good.
    let mismatch = r#"{"code": "hash_mismatch", "error": "It is another"}"#;
    proxy.rule(move |passing| match passing.path.ends_with("/complete") {
        true => Way::Back((StatusCode::BAD_REQUEST, mismatch).into_response()),
        false => Way::On,
    });
    assert_eq!(person.run(&put).failed(1), damaged);
    assert_eq!(proxy.seen("DELETE ").len(), 1);
    assert_eq!(used(&person, &room), 0);
    proxy.rule(|_| Way::On);
    person.run(&put).ok();
    assert_eq!((proxy.chunks().len(), &listed(&person, &room)[0]["sha256"]), (5, &hash(&bytes).into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_room_is_told_before_the_first_byte() {
    let (_server, proxy, person, _) = scene().await;
    let room = proxy.at("room");
    person.run(&["room", "create", &room, "--max-size=30MiB"]).ok();
    assert!(person.run(&["put", "big.bin", &room]).failed(5).contains("(room_full)"));
    assert!(proxy.chunks().is_empty());
    for parallel in ["0", "17", "many"] {
        assert_eq!(person.run(&["put", "big.bin", &room, "--parallel", parallel]).code(), Some(2));
    }
    assert_eq!(names(&person.work()), ["big.bin"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn so_many_chunks_are_on_their_way_as_was_said() {
    let (_server, proxy, person, _) = scene().await;
    let room = proxy.at("room");
    for parallel in [1, 3] {
        proxy.rule(only(0));
        let put = ["put", "big.bin", &room, "--parallel", &parallel.to_string()];
        let child = start(&person, &put);
        crate::server::until(|| proxy.chunks().len() >= parallel);
        // Another call is through before the next chunk could be: nothing else comes.
        person.run(&["ls", &room]).ok();
        assert_eq!(proxy.chunks().len(), parallel);
        send("KILL", &child);
        child.wait_with_output().unwrap();
    }
}

/// Two runs at once work on one upload, or on two: either way the file is there, and whole.
#[tokio::test(flavor = "multi_thread")]
async fn the_same_command_twice_at_once_does_no_harm() {
    let (_server, proxy, person, bytes) = scene().await;
    let room = proxy.at("room");
    proxy.rule(only(1));
    let put = ["put", "big.bin", &room];
    let child = start(&person, &put);
    proxy.until(1, 0).await;
    send("KILL", &child);
    child.wait_with_output().unwrap();
    // Neither sends a chunk before both have found the upload.
    let found = AtomicUsize::new(0);
    proxy.rule(move |passing| {
        if passing.path.ends_with("/status") {
            found.fetch_add(1, Ordering::SeqCst);
        }
        match passing.is_chunk() && found.load(Ordering::SeqCst) < 2 {
            true => {
                Way::Back((StatusCode::SERVICE_UNAVAILABLE, [(header::RETRY_AFTER, "0")]).into_response())
            }
            false => Way::On,
        }
    });
    let children = [start(&person, &put), start(&person, &put)];
    for child in children {
        let ended = child.wait_with_output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        assert_eq!(String::from_utf8(ended.stdout).unwrap(), format!("{room}/big.bin\n"));
    }
    let all = listed(&person, &room);
    assert_eq!((all.as_array().unwrap().len(), &all[0]["sha256"]), (1, &hash(&bytes).into()));
    assert!(proxy.seen("/prepare").is_empty());
}

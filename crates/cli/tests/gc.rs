//! The binary, run as a person runs it, over data that the same wiring made.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use bytes::Bytes;
use clap::Parser;
use elizabeth_core::{
    Caller,
    content::FileRequest,
    name::{RoomName, RoomRef},
    room::RoomOptions,
    service::TokenRequest,
};
use elizabeth_wiring::{Options, Wired};
use serde_json::Value;

const FILE: usize = 100_000;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

async fn wired(data: &Path) -> Wired {
    let args = ["test".as_ref(), "--data-dir".as_ref(), data.as_os_str(), "--room-ttl=10s".as_ref()];
    Args::try_parse_from(args).unwrap().options.build().await.unwrap()
}

/// A room of ten seconds' life with one file in it.
async fn store_a_file(data: &Path) {
    let app = wired(data).await.app;
    let name = RoomName::parse("short").unwrap();
    let room = RoomRef::from(name.clone());
    app.create_room(name, RoomOptions::default()).await.unwrap();
    let entered = app.issue_token(&room, TokenRequest::default()).await.unwrap();
    let caller = Caller::Token(entered.token);
    let prepared = app.prepare(&room, &caller, vec![FileRequest::new("a.bin", FILE as u64)]).await.unwrap();
    let mut upload = app.begin_upload(&room, &caller, prepared.reservation_id).await.unwrap();
    upload.start_file("a.bin").await.unwrap();
    upload.write(Bytes::from(vec![7; FILE])).await.unwrap();
    upload.finish_file().await.unwrap();
    upload.commit().await.unwrap();
}

fn cli(data: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_elizabeth-cli"))
        .args(args)
        .env("ELIZABETH_DATA_DIR", data)
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

/// The same by a wall clock that is so far ahead.
fn cli_by_a_clock_ahead(ahead: &str, data: &Path, args: &[&str]) -> Output {
    let mut command = Command::new("faketime");
    command.args(["-f", ahead, env!("CARGO_BIN_EXE_elizabeth-cli")]).args(args);
    command.env("ELIZABETH_DATA_DIR", data).env_remove("RUST_LOG").output().unwrap()
}

fn json(output: &Output) -> Value {
    assert!(output.status.success(), "{output:?}");
    assert_eq!(output.stdout.iter().filter(|byte| **byte == b'\n').count(), 1);
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Beside them lies what they belong to.
fn blobs(data: &Path) -> usize {
    fs::read_dir(data.join("blobs")).unwrap().count() - 1
}

#[tokio::test]
async fn what_is_over_is_counted_then_removed() {
    let data = tempfile::tempdir().unwrap();
    store_a_file(data.path()).await;
    assert_eq!(blobs(data.path()), 1);
    let later = |args: &[&str]| cli_by_a_clock_ahead("+11s", data.path(), args);

    let dry = json(&later(&["admin", "gc", "--dry-run", "--json"]));
    assert_eq!((&dry["dry_run"], &dry["cleaned_rooms"]), (&true.into(), &1.into()));
    assert_eq!(blobs(data.path()), 1);

    let done = json(&later(&["admin", "gc", "--json"]));
    assert_eq!((&done["cleaned_rooms"], &done["cleaned_contents"]), (&1.into(), &1.into()));
    assert_eq!((&done["cleaned_blobs"], &done["freed_size"]), (&1.into(), &FILE.into()));
    assert!(done["execution_time_ms"].is_u64() && done["dry_run"] == false, "{done}");
    assert_eq!(blobs(data.path()), 0);

    let again = later(&["admin", "gc"]);
    assert!(again.status.success() && again.stderr.is_empty(), "{again:?}");
    let text = String::from_utf8(again.stdout).unwrap();
    assert!(text.contains("rooms         0\n") && text.contains("Freed 0 B in "), "{text}");
}

// On several threads: this one waits for the tool, and the store behind `open` must go on meanwhile.
#[tokio::test(flavor = "multi_thread")]
async fn it_works_beside_a_program_that_has_the_data_open() {
    let data = tempfile::tempdir().unwrap();
    let open = wired(data.path()).await;
    for _ in 0..3 {
        json(&cli(data.path(), &["admin", "gc", "--json"]));
        open.app.create_room(RoomName::parse("room").unwrap(), RoomOptions::default()).await.ok();
    }
    open.app.check_store().await.unwrap();
}

/// A server that has swept; then the tool, by a clock an hour and eleven seconds ahead.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_leap_of_the_clock_would_remove_waits_for_force() {
    let data = tempfile::tempdir().unwrap();
    store_a_file(data.path()).await;
    wired(data.path()).await.app.gc(false).await.unwrap();
    let ahead = |args: &[&str]| cli_by_a_clock_ahead("+3611s", data.path(), args);
    for args in [&["admin", "gc", "--dry-run", "--json"][..], &["admin", "gc", "--json"]] {
        let kept = json(&ahead(args));
        assert!(kept["cleaned_rooms"] == 0 && kept["waits_beyond"].is_string(), "{kept}");
    }
    let said = String::from_utf8(ahead(&["admin", "gc"]).stdout).unwrap();
    assert!(said.contains("is the clock right? --force believes it\n"), "{said}");
    assert_eq!(blobs(data.path()), 1);

    let done = json(&ahead(&["admin", "gc", "--force", "--json"]));
    assert!(done["cleaned_rooms"] == 1 && done["waits_beyond"].is_null(), "{done}");
    assert_eq!(blobs(data.path()), 0);
}

#[test]
fn failures_are_one_line_and_1() {
    let data = tempfile::tempdir().unwrap();
    fs::write(data.path().join("file"), "").unwrap();
    let output = cli(&data.path().join("file"), &["admin", "gc"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);

    fs::write(data.path().join("elizabeth.db"), "this is no database, and long enough to be looked at")
        .unwrap();
    let output = cli(data.path(), &["admin", "gc"]);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert_eq!(String::from_utf8(output.stderr).unwrap().lines().count(), 1);
}

#[test]
fn wrong_usage_is_2_and_names_what_is_wrong() {
    let data = tempfile::tempdir().unwrap();
    for args in [&["admin", "gc", "--frobnicate"][..], &["admin"], &["frobnicate"], &[]] {
        assert_eq!(cli(data.path(), args).status.code(), Some(2), "{args:?}");
    }
    let output = cli(data.path(), &["admin", "gc", "--admin-token", "hunter2"]);
    assert_eq!(output.status.code(), Some(2));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(stderr, "error: --admin-token (ELIZABETH_ADMIN_TOKEN): has 7 bytes, needs at least 16\n");
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0, "nothing was touched");
}

/// What composes environments can often not leave a variable out.
#[test]
fn an_empty_variable_is_none() {
    let data = tempfile::tempdir().unwrap();
    let ran = |value: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_elizabeth-cli"));
        command.args(["admin", "gc", "--json", "--data-dir"]).arg(data.path());
        command.env("ELIZABETH_ROOM_TTL", value).output().unwrap()
    };
    assert_eq!(ran("soon").status.code(), Some(2));
    // Its options are taken: now it is the database that is missing.
    let stderr = String::from_utf8(ran("").stderr).unwrap();
    assert!(stderr.contains("there is no database"), "{stderr}");
}

#[test]
fn it_says_its_version_and_its_options() {
    let data = tempfile::tempdir().unwrap();
    let version = String::from_utf8(cli(data.path(), &["--version"]).stdout).unwrap();
    assert_eq!(version, format!("elizabeth-cli {}\n", env!("CARGO_PKG_VERSION")));
    let help = String::from_utf8(cli(data.path(), &["admin", "gc", "--help"]).stdout).unwrap();
    for part in ["--dry-run", "--json", "--data-dir", "ELIZABETH_ROOM_TTL", "365d", "DATA_DIR/token.key"] {
        assert!(help.contains(part), "{part}: {help}");
    }
}

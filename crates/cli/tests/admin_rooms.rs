//! `admin rooms`, run as a person runs it, over data that the same wiring made.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use clap::Parser;
use elizabeth_core::{
    Elizabeth,
    name::RoomName,
    permission::Permission,
    room::{Room, RoomOptions},
};
use elizabeth_wiring::Options;
use serde_json::{Value, json};

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

async fn open(data: &Path) -> Elizabeth {
    let args = ["test".as_ref(), "--data-dir".as_ref(), data.as_os_str()];
    Args::try_parse_from(args).unwrap().options.build().await.unwrap().app
}

async fn create(app: &Elizabeth, name: &str, options: RoomOptions) -> Room {
    app.create_room(RoomName::parse(name).unwrap(), options).await.unwrap().room
}

fn cli(data: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_elizabeth-cli"))
        .args(args)
        .env("ELIZABETH_DATA_DIR", data)
        .env_remove("RUST_LOG")
        .output()
        .unwrap()
}

fn stdout(output: Output) -> String {
    assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The one line of a failure.
fn stderr(output: Output) -> String {
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_are_listed_and_removed() {
    let data = tempfile::tempdir().unwrap();
    let app = open(data.path()).await;
    assert_eq!(stdout(cli(data.path(), &["admin", "rooms", "list", "--json"])), "[]\n");

    let secret = RoomOptions::default()
        .password(Some("hidden".into()))
        .max_entries(Some(3))
        .permission(Some(Permission::VIEW));
    let secret = create(&app, "会议室", secret).await;
    create(&app, "plain", RoomOptions::default()).await;
    let listed: Value =
        serde_json::from_str(&stdout(cli(data.path(), &["admin", "rooms", "list", "--json"]))).unwrap();
    let mut first = listed[0].clone();
    let left = first["expires_in_seconds"].take().as_u64().unwrap();
    assert!((604_700..=604_800).contains(&left), "{left}");
    let expected = json!({
        "id": secret.id.0, "name": "会议室", "slug": secret.slug, "has_password": true, "status": 0,
        "max_size": 10_737_418_240u64, "current_size": 0, "max_times_entered": 3,
        "current_times_entered": 0, "expire_at": secret.expire_at.unwrap().to_string(),
        "expires_in_seconds": Value::Null, "created_at": secret.created_at.to_string(),
        "updated_at": secret.created_at.to_string(), "permission": 1,
    });
    assert_eq!((first, listed.as_array().unwrap().len()), (expected, 2));

    let table = stdout(cli(data.path(), &["admin", "rooms", "list"]));
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines.len(), 3, "{table}");
    let name_at = lines[0].find("NAME").unwrap();
    assert_eq!([&lines[1][name_at..], &lines[2][name_at..]], ["会议室", "plain"]);

    let gone = stdout(cli(data.path(), &["admin", "rooms", "delete", &secret.slug]));
    assert_eq!(gone, format!("Removed room 会议室 (id {}): 0 contents, 0 B\n", secret.id));
    let again = stderr(cli(data.path(), &["admin", "rooms", "delete", "会议室"]));
    assert_eq!(again, "error: no such room\n");
    assert_eq!(cli(data.path(), &["admin", "rooms", "delete", "a/b"]).status.code(), Some(2));
    assert_eq!(app.counts().await.unwrap().rooms, 1);
}

#[test]
fn a_database_that_is_not_there_is_not_made() {
    let data = tempfile::tempdir().unwrap();
    let mistyped = data.path().join("mistyped");
    for args in [&["admin", "rooms", "list"][..], &["admin", "rooms", "delete", "x"], &["admin", "gc"]] {
        let text = stderr(cli(&mistyped, args));
        let path = mistyped.join("elizabeth.db");
        assert!(text.contains(path.to_str().unwrap()) && text.contains("--data-dir"), "{text}");
    }
    assert_eq!(fs::read_dir(data.path()).unwrap().count(), 0, "nothing was touched");
}

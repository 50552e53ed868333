//! What belongs together and is not: a database without its log, without its blobs, emptied, damaged, or taken away from
//! under the server.

use std::{fs, path::Path, time::Duration};

use reqwest::Client;
use serde_json::Value;

use crate::server::{Server, client, create_and_enter, ok, prepare, upload};

/// More than a file may have that is kept in the database.
const SIZE: usize = 50_000;

/// A room with a file; its token.
async fn fill(server: &Server, client: &Client) -> String {
    let room = server.room("kept");
    let (_, token) = create_and_enter(client, &room).await;
    let reservation = prepare(client, &room, &token, "a", SIZE).await.unwrap();
    upload(client, &room, &token, reservation, "a", vec![7; SIZE].into(), SIZE as u64).await.unwrap();
    token
}

async fn is_whole(data: &Path, env: &[(&str, &str)], token: &str) {
    let (server, client) = (Server::start(data, env), client());
    let room = server.room("kept");
    let listed = ok(client.get(format!("{room}/contents")).bearer_auth(token)).await;
    let file = client.get(format!("{room}/contents/{}", listed[0]["id"])).bearer_auth(token);
    let bytes = file.send().await.unwrap().error_for_status().unwrap().bytes().await.unwrap();
    assert!(bytes.len() == SIZE && bytes.iter().all(|byte| *byte == 7));
    server.terminate();
}

fn copy_of(folder: &Path) -> tempfile::TempDir {
    let copy = tempfile::tempdir().unwrap();
    let copied = std::process::Command::new("cp").arg("-a").arg(folder.join(".")).arg(copy.path()).status();
    assert!(copied.unwrap().success());
    copy
}

/// Data after a clean stop, and a token of the room in it.
async fn stopped() -> (tempfile::TempDir, String) {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let token = fill(&server, &client()).await;
    server.terminate();
    (data, token)
}

/// Refused in one sentence that names what to do; nothing is lost by the attempt.
fn is_refused(data: &Path, why: &str) {
    let refused = Server::refused(data, &[]);
    assert!(refused.contains(why) && refused.contains("--adopt"), "{refused}");
    assert_eq!(refused.lines().count(), 1, "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_clean_stop_the_file_alone_is_the_database() {
    let (data, token) = stopped().await;
    let log = fs::metadata(data.path().join("elizabeth.db-wal")).map_or(0, |log| log.len());
    assert_eq!(log, 0, "something is in the log alone");
    for part in ["elizabeth.db-wal", "elizabeth.db-shm", "elizabeth.db.lock"] {
        let _ = fs::remove_file(data.path().join(part));
    }
    is_whole(data.path(), &[], &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_its_blobs_is_refused() {
    let (data, token) = stopped().await;
    let alone = tempfile::tempdir().unwrap();
    for file in ["elizabeth.db", "token.key"] {
        fs::copy(data.path().join(file), alone.path().join(file)).unwrap();
    }
    is_refused(alone.path(), "the blobs that belong to this database are not here");
    is_refused(alone.path(), "the blobs that belong to this database are not here");
    // With its blobs it is whole.
    fs::remove_dir_all(alone.path().join("blobs")).unwrap();
    fs::rename(data.path().join("blobs"), alone.path().join("blobs")).unwrap();
    is_whole(alone.path(), &[], &token).await;

    // Whoever means it says so, once.
    fs::remove_dir_all(alone.path().join("blobs")).unwrap();
    Server::start(alone.path(), &[("ELIZABETH_ADOPT", "on")]).terminate();
    Server::start(alone.path(), &[]).terminate();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_emptied_or_replaced_is_refused() {
    let (data, token) = stopped().await;
    let database = data.path().join("elizabeth.db");
    let whole = fs::read(&database).unwrap();
    fs::write(&database, "").unwrap();
    is_refused(data.path(), "the database that belongs to these blobs is not here");
    fs::remove_file(&database).unwrap();
    is_refused(data.path(), "the database that belongs to these blobs is not here");
    let (other, _) = stopped().await;
    fs::copy(other.path().join("elizabeth.db"), &database).unwrap();
    is_refused(data.path(), "the database and the blobs belong to different installations");
    fs::write(&database, whole).unwrap();
    is_whole(data.path(), &[], &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_that_is_lost_is_missed() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), &[]);
    let token = fill(&server, &client()).await;
    server.kill();
    let (lost, log) = (copy_of(data.path()), "elizabeth.db-wal");
    fs::remove_file(lost.path().join(log)).unwrap();
    is_refused(lost.path(), "its log, …-wal, is gone");
    fs::copy(data.path().join(log), lost.path().join(log)).unwrap();
    is_whole(lost.path(), &[], &token).await;

    let emptied = copy_of(data.path());
    fs::write(emptied.path().join("elizabeth.db"), "").unwrap();
    is_refused(emptied.path(), "is empty or gone");
    // The log is still there for whoever mends it.
    let size = |folder: &Path| fs::metadata(folder.join(log)).map_or(0, |log| log.len());
    assert_eq!(size(emptied.path()), size(data.path()));
    Server::start(emptied.path(), &[("ELIZABETH_ADOPT", "on")]).terminate();
}

/// A file system may have lost what was written last when the power went.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_damaged_is_found_after_a_crash() {
    let (data, token) = stopped().await;
    Server::start(data.path(), &[]).kill();
    let database = data.path().join("elizabeth.db");
    let whole = fs::read(&database).unwrap();
    let mut damaged = whole.clone();
    damaged[2 * 4096..12 * 4096].fill(0xff);
    fs::write(&database, damaged).unwrap();
    let refused = Server::refused(data.path(), &[]);
    assert!(refused.contains("damaged") || refused.contains("malformed"), "{refused}");
    // A backup has no log of the crash.
    fs::write(&database, whole).unwrap();
    is_whole(data.path(), &[("ELIZABETH_ADOPT", "on")], &token).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_taken_away_is_not_ready() {
    let data = tempfile::tempdir().unwrap();
    let (server, client) = (Server::start(data.path(), &[]), client());
    fill(&server, &client).await;
    let readiness = async || -> (u16, Value) {
        let answer = client.get(format!("{}/api/v1/ready", server.url)).send().await.unwrap();
        (answer.status().as_u16(), answer.json().await.unwrap())
    };
    assert_eq!(readiness().await.0, 200);
    fs::rename(data.path().join("elizabeth.db"), data.path().join("elsewhere")).unwrap();
    loop {
        let (status, ready) = readiness().await;
        if status == 503 {
            assert_eq!(ready["database"], "error");
            break;
        }
        // What was found is given again for a second.
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    fs::write(data.path().join("elizabeth.db"), "another file").unwrap();
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    assert_eq!(readiness().await.0, 503);
}

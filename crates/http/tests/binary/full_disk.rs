//! Disks that run full: by strangers, and by another program.

use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Write},
    path::PathBuf,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use futures::future::join_all;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};

use crate::server::{Server, client, ok};

const MIB: usize = 1 << 20;

/// A file system in memory that is seen by nobody but its own processes.
struct Disk {
    keeper: Child,
    path: PathBuf,
    _folder: tempfile::TempDir,
}

impl Disk {
    fn new(mebibytes: u32) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mount =
            format!("mount -t tmpfs -o size={mebibytes}m none \"$0\" && echo mounted && exec sleep infinity");
        let mut keeper = Command::new("unshare")
            .args(["--user", "--map-root-user", "--mount", "sh", "-c", &mount])
            .arg(folder.path())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        BufReader::new(keeper.stdout.take().unwrap()).read_line(&mut line).unwrap();
        assert_eq!(line, "mounted\n", "unshare(1) and mount(8) give no file system of its own");
        Self { keeper, path: folder.path().to_owned(), _folder: folder }
    }

    fn server(&self, min_free: &str) -> Server {
        let mut command = Command::new("nsenter");
        command
            .args(["--user", "--mount", "--preserve-credentials", "--target", &self.keeper.id().to_string()])
            .arg(env!("CARGO_BIN_EXE_elizabeth-http"))
            .arg(format!("--min-free-disk={min_free}"))
            .env("ELIZABETH_GC_INTERVAL", "1s");
        Server::start_by(command, &self.path.join("data"), &[], Stdio::inherit())
    }

    /// A path on it, as it is seen from outside.
    fn at(&self, name: &str) -> PathBuf {
        let inside = self.path.strip_prefix("/").unwrap();
        PathBuf::from(format!("/proc/{}/root", self.keeper.id())).join(inside).join(name)
    }

    /// Another program takes what is left, to the last byte.
    fn fill(&self) {
        let mut filler = File::create(self.at("filler")).unwrap();
        for size in [MIB, 4096, 1] {
            let piece = vec![7; size];
            while let Ok(()) = filler.write_all(&piece) {}
        }
        assert_eq!(filler.write_all(b"x").unwrap_err().kind(), io::ErrorKind::StorageFull);
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = self.keeper.kill();
        let _ = self.keeper.wait();
    }
}

async fn readiness(client: &Client, server: &Server) -> (StatusCode, Value) {
    let answer = client.get(format!("{}/api/v1/ready", server.url)).send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// Waits until `/ready` says so of the storage.
async fn storage_is(client: &Client, server: &Server, word: &str) {
    let patience = Instant::now() + Duration::from_secs(30);
    loop {
        let ready = readiness(client, server).await.1;
        if ready["storage"] == word {
            return;
        }
        assert!(Instant::now() < patience, "the storage is not {word}: {ready}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// `/ready` says that the storage is full just when a stranger's room is refused. What it says is a second old at most,
/// and the log of an idle database gives space back.
async fn ready_tells_the_truth(client: &Client, server: &Server) {
    let patience = Instant::now() + Duration::from_secs(30);
    for turn in 0.. {
        let (status, ready) = readiness(client, server).await;
        assert_eq!(status, StatusCode::OK);
        let room = server.room(&format!("truth-{}-{turn}", server.url.rsplit(':').next().unwrap()));
        let made = client.post(room).json(&json!({})).send().await.unwrap().status();
        if (ready["storage"] == "full") == (made == StatusCode::INSUFFICIENT_STORAGE) {
            return;
        }
        assert!(Instant::now() < patience, "{ready} while a room is answered {made}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn enter_by_key(client: &Client, room: &str, key: &Value) -> String {
    let entered = ok(client.post(format!("{room}/tokens")).json(&json!({"owner_key": key}))).await;
    entered["token"].as_str().unwrap().to_owned()
}

async fn put(client: &Client, room: &str, token: &str, size: usize) -> reqwest::Response {
    let request = client.put(format!("{room}/files/file")).bearer_auth(token).body(vec![1; size]);
    request.send().await.unwrap()
}

async fn contents(client: &Client, room: &str, token: &str) -> Vec<Value> {
    let listed = ok(client.get(format!("{room}/contents")).bearer_auth(token)).await;
    listed.as_array().unwrap().iter().map(|content| content["id"].clone()).collect()
}

async fn delete(client: &Client, room: &str, token: &str, ids: &[Value]) {
    ok(client.delete(format!("{room}/contents")).bearer_auth(token).json(&json!({"ids": ids}))).await;
}

/// Takes what it can get until it was refused so often; everything else that is answered is good.
async fn storm(client: &Client, server: &Server, stranger: usize) {
    let mut refusals = 0;
    for turn in 0.. {
        let room = server.room(&format!("s{stranger}-{turn}"));
        let mut token = None;
        let calls = ["room", "token", "ticket", "text", "file", "file", "upload"];
        for call in calls {
            let mut request = match call {
                "room" => client.post(&room).json(&json!({})),
                "token" => client.post(format!("{room}/tokens")).json(&json!({"with_refresh_token": true})),
                "ticket" => client.post(format!("{room}/tickets")).json(&json!({"action": "enter"})),
                "text" => client.post(format!("{room}/texts")).json(&json!({"text": "x".repeat(4000)})),
                "file" => client.put(format!("{room}/files/f")).body(vec![1; 300_000]),
                _ => client.post(format!("{room}/uploads/chunks/prepare")).json(&json!({
                    "files": [{"name": "n".repeat(200), "size": 0}],
                })),
            };
            if let Some(token) = &token {
                request = request.bearer_auth(token);
            }
            let answer = request.send().await.unwrap();
            let status = answer.status();
            let text = answer.text().await.unwrap();
            if status == StatusCode::INSUFFICIENT_STORAGE {
                assert!(text.contains("\"storage_full\""), "{text}");
                refusals += 1;
                if refusals == 30 {
                    return;
                }
                if call == "room" || call == "token" {
                    break;
                }
                continue;
            }
            assert!(status.is_success(), "{call}: {status} {text}");
            if call == "token" {
                token = serde_json::from_str::<Value>(&text).unwrap()["token"].as_str().map(str::to_owned);
            }
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_storm_of_strangers_an_owner_enters_deletes_and_uploads() {
    let disk = Disk::new(64);
    let server = disk.server("16MiB");
    let client = client();
    storage_is(&client, &server, "ok").await;
    let room = server.room("mine");
    let key = ok(client.post(&room).json(&json!({}))).await["owner_key"].take();
    let token = enter_by_key(&client, &room, &key).await;
    for _ in 0..2 {
        assert!(put(&client, &room, &token, 4 * MIB).await.status().is_success());
    }
    join_all((0..8).map(|stranger| storm(&client, &server, stranger))).await;
    ready_tells_the_truth(&client, &server).await;

    // Old tokens still do, and new ones are to be had with the key, however often.
    let mut token = token;
    for _ in 0..20 {
        token = enter_by_key(&client, &room, &key).await;
    }
    let ids = contents(&client, &room, &token).await;
    assert_eq!(ids.len(), 2);
    assert_eq!(put(&client, &room, &token, 16 * MIB).await.status(), StatusCode::INSUFFICIENT_STORAGE);
    server.kill();

    let server = disk.server("16MiB");
    let room = server.room("mine");
    ready_tells_the_truth(&client, &server).await;
    let token = enter_by_key(&client, &room, &key).await;
    delete(&client, &room, &token, &ids).await;
    // What was deleted is free by and by.
    let patience = Instant::now() + Duration::from_secs(30);
    while !put(&client, &room, &token, 4 * MIB).await.status().is_success() {
        assert!(Instant::now() < patience, "nothing can be uploaded");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    storage_is(&client, &server, "ok").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_another_program_has_filled_can_be_read_and_cleared() {
    let disk = Disk::new(30);
    let mut server = disk.server("1MB");
    let client = client();
    let room = server.room("full");
    let key = ok(client.post(&room).json(&json!({}))).await["owner_key"].take();
    let token = enter_by_key(&client, &room, &key).await;
    for _ in 0..2 {
        assert!(put(&client, &room, &token, 6 * MIB).await.status().is_success());
    }
    for _ in 0..400 {
        if disk.at("data/ballast").exists() {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert!(fs::metadata(disk.at("data/ballast")).unwrap().len() > MIB as u64);
    for filled_while_running in [true, false] {
        if filled_while_running {
            disk.fill();
        } else {
            server.kill();
            disk.fill();
            server = disk.server("1MB");
        }
        let room = server.room("full");
        // A look by the folder's address counts an entry.
        let read = client.get(format!("{}/full/file", server.url)).send().await.unwrap();
        assert_eq!(read.status(), StatusCode::OK);
        let newest = if filled_while_running { 6 * MIB } else { MIB };
        assert_eq!(read.bytes().await.unwrap().len(), newest);
        let refused = put(&client, &room, &token, 100_000).await;
        assert_eq!(refused.status(), StatusCode::INSUFFICIENT_STORAGE);
        assert_eq!(refused.json::<Value>().await.unwrap()["code"], "storage_full");
        assert_ne!(readiness(&client, &server).await.1["storage"], "ok");
        let token = enter_by_key(&client, &room, &key).await;
        let ids = contents(&client, &room, &token).await;
        delete(&client, &room, &token, &ids[..1]).await;
        // What was deleted is free by and by, and the ballast is laid anew: all is well again.
        storage_is(&client, &server, "ok").await;
        assert!(put(&client, &room, &token, MIB).await.status().is_success());
        fs::remove_file(disk.at("filler")).unwrap();
    }
    let room = server.room("full");
    ok(client.delete(&room).bearer_auth(&token)).await;
}

//! A room as a folder, by curl itself: pipes too long for their room, and ones that are cut off.

use std::{
    fs,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use serde_json::{Value, json};

use crate::server::{self, Server, client, ok};

const MIB: u64 = 1 << 20;
/// A short lease, so that what a kill leaves behind is over soon.
const ENV: &[(&str, &str)] = &[("ELIZABETH_UPLOAD_LEASE", "1s"), ("ELIZABETH_GC_INTERVAL", "1s")];

/// What a script prints that has to succeed.
fn bash(script: &str, url: &str) -> String {
    let out =
        Command::new("bash").args(["-euo", "pipefail", "-c", script]).env("HOST", url).output().unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

/// A pipe without an end, at a speed that leaves time to look.
fn endless(server: &Server) -> Child {
    let url = format!("{}/pipe/x.bin", server.url);
    let zeros = fs::File::open("/dev/zero").unwrap();
    let mut curl = Command::new("curl");
    curl.args(["-sS", "--limit-rate", "20M", "-T", "-", &url]).stdin(zeros).stderr(Stdio::null());
    curl.spawn().unwrap()
}

async fn current_size(server: &Server) -> u64 {
    let room: Value = ok(client().get(server.room("pipe"))).await;
    room["current_size"].as_u64().unwrap()
}

async fn becomes(server: &Server, data: &Path, what: impl Fn(u64, usize) -> bool) {
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let (size, blobs) = (current_size(server).await, server::blobs(data));
        if what(size, blobs) {
            return;
        }
        assert!(Instant::now() < deadline, "it stays at {size} bytes and {blobs} blobs");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_comes_back_whole_or_leaves_nothing() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), ENV);
    let there_and_back = r#"{
        head -c 40M /dev/urandom | tee >(sha256sum >&2) | curl -fsS -T - "$HOST/whole/x.bin" > /dev/null
        curl -fsS "$HOST/whole/x.bin" | sha256sum
    } 2>&1"#;
    let both = bash(there_and_back, &server.url);
    let both: Vec<&str> = both.lines().collect();
    assert!(both.len() == 2 && both[0] == both[1], "{both:?}");

    ok(client().post(server.room("pipe")).json(&json!({"max_size": 10 * MIB}))).await;
    // Nobody reads on once it was refused.
    let too_much =
        r#"{ head -c 40M /dev/zero || true; } | curl -sS -T - "$HOST/pipe/x.bin" -w ' %{http_code}'"#;
    let refused = bash(too_much, &server.url);
    assert!(refused.contains("room_full") && refused.ends_with(" 413"), "{refused}");
    assert_eq!(current_size(&server).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pipe_that_is_killed_at_either_end_gives_its_space_back() {
    let data = tempfile::tempdir().unwrap();
    let server = Server::start(data.path(), ENV);
    ok(client().post(server.room("pipe")).json(&json!({}))).await;
    let mut pipe = endless(&server);
    becomes(&server, data.path(), |size, blobs| size > 8 * MIB && blobs == 1).await;
    pipe.kill().unwrap();
    pipe.wait().unwrap();
    becomes(&server, data.path(), |size, blobs| (size, blobs) == (0, 0)).await;

    let mut pipe = endless(&server);
    becomes(&server, data.path(), |size, blobs| size > 8 * MIB && blobs == 1).await;
    server.kill();
    pipe.wait().unwrap();
    let server = Server::start(data.path(), ENV);
    becomes(&server, data.path(), |size, blobs| (size, blobs) == (0, 0)).await;
}

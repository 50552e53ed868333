//! A process of the server's binary, and a client that knows one room of it.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
};

use reqwest::{Client, RequestBuilder, multipart};
use serde_json::{Value, json};

/// The binary.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_elizabeth-http");

/// A running server, killed with -9 when dropped.
pub struct Server {
    child: Child,
    pub url: String,
}

impl Server {
    /// Starts the binary on a free port, waits until it listens.
    pub fn start(data_dir: &Path, env: &[(&str, &str)]) -> Self {
        Self::start_logging_to(data_dir, env, Stdio::inherit())
    }

    pub fn start_logging_to(data_dir: &Path, env: &[(&str, &str)], log: impl Into<Stdio>) -> Self {
        Self::start_by(Command::new(PROGRAM), data_dir, env, log)
    }

    /// The same by another wall clock, as libfaketime is given it; the monotonic clock is left alone.
    pub fn start_by_faketime(clock: (&str, &str), data_dir: &Path, env: &[(&str, &str)]) -> Self {
        let mut program = Command::new(PROGRAM);
        program.env("LD_PRELOAD", faketime()).env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        program.env("FAKETIME_NO_CACHE", "1").env(clock.0, clock.1);
        Self::start_by(program, data_dir, env, Stdio::inherit())
    }

    /// The same by a command that passes its arguments on to the binary.
    pub fn start_by(
        mut command: Command,
        data_dir: &Path,
        env: &[(&str, &str)],
        log: impl Into<Stdio>,
    ) -> Self {
        let mut child = command
            .arg("--listen=127.0.0.1:0")
            .arg("--data-dir")
            .arg(data_dir)
            .env("RUST_LOG", "warn")
            // All tests come from one address.
            .env("ELIZABETH_RATE_LIMIT", "off")
            .envs(env.iter().copied())
            .stdout(Stdio::piped())
            .stderr(log)
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = lines
            .find_map(|line| {
                let line = line.unwrap();
                line.find("http://").map(|at| line[at..].trim_end_matches('/').to_owned())
            })
            .expect("the server ended before it listened");
        // What it prints later goes nowhere, but must not fail.
        std::thread::spawn(move || lines.for_each(drop));
        Self { child, url }
    }

    /// Starts the binary where it must not start; the line that it says why in.
    pub fn refused(data_dir: &Path, env: &[(&str, &str)]) -> String {
        let mut program = Command::new(env!("CARGO_BIN_EXE_elizabeth-http"));
        program.arg("--listen=127.0.0.1:0").arg("--data-dir").arg(data_dir).env("RUST_LOG", "off");
        let ended = program.envs(env.iter().copied()).output().unwrap();
        assert!(!ended.status.success(), "it started");
        String::from_utf8(ended.stderr).unwrap()
    }

    pub fn log_file(path: &Path) -> File {
        File::options().create(true).append(true).open(path).unwrap()
    }

    /// `kill -9`, and the end of it awaited.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// SIGTERM, and the end of it awaited: the exit was a clean one.
    pub fn terminate(mut self) {
        let killed = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(killed.success());
        assert!(self.child.wait().unwrap().success());
    }

    /// Bytes of memory that it has resident (Linux: `VmRSS` in `/proc/PID/status`).
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
    }

    pub fn is_running(&mut self) -> bool {
        self.child.try_wait().unwrap().is_none()
    }

    pub fn room(&self, name: &str) -> String {
        format!("{}/api/v1/rooms/{name}", self.url)
    }
}

/// Where Debian and its kin keep it.
fn faketime() -> PathBuf {
    let folders = std::fs::read_dir("/usr/lib").unwrap().map(|entry| entry.unwrap().path());
    let mut libraries = folders.map(|folder| folder.join("faketime/libfaketimeMT.so.1"));
    libraries.find(|library| library.exists()).expect("no faketime: `apt-get install faketime`")
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// How many blobs lie in the data. Beside them lies what they belong to.
pub fn blobs(data: &Path) -> usize {
    let names = std::fs::read_dir(data.join("blobs")).unwrap().map(|entry| entry.unwrap().file_name());
    names.filter(|name| name != "installation").count()
}

/// Sends a request that must succeed, and reads its JSON.
pub async fn ok(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let status = answer.status();
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{status}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// Makes a room and enters it; returns the creation's answer and the token.
pub async fn create_and_enter(client: &Client, room: &str) -> (Value, String) {
    let created = ok(client.post(room).json(&json!({}))).await;
    let entered = ok(client.post(format!("{room}/tokens")).json(&json!({}))).await;
    (created, entered["token"].as_str().unwrap().to_owned())
}

/// Reserves the space for one file.
pub async fn prepare(
    client: &Client,
    room: &str,
    token: &str,
    name: &str,
    size: usize,
) -> reqwest::Result<i64> {
    let manifest = json!({"files": [{"name": name, "size": size}]});
    let request = client.post(format!("{room}/contents/prepare")).bearer_auth(token).json(&manifest);
    let answer: Value = request.send().await?.error_for_status()?.json().await?;
    Ok(answer["reservation_id"].as_i64().unwrap())
}

/// Uploads one file on a reservation.
pub async fn upload(
    client: &Client,
    room: &str,
    token: &str,
    reservation: i64,
    name: &str,
    body: reqwest::Body,
    size: u64,
) -> reqwest::Result<Value> {
    let part = multipart::Part::stream_with_length(body, size).file_name(name.to_owned());
    let url = format!("{room}/contents?reservation_id={reservation}");
    let form = multipart::Form::new().part("file", part);
    client.post(url).bearer_auth(token).multipart(form).send().await?.error_for_status()?.json().await
}

/// A client. It wants a TLS provider, though all it does here is plain.
pub fn client() -> Client {
    // The second time it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

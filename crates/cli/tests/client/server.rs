//! A server of this process on a port of its own, and a person with a folder and the tool.

use std::{
    ffi::OsStr,
    fs,
    future::IntoFuture,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::Duration,
};

use axum::Router;
use clap::Parser;
use elizabeth_http::{edge::Edge, server, state::AppState};
use elizabeth_wiring::Options;
use serde_json::Value;
use tempfile::TempDir;
use tokio::{net::TcpListener, task::JoinHandle};
use tokio_util::sync::CancellationToken;

#[derive(Parser)]
struct Args {
    #[command(flatten)]
    options: Options,
}

/// A running server with what it keeps in a folder of its own. It ends when this is dropped.
pub struct Server {
    /// `http://127.0.0.1:port`
    pub url: String,
    stop: CancellationToken,
    running: JoinHandle<()>,
    options: Vec<String>,
    create_key: Option<&'static str>,
    data: TempDir,
}

impl Server {
    pub async fn start() -> Self {
        Self::start_with(&[]).await
    }

    pub async fn start_with(options: &[&str]) -> Self {
        Self::start_as(options, None).await
    }

    /// One that makes rooms only for those who have this key.
    pub async fn start_with_create_key(key: &'static str) -> Self {
        Self::start_as(&[], Some(key)).await
    }

    async fn start_as(options: &[&str], create_key: Option<&'static str>) -> Self {
        let data = tempfile::tempdir().unwrap();
        let options: Vec<String> = options.iter().map(|&option| option.to_owned()).collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let stop = CancellationToken::new();
        let running = run(listener, &data, &options, create_key, stop.clone()).await;
        Self { url, stop, running, options, create_key, data }
    }

    /// Ends it; what it keeps stays.
    pub async fn stop(&mut self) {
        self.stop.cancel();
        (&mut self.running).await.unwrap();
    }

    /// Starts it again after that, at the same address.
    pub async fn start_again(&mut self) {
        let address = self.url.trim_start_matches("http://");
        let listener = TcpListener::bind(address).await.unwrap();
        self.stop = CancellationToken::new();
        self.running = run(listener, &self.data, &self.options, self.create_key, self.stop.clone()).await;
    }

    /// The address of a room, or of something in it.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }
}

async fn run(
    listener: TcpListener,
    data: &TempDir,
    options: &[String],
    create_key: Option<&str>,
    stop: CancellationToken,
) -> JoinHandle<()> {
    let folder = ["test".as_ref(), "--data-dir".as_ref(), data.path().as_os_str()];
    let arguments = folder.into_iter().chain(options.iter().map(OsStr::new));
    let wired = Args::try_parse_from(arguments).unwrap().options.build().await.unwrap();
    // All tests come from one address: it is limited where a test says to what.
    let rate_limit = options.iter().any(|option| option.starts_with("--limit"));
    let edge = Edge { rate_limit, create_key: create_key.map(Into::into), ..Edge::default() };
    let state = AppState::new(wired.app, None, None, edge);
    tokio::spawn(server::serve(listener, state, stop, Duration::from_secs(5)))
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Somebody with a folder to work in and owner keys of their own.
pub struct Person {
    home: TempDir,
}

impl Person {
    pub fn new() -> Self {
        let home = tempfile::tempdir().unwrap();
        fs::create_dir(home.path().join("work")).unwrap();
        Self { home }
    }

    /// The folder that the tool is run in.
    pub fn work(&self) -> PathBuf {
        self.home.path().join("work")
    }

    /// Where the keys are.
    pub fn config(&self) -> PathBuf {
        self.home.path().join("config")
    }

    /// Writes a file into the folder, and the folders on its way.
    pub fn write(&self, name: &str, bytes: impl AsRef<[u8]>) {
        let path = self.work().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        fs::read_to_string(self.work().join(name)).unwrap()
    }

    /// The tool, about to run in the folder with nothing of the tester's own settings.
    pub fn command<S: AsRef<OsStr>>(&self, args: impl IntoIterator<Item = S>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_elizabeth-cli"));
        command.args(args).env_clear().env("ELIZABETH_CONFIG_DIR", self.config()).current_dir(self.work());
        command
    }

    pub fn run(&self, args: &[&str]) -> Ran {
        Ran(self.command(args).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs the tool with something in its environment.
    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ran {
        let mut command = self.command(args);
        Ran(command.envs(env.iter().copied()).stdin(Stdio::null()).output().unwrap())
    }

    /// Runs the tool with this as its input.
    pub fn pipe(&self, args: &[&str], input: &[u8]) -> Ran {
        let mut command = self.command(args);
        let pipes = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = pipes.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input).unwrap();
        Ran(child.wait_with_output().unwrap())
    }
}

/// How the tool ended.
pub struct Ran(Output);

impl Ran {
    /// It did what it should; what it printed.
    #[track_caller]
    pub fn ok(&self) -> String {
        assert!(self.0.status.success(), "{:?}", self.0);
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    /// The same, as JSON in one line.
    #[track_caller]
    pub fn json(&self) -> Value {
        let text = self.ok();
        assert!(text.ends_with('\n') && text.lines().count() == 1, "{text}");
        assert!(self.0.stderr.is_empty(), "{:?}", self.0);
        serde_json::from_str(&text).unwrap()
    }

    /// It failed with this exit code and said so in one line; what it said.
    #[track_caller]
    pub fn failed(&self, code: i32) -> String {
        assert_eq!(self.0.status.code(), Some(code), "{:?}", self.0);
        let text = self.stderr();
        assert!(text.starts_with("error: ") && text.lines().count() == 1, "{text}");
        text
    }

    pub fn code(&self) -> Option<i32> {
        self.0.status.code()
    }

    pub fn stdout(&self) -> String {
        String::from_utf8(self.0.stdout.clone()).unwrap()
    }

    pub fn stderr(&self) -> String {
        String::from_utf8(self.0.stderr.clone()).unwrap()
    }
}

/// The names in a folder, sorted.
pub fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap().map(|it| it.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<String> = entries.collect();
    names.sort();
    names
}

/// Serves what stands in for a server that no real one is; its address.
pub async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(axum::serve(listener, router).into_future());
    format!("http://{address}")
}

/// Sends a signal.
pub fn send(signal: &str, child: &Child) {
    let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
    assert!(sent.unwrap().success());
}

/// Asks until it is so, for what nobody tells: a file that appears, space that a server takes or gives back.
#[track_caller]
pub fn until(so: impl Fn() -> bool) {
    for _ in 0..600 {
        if so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("it did not come to that");
}

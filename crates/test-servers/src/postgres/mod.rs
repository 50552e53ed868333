//! A throw-away Postgres from the server binaries of this machine.

mod account;
mod binaries;
mod process;
mod wire;

use std::{
    fs,
    net::{Ipv4Addr, TcpListener},
    path::Path,
    sync::{
        Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use tempfile::TempDir;

pub(crate) use self::account::Account;
use self::{binaries::Binaries, process::Running, wire::Session};

/// The superuser of every cluster; nothing is asked of it.
pub const USER: &str = "elizabeth";
/// A role that must give [`PASSWORD`].
pub const GUARDED_USER: &str = "guarded";
/// The password of [`GUARDED_USER`].
pub const PASSWORD: &str = "correct-horse";

const HOST: Ipv4Addr = Ipv4Addr::LOCALHOST;
/// The server is there within a second; on a machine that is busy building, later.
const PATIENCE: Duration = Duration::from_secs(60);

/// How a cluster is set up.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Whether the server makes durable what it says is. Without, everything but a test of that is faster.
    pub fsync: bool,
    /// Connections at most.
    pub max_connections: u32,
}

impl Default for Settings {
    fn default() -> Self {
        Self { fsync: true, max_connections: 100 }
    }
}

/// A cluster of its own, in a folder of its own. Dropping it removes both; so does the end of this process, however
/// it ends.
pub struct Postgres {
    binaries: Binaries,
    account: Option<Account>,
    folder: TempDir,
    settings: Settings,
    port: u16,
    running: Mutex<Option<Running>>,
    databases: AtomicU64,
}

impl Postgres {
    /// The cluster that all tests of a test binary share, each with databases of its own. It is not durable.
    pub fn shared() -> &'static Self {
        static SHARED: OnceLock<Postgres> = OnceLock::new();
        SHARED.get_or_init(|| Self::launch(Settings { fsync: false, max_connections: 400 }))
    }

    /// Makes a cluster and starts it.
    ///
    /// # Panics
    ///
    /// When the server binaries are not installed, in one line that says what to install, or do not work.
    pub fn launch(settings: Settings) -> Self {
        let binaries = Binaries::find();
        let account = Account::for_server();
        let folder = tempfile::Builder::new().prefix("elizabeth-pg-").tempdir().unwrap();
        if let Some(account) = &account {
            account.own(folder.path());
        }
        let init = ["--no-sync", "-A", "trust", "-U", USER, "-E", "UTF8", "--locale=C", "-D", "data"];
        process::run(binaries.command("initdb", account.as_ref(), folder.path()).args(init));
        // The first line that fits is what counts.
        let hba = format!(
            "host all {GUARDED_USER} all scram-sha-256\nlocal all all trust\nhost all all all trust\n"
        );
        fs::write(folder.path().join("data/pg_hba.conf"), hba).unwrap();
        let postgres = Self {
            binaries,
            account,
            folder,
            settings,
            port: free_port(),
            running: Mutex::default(),
            databases: AtomicU64::new(0),
        };
        postgres.start();
        postgres.sql(&format!("CREATE ROLE {GUARDED_USER} SUPERUSER LOGIN PASSWORD '{PASSWORD}'"));
        postgres
    }

    /// Makes a new, empty database and says its URL. Names of different calls differ, whatever is asked for.
    pub fn database(&self, name: &str) -> String {
        let number = self.databases.fetch_add(1, Ordering::Relaxed);
        let name = format!("{name}_{number}");
        self.sql(&format!("CREATE DATABASE \"{name}\""));
        self.url(&name)
    }

    /// The URL of a database, whether it exists or not.
    pub fn url(&self, database: &str) -> String {
        format!("postgres://{USER}@{HOST}:{}/{database}", self.port)
    }

    /// The port, of 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Where data and log are.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs a statement as the superuser, in the database `postgres`.
    ///
    /// # Panics
    ///
    /// When the server refuses it.
    pub fn sql(&self, statement: &str) {
        let mut session = Session::open((HOST, self.port), USER, "postgres").unwrap();
        if let Err(refused) = session.run(statement) {
            panic!("{statement}: {refused}");
        }
    }

    /// Stops the server as an operator would: whoever is connected is thrown out. Waits until it is gone.
    pub fn stop(&self) {
        drop(self.running().take());
    }

    /// Starts the server again, with the same data on the same port, and waits until it answers.
    pub fn start(&self) {
        let mut running = self.running();
        if running.is_none() {
            *running = Some(self.spawn());
        }
    }

    fn running(&self) -> MutexGuard<'_, Option<Running>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn spawn(&self) -> Running {
        let mut server = self.binaries.command("postgres", self.account.as_ref(), self.folder());
        server.args(["-D", "data"]);
        let durable = if self.settings.fsync { "on" } else { "off" };
        for (name, value) in [
            ("listen_addresses", HOST.to_string()),
            ("port", self.port.to_string()),
            ("unix_socket_directories", self.folder().display().to_string()),
            ("max_connections", self.settings.max_connections.to_string()),
            ("shared_buffers", "32MB".to_owned()),
            ("fsync", durable.to_owned()),
            ("synchronous_commit", durable.to_owned()),
            ("full_page_writes", durable.to_owned()),
        ] {
            server.arg("-c").arg(format!("{name}={value}"));
        }
        let mut running = Running::spawn(&server, self.folder(), self.account.as_ref());
        let deadline = Instant::now() + PATIENCE;
        while let Err(reason) = Session::open((HOST, self.port), USER, "postgres") {
            let log = || fs::read_to_string(self.folder().join("log")).unwrap_or_default();
            assert!(!running.is_over(), "postgres ended as it started: {}", log());
            assert!(Instant::now() < deadline, "postgres does not answer: {reason}: {}", log());
            std::thread::sleep(Duration::from_millis(20));
        }
        running
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Before the folder goes.
        self.stop();
    }
}

pub(crate) fn free_port() -> u16 {
    TcpListener::bind((HOST, 0)).unwrap().local_addr().unwrap().port()
}

#[cfg(test)]
mod tests;

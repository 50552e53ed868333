//! The server's own binary, run as a person would run it.

use std::{path::Path, process::Stdio};

use elizabeth_test_servers::S3;
use tokio::{
    io::{AsyncBufReadExt, BufReader, Lines},
    process::{Child, ChildStdout, Command},
};

use crate::Result;

/// What the keys of all blobs in a bucket begin with.
pub const PREFIX: &str = "blobs";

/// Options of a server, as environment variables.
pub type Env = [(&'static str, String)];

/// What has a server keep its files in a bucket.
pub fn in_bucket(bucket: &S3) -> Vec<(&'static str, String)> {
    vec![
        ("ELIZABETH_BLOB_URL", bucket.url(PREFIX)),
        ("AWS_ACCESS_KEY_ID", S3::ACCESS_KEY_ID.into()),
        ("AWS_SECRET_ACCESS_KEY", S3::SECRET_ACCESS_KEY.into()),
    ]
}

/// A running server. It is killed when this is dropped.
pub struct Server {
    child: Child,
    /// Kept open: a server whose output goes nowhere would fail to print.
    _output: Lines<BufReader<ChildStdout>>,
    /// `http://127.0.0.1:port`
    pub url: String,
}

impl Server {
    /// Starts a binary on a free port and waits until it listens.
    pub async fn start(binary: &Path, data_dir: &Path, env: &Env) -> Result<Self> {
        let mut child = Command::new(binary)
            .arg("--listen=127.0.0.1:0")
            .arg("--data-dir")
            .arg(data_dir)
            .env("RUST_LOG", "warn")
            // What comes here comes from one address.
            .env("ELIZABETH_RATE_LIMIT", "off")
            // How full this machine is, is not what is measured.
            .env("ELIZABETH_MIN_FREE_DISK", "16MiB")
            .envs(env.iter().map(|(name, value)| (name, value)))
            .stdout(Stdio::piped())
            .kill_on_drop(true)
            .spawn()?;
        let stdout = child.stdout.take().ok_or("no output")?;
        let mut lines = BufReader::new(stdout).lines();
        while let Some(line) = lines.next_line().await? {
            if let Some(at) = line.find("http://") {
                let url = line[at..].trim_end_matches('/').to_owned();
                return Ok(Self { child, _output: lines, url });
            }
        }
        Err("the server ended before it listened".into())
    }

    /// `kill -9`, and its end awaited; its peak memory.
    pub async fn kill(mut self) -> Result<u64> {
        let peak = self.peak_memory()?;
        self.child.kill().await?;
        Ok(peak)
    }

    /// The most memory it ever had resident, in bytes.
    pub fn peak_memory(&self) -> Result<u64> {
        self.status("VmHWM:")
    }

    /// The memory it has resident, in bytes.
    pub fn memory(&self) -> Result<u64> {
        self.status("VmRSS:")
    }

    /// How many files and connections it has open.
    pub fn open_files(&self) -> Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.pid()?))?.count())
    }

    /// A line of `/proc/PID/status` (Linux), in bytes.
    fn status(&self, name: &str) -> Result<u64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid()?))?;
        let value = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such line")?;
        let kib: u64 = value.split_whitespace().next().ok_or("no number")?.parse()?;
        Ok(kib * 1024)
    }

    fn pid(&self) -> Result<u32> {
        Ok(self.child.id().ok_or("the server has ended")?)
    }
}

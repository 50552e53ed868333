//! The two clients as processes.

use std::{
    path::Path,
    process::{Command, Output},
};

use tokio::task::JoinHandle;

use crate::install::{TUS_JS_CLIENT, TUSPY};

/// A client that others wrote.
#[derive(Clone, Copy, Debug)]
pub enum Client {
    Tuspy,
    TusJsClient,
}

/// What a client is to upload, and where it remembers how to go on.
pub struct Task<'a> {
    pub endpoint: &'a str,
    pub token: &'a str,
    pub file: &'a Path,
    pub storage: &'a Path,
    /// What else the scripts beside this read from their environment.
    pub options: &'a [(&'a str, &'a str)],
}

impl Client {
    /// Starts it. What it answers is the process's end.
    pub fn start(self, task: &Task<'_>) -> JoinHandle<Output> {
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/tus_clients");
        let mut command = match self {
            Self::Tuspy => {
                let mut python = Command::new("python3");
                python.arg(scripts.join("upload.py")).env("PYTHONPATH", &*TUSPY);
                python.env("PYTHONDONTWRITEBYTECODE", "1");
                python
            }
            Self::TusJsClient => {
                let mut node = Command::new("node");
                node.arg(scripts.join("upload.cjs")).env("NODE_PATH", &*TUS_JS_CLIENT);
                node
            }
        };
        command.env("ENDPOINT", task.endpoint).env("TOKEN", task.token).env("FILE", task.file);
        command.env("STORAGE", task.storage).envs(task.options.iter().copied());
        // A proxy of the machine's is not on the way to this one.
        command.env("NO_PROXY", "127.0.0.1").env("no_proxy", "127.0.0.1");
        tokio::task::spawn_blocking(move || command.output().unwrap())
    }

    /// Runs it to an end that must be a good one; the upload's address.
    pub async fn succeeds(self, task: &Task<'_>) -> String {
        let ended = self.start(task).await.unwrap();
        assert!(ended.status.success(), "{self:?}: {}", String::from_utf8_lossy(&ended.stderr));
        String::from_utf8(ended.stdout).unwrap().trim().to_owned()
    }
}

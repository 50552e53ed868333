//! The server processes over one set of data, killed and started again.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use elizabeth_test_servers::{Postgres, S3, Settings};
use tempfile::TempDir;
use tokio::sync::watch;

use crate::{
    Result,
    server::{self, Server},
};

/// Where each server listens at present; `None` while it is down.
pub type Urls = watch::Receiver<Vec<Option<String>>>;

/// Servers over the same data. Dropping this ends them, then removes the data.
pub struct Servers {
    running: Vec<Option<Server>>,
    urls: watch::Sender<Vec<Option<String>>>,
    binary: PathBuf,
    env: Vec<(&'static str, String)>,
    peak: u64,
    shared: Option<(Postgres, S3)>,
    folder: TempDir,
}

impl Servers {
    /// One process over a folder or, where they share their data, two over Postgres and a bucket.
    pub async fn start(binary: PathBuf, shared: bool) -> Result<Self> {
        let shared = shared.then(|| (Postgres::launch(Settings::default()), S3::open()));
        // A short lease, so that what a kill leaves behind is over soon.
        let mut env = vec![("ELIZABETH_UPLOAD_LEASE", "5s".into()), ("ELIZABETH_GC_INTERVAL", "1s".into())];
        if let Some((postgres, bucket)) = &shared {
            env.extend(server::in_bucket(bucket));
            env.push(("ELIZABETH_DATABASE_URL", postgres.database("chunks")));
            env.push(("ELIZABETH_TOKEN_SECRET", "the secret that both processes share".into()));
        }
        let size = if shared.is_some() { 2 } else { 1 };
        let (urls, _) = watch::channel(vec![None; size]);
        let running = Iterator::map(0..size, |_| None).collect();
        let mut servers = Self { running, urls, binary, env, peak: 0, shared, folder: tempfile::tempdir()? };
        for index in 0..size {
            servers.run(index).await?;
        }
        Ok(servers)
    }

    /// How many processes there are.
    pub fn count(&self) -> usize {
        self.running.len()
    }

    /// Where they listen.
    pub fn urls(&self) -> Urls {
        self.urls.subscribe()
    }

    /// Where any of them listens.
    pub fn any_url(&self) -> Result<String> {
        let urls = self.urls.borrow();
        Ok(urls.iter().flatten().next().ok_or("no server runs")?.clone())
    }

    /// Starts one, on a free port.
    pub async fn run(&mut self, index: usize) -> Result {
        let server = Server::start(&self.binary, &self.data(), &self.env).await?;
        let url = server.url.clone();
        self.running[index] = Some(server);
        self.urls.send_modify(|urls| urls[index] = Some(url));
        Ok(())
    }

    /// `kill -9`.
    pub async fn kill(&mut self, index: usize) -> Result {
        self.urls.send_modify(|urls| urls[index] = None);
        let server = self.running[index].take().ok_or("it was down already")?;
        self.peak = self.peak.max(server.kill().await?);
        Ok(())
    }

    /// The most memory that any of the processes ever had resident, in bytes, those that were killed among them.
    pub fn peak_memory(&self) -> Result<u64> {
        self.running.iter().flatten().try_fold(self.peak, |peak, server| Ok(peak.max(server.peak_memory()?)))
    }

    /// Waits until so many blobs are stored and no more: those that a killed server left behind are swept once their
    /// lease is over.
    ///
    /// # Errors
    ///
    /// When there are fewer, or still more after a minute.
    pub async fn swept_to(&self, blobs: u64) -> Result {
        let patience = Instant::now() + Duration::from_secs(60);
        loop {
            // Beside the blobs lies what they belong to.
            let stored = match &self.shared {
                Some((_, bucket)) => bucket.objects(server::PREFIX),
                None => self.data().join("blobs").read_dir()?.count(),
            }
            .saturating_sub(1) as u64;
            if stored == blobs {
                return Ok(());
            }
            if stored < blobs || Instant::now() > patience {
                return Err(format!("there are {stored} blobs for {blobs} chunks").into());
            }
            tokio::time::sleep(Duration::from_millis(200)).await;
        }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }
}

//! The servers of a cluster, and what they share.

use std::sync::{Arc, RwLock};

use elizabeth_test_servers::{Postgres, S3, Settings};
use tempfile::TempDir;

use crate::{client::Urls, server::Server};

/// What all blobs' keys begin with.
pub const PREFIX: &str = "cluster";

/// Servers on one database and one bucket.
pub struct Cluster {
    servers: Vec<Option<Server>>,
    env: Vec<(String, String)>,
    /// Where they listen at present.
    pub urls: Urls,
    folder: TempDir,
    pub bucket: S3,
    pub postgres: Postgres,
}

impl Cluster {
    /// So many servers, which log what is of a level or worse.
    pub fn start(size: usize, log: &str) -> Self {
        let postgres = Postgres::launch(Settings::default());
        let bucket = S3::open();
        let env = [
            ("ELIZABETH_DATABASE_URL", postgres.database("cluster")),
            ("ELIZABETH_BLOB_URL", bucket.url(PREFIX)),
            ("AWS_ACCESS_KEY_ID", S3::ACCESS_KEY_ID.into()),
            ("AWS_SECRET_ACCESS_KEY", S3::SECRET_ACCESS_KEY.into()),
            ("ELIZABETH_TOKEN_SECRET", "the secret that all processes share".into()),
            ("ELIZABETH_UPLOAD_LEASE", "5s".into()),
            ("ELIZABETH_GC_INTERVAL", "1s".into()),
            ("RUST_LOG", log.into()),
        ];
        let env = env.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let folder = tempfile::tempdir().unwrap();
        let urls = Arc::new(RwLock::new(vec![String::new(); size]));
        let mut cluster = Self { servers: Vec::new(), env, urls, folder, bucket, postgres };
        for index in 0..size {
            cluster.servers.push(None);
            cluster.restart(index);
        }
        cluster
    }

    /// `kill -9`.
    pub fn kill(&mut self, index: usize) {
        if let Some(server) = self.servers[index].take() {
            server.kill();
        }
    }

    pub fn restart(&mut self, index: usize) {
        let env: Vec<(&str, &str)> =
            self.env.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let server = Server::start(&self.folder.path().join(index.to_string()), &env);
        self.urls.write().unwrap()[index].clone_from(&server.url);
        self.servers[index] = Some(server);
    }

    pub fn size(&self) -> usize {
        self.servers.len()
    }

    /// No process has died by itself.
    pub fn assert_all_run(&mut self) {
        for server in self.servers.iter_mut().flatten() {
            assert!(server.is_running());
        }
    }

    pub fn room(&self, index: usize, name: &str) -> String {
        self.servers[index].as_ref().unwrap().room(name)
    }
}

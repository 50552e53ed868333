//! From options to a running [`Elizabeth`]: what the server and the command-line tool share.
//!
//! ```no_run
//! # use clap::Parser;
//! #[derive(Parser)]
//! struct Args {
//!     #[command(flatten)]
//!     options: elizabeth_wiring::Options,
//! }
//!
//! # async fn example() -> Result<(), elizabeth_wiring::WiringError> {
//! let options = Args::parse().options;
//! elizabeth_wiring::init_logging(options.log_format()?)?;
//! let app = options.build().await?.app;
//! # Ok(())
//! # }
//! ```

mod data_dir;
mod error;
mod logging;
mod options;
mod passwords;
mod system;
mod token_key;
mod units;
mod urls;

use std::{sync::Arc, time::Duration};

use elizabeth_blob_opendal::OpendalBlobs;
use elizabeth_core::{
    Elizabeth, Ports,
    crypto::{Argon2Passwords, JwtSigner},
    ports::{Blobs, Store},
};
use elizabeth_storage_sqlite::SqliteStore;
use secrecy::SecretString;

pub use crate::{
    error::WiringError,
    logging::{LogFormat, init_logging, init_logging_above},
    options::Options,
    passwords::OffThread,
    system::{OsEntropy, SystemClock},
};
use crate::{
    options::Settings,
    urls::{BlobUrl, DatabaseUrl},
};

/// Everything that a program needs to serve.
pub struct Wired {
    /// The use cases.
    pub app: Elizabeth,
    /// What administrators show; `None` when admin calls are off.
    pub admin_token: Option<SecretString>,
    /// How often to sweep; `None` when the operator does it.
    pub gc_interval: Option<Duration>,
    /// The store that `app` works with.
    pub store: Arc<dyn Store>,
    /// The blobs that `app` works with.
    pub blobs: Arc<dyn Blobs>,
}

impl Options {
    /// Opens everything these options name, creating what is not there yet. Several processes may do so at once
    /// over the same data.
    ///
    /// # Errors
    ///
    /// [`WiringError::Unusable`] when an option cannot be used, before anything is touched; else what could not
    /// be opened. Either is one line for the operator.
    pub async fn build(self) -> Result<Wired, WiringError> {
        let Settings { policy, data_dir, database, blobs, token_secrets, admin_token, gc_interval } =
            self.settings()?;
        data_dir::create(&data_dir)?;
        let token_secrets = match token_secrets {
            Some(secrets) => secrets,
            None => vec![token_key::load_or_draw(&data_dir)?],
        };
        let store: Arc<dyn Store> = match database {
            DatabaseUrl::Sqlite(path) => Arc::new(SqliteStore::open(&path).await?),
        };
        let blobs: Arc<dyn Blobs> = match blobs {
            BlobUrl::Fs(path) => Arc::new(OpendalBlobs::fs(&path).map_err(WiringError::Blobs)?),
            BlobUrl::Memory => {
                tracing::warn!("files are kept in memory and are gone when this process ends");
                Arc::new(OpendalBlobs::memory().map_err(WiringError::Blobs)?)
            }
        };
        let ports = Ports {
            store: store.clone(),
            blobs: blobs.clone(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            passwords: Arc::new(OffThread::new(Arc::new(Argon2Passwords::default()))),
            signer: Arc::new(JwtSigner::new(token_secrets)?),
        };
        Ok(Wired { app: Elizabeth::new(ports, policy), admin_token, gc_interval, store, blobs })
    }
}

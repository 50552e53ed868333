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

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("Elizabeth needs a database: turn on the cargo feature `sqlite` or `postgres`");

#[cfg(feature = "s3")]
mod bucket;
mod data_dir;
mod error;
mod logging;
mod options;
mod passwords;
#[cfg(feature = "postgres")]
mod postgres;
mod token_key;
mod units;
mod urls;

use std::{sync::Arc, time::Duration};

use elizabeth_blob_opendal::OpendalBlobs;
use elizabeth_core::{
    Elizabeth, Ports,
    crypto::{Argon2Passwords, JwtSigner},
    ports::{Blobs, Store},
    system::{OsEntropy, SystemClock},
};
#[cfg(feature = "postgres")]
use elizabeth_storage_postgres::PostgresStore;
#[cfg(feature = "sqlite")]
use elizabeth_storage_sqlite::SqliteStore;
#[cfg(feature = "postgres")]
use secrecy::ExposeSecret;
use secrecy::SecretString;

pub use crate::{
    error::WiringError,
    logging::{LogFormat, init_logging, init_logging_above},
    options::Options,
    passwords::OffThread,
};
use crate::{
    options::Settings,
    urls::{BlobUrl, DatabaseUrl},
};

/// How often the blobs are asked at start before giving up, and the time between.
const CHECKS: u32 = 4;
const CHECK_PAUSE: Duration = Duration::from_millis(500);

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
        self.settings()?.open().await
    }

    /// The same for who looks after data that is there: an embedded database is not made where there is none.
    ///
    /// # Errors
    ///
    /// As [`Options::build`], and [`WiringError::NoDatabase`], before anything is touched.
    pub async fn build_existing(self) -> Result<Wired, WiringError> {
        let settings = self.settings()?;
        match settings.database.file() {
            Some(file) if !file.exists() => Err(WiringError::NoDatabase(file.to_owned())),
            Some(_) | None => settings.open().await,
        }
    }
}

impl Settings {
    async fn open(self) -> Result<Wired, WiringError> {
        let Self { policy, data_dir, database, blobs, token_secrets, admin_token, gc_interval } = self;
        // Where the database, the blobs and the keys are elsewhere, there need not be a disk to write to.
        if token_secrets.is_none() || !database.is_shared() || matches!(blobs, BlobUrl::Fs(_)) {
            data_dir::create(&data_dir)?;
        }
        let token_secrets = match token_secrets {
            Some(secrets) => secrets,
            None => vec![token_key::load_or_draw(&data_dir)?],
        };
        let (store, blobs) = (open_store(database).await?, open_blobs(blobs).await?);
        let ports = Ports {
            store: store.clone(),
            blobs: blobs.clone(),
            clock: Arc::new(SystemClock),
            entropy: Arc::new(OsEntropy),
            passwords: Arc::new(OffThread::new(Arc::new(Argon2Passwords))),
            signer: Arc::new(JwtSigner::new(token_secrets)?),
        };
        Ok(Wired { app: Elizabeth::new(ports, policy), admin_token, gc_interval, store, blobs })
    }
}

async fn open_store(url: DatabaseUrl) -> Result<Arc<dyn Store>, WiringError> {
    Ok(match url {
        #[cfg(feature = "sqlite")]
        DatabaseUrl::Sqlite(path) => Arc::new(SqliteStore::open(&path).await?),
        #[cfg(feature = "postgres")]
        DatabaseUrl::Postgres(url, options) => {
            Arc::new(PostgresStore::open(url.expose_secret(), options).await?)
        }
    })
}

async fn open_blobs(url: BlobUrl) -> Result<Arc<dyn Blobs>, WiringError> {
    let blobs = match url {
        BlobUrl::Fs(path) => OpendalBlobs::fs(&path),
        BlobUrl::Memory => {
            tracing::warn!("files are kept in memory and are gone when this process ends");
            OpendalBlobs::memory()
        }
        #[cfg(feature = "s3")]
        BlobUrl::S3(options) => {
            // For the whole process. That somebody was first is all right: one there has to be.
            let _ = rustls::crypto::ring::default_provider().install_default();
            OpendalBlobs::s3(&options)
        }
    };
    let blobs = blobs.map_err(WiringError::Blobs)?;
    // A server that starts along with its bucket, or in a bad moment of it, need not fail for that.
    let mut attempt = 1;
    while let Err(error) = blobs.check().await {
        if attempt == CHECKS {
            return Err(WiringError::Blobs(error));
        }
        attempt += 1;
        tokio::time::sleep(CHECK_PAUSE).await;
    }
    Ok(Arc::new(blobs))
}

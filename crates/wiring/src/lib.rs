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
//! let options = elizabeth_wiring::parse_from::<Args>(std::env::args_os())?.options;
//! elizabeth_wiring::init_logging(options.log_format())?;
//! let app = options.build().await?.app;
//! # Ok(())
//! # }
//! ```

#[cfg(not(any(feature = "postgres", feature = "sqlite")))]
compile_error!("Elizabeth needs a database: turn on the cargo feature `sqlite` or `postgres`");

mod ballast;
mod blobs;
mod data_dir;
mod database;
mod error;
mod logging;
mod options;
mod parse;
mod passwords;
mod token_key;
mod urls;

use std::{sync::Arc, time::Duration};

use elizabeth_core::{
    Elizabeth, Ports,
    crypto::{Argon2Passwords, JwtSigner},
    ports::{Ballast, Blobs, Entropy, Messages, NoBallast, Store},
    system::{OsEntropy, SystemClock},
};
use secrecy::SecretString;
use tokio::time::timeout;

use crate::{ballast::FileBallast, options::Settings};
pub use crate::{
    error::WiringError,
    logging::{LogFormat, init_logging, init_logging_above},
    options::{FromFile, Options, Secret, Switch, given},
    parse::{Reader, parse_from},
    passwords::OffThread,
};

/// Everything that a program needs to serve.
pub struct Wired {
    /// The use cases.
    pub app: Elizabeth,
    /// What administrators present; `None` when admin calls are off.
    pub admin_token: Option<SecretString>,
    /// How often to sweep; `None` when the operator does it.
    pub gc_interval: Option<Duration>,
    /// The store that `app` works with.
    pub store: Arc<dyn Store>,
    /// The blobs that `app` works with.
    pub blobs: Arc<dyn Blobs>,
    /// What carries word between the processes on the store, where there may be several.
    pub messages: Option<Arc<dyn Messages>>,
}

impl Wired {
    /// Puts everything in order for the end of the program. What is asked of `app` afterwards fails.
    pub async fn close(&self) {
        closed(&*self.store).await;
    }
}

/// How long a database may take to be closed. One that is not loses nothing.
const CLOSING: Duration = Duration::from_secs(10);

async fn closed(store: &dyn Store) {
    match timeout(CLOSING, store.close()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "the database was not closed in good order"),
        Err(_) => tracing::warn!("the database was not closed in time"),
    }
}

impl Options {
    /// Opens everything these options name, creating what is not there yet. Several processes may do so at once
    /// over the same data.
    ///
    /// # Errors
    ///
    /// [`WiringError::Unusable`] when options do not fit each other, before anything is touched; else what could not
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
        // Where the database, the blobs and the keys are elsewhere, there need not be a disk to write to.
        let mut ballast: Arc<dyn Ballast> = Arc::new(NoBallast);
        if self.token_secrets.is_none() || !self.database.is_shared() || self.blobs.folder.is_some() {
            data_dir::create(&self.data_dir)?;
            ballast = Arc::new(FileBallast::in_folder(&self.data_dir));
        }
        let token_secrets = match self.token_secrets {
            Some(secrets) => secrets,
            None => vec![token_key::load_or_draw(&self.data_dir)?],
        };
        let entropy: Arc<dyn Entropy> = Arc::new(OsEntropy);
        let store = self.database.open(
            #[cfg(feature = "sqlite")]
            self.adopt,
            #[cfg(feature = "postgres")]
            self.postgres,
            #[cfg(feature = "postgres")]
            self.listen_url,
            #[cfg(feature = "postgres")]
            entropy.uuid().simple().to_string(),
        );
        let ((store, messages), blobs) = (store.await?, self.blobs.open().await?);
        let ports = Ports {
            store: store.clone(),
            blobs: blobs.clone(),
            clock: Arc::new(SystemClock),
            entropy: entropy.clone(),
            passwords: Arc::new(OffThread::new(Arc::new(Argon2Passwords::default()), entropy.bytes())),
            signer: Arc::new(JwtSigner::new(token_secrets)?),
        };
        let app = Elizabeth::new(ports, self.policy).with_ballast(ballast);
        if let Err(error) = app.join_installation(self.adopt).await {
            closed(&*store).await;
            return Err(error.into());
        }
        let (admin_token, gc_interval) = (self.admin_token, self.gc_interval);
        Ok(Wired { app, admin_token, gc_interval, store, blobs, messages })
    }
}

//! Where the database is: `--database-url`.

#[cfg(feature = "sqlite")]
use std::path::PathBuf;
use std::{path::Path, str::FromStr, sync::Arc};

use elizabeth_core::ports::{Messages, Store};
#[cfg(feature = "postgres")]
use elizabeth_storage_postgres::{PostgresOptions, PostgresStore};
#[cfg(feature = "sqlite")]
use elizabeth_storage_sqlite::SqliteStore;
#[cfg(feature = "postgres")]
use secrecy::{ExposeSecret, SecretString};

#[cfg(feature = "postgres")]
use crate::options::ListenUrl;
#[cfg(feature = "sqlite")]
use crate::urls::file_path;
#[cfg(not(all(feature = "sqlite", feature = "postgres")))]
use crate::urls::without;
use crate::{error::WiringError, parse::read_by_clap};

/// A database this build can open.
#[derive(Clone, Debug)]
pub(crate) enum DatabaseUrl {
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(SecretString),
}

impl FromStr for DatabaseUrl {
    type Err = String;

    /// What is not understood is not repeated: such a URL may hold a password.
    fn from_str(url: &str) -> Result<Self, String> {
        match url.split_once("://") {
            #[cfg(feature = "sqlite")]
            Some(("sqlite", path)) => file_path(path).map(Self::Sqlite),
            #[cfg(not(feature = "sqlite"))]
            Some(("sqlite", _)) => Err(without("SQLite", "sqlite")),
            #[cfg(feature = "postgres")]
            Some(("postgres" | "postgresql", _)) => Ok(Self::Postgres(url.into())),
            #[cfg(not(feature = "postgres"))]
            Some(("postgres" | "postgresql", _)) => Err(without("Postgres", "postgres")),
            Some(_) | None => Err("expected sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME".into()),
        }
    }
}

read_by_clap! {
    DatabaseUrl;
}

impl DatabaseUrl {
    /// The one that is used where none is named.
    #[cfg(feature = "sqlite")]
    #[expect(clippy::unnecessary_wraps, reason = "a build without SQLite has no default")]
    pub(crate) fn in_folder(data_dir: &Path) -> Result<Self, WiringError> {
        Ok(Self::Sqlite(data_dir.join("elizabeth.db")))
    }

    /// There is none to use where none is named.
    #[cfg(not(feature = "sqlite"))]
    pub(crate) fn in_folder(_: &Path) -> Result<Self, WiringError> {
        Err(WiringError::unusable(
            "database-url",
            "is needed: this build has no SQLite (cargo feature `sqlite`) to start with",
        ))
    }

    /// The database's file, where it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Some(path),
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => None,
        }
    }

    /// Whether processes on several machines may use it, with keys that must then be the same for all.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(_) => true,
        }
    }

    /// Opens it, creating what is not there yet; with `adopt` also where a part of it is gone. And opens what carries word
    /// between the processes on it, of which this one has that name, where there may be several.
    pub(crate) async fn open(
        self,
        #[cfg(feature = "sqlite")] adopt: bool,
        #[cfg(feature = "postgres")] postgres: PostgresOptions,
        #[cfg(feature = "postgres")] listen_url: Option<ListenUrl>,
        #[cfg(feature = "postgres")] name: String,
    ) -> Result<(Arc<dyn Store>, Option<Arc<dyn Messages>>), WiringError> {
        Ok(match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) if adopt => (Arc::new(SqliteStore::adopt(&path).await?), None),
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => (Arc::new(SqliteStore::open(&path).await?), None),
            #[cfg(feature = "postgres")]
            Self::Postgres(url) => {
                let listens_at = match &listen_url {
                    None => Some(&url),
                    Some(ListenUrl::At(other)) => Some(other),
                    Some(ListenUrl::Off) => None,
                };
                let store = PostgresStore::open(url.expose_secret(), postgres).await?;
                let messages = store.messages(listens_at.map(ExposeSecret::expose_secret), name)?;
                (Arc::new(store), Some(Arc::new(messages)))
            }
        })
    }
}

#[cfg(all(test, feature = "sqlite", feature = "postgres"))]
mod tests;

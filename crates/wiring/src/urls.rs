//! Where the database and the blobs are.

use std::path::{Path, PathBuf};

#[cfg(feature = "postgres")]
use elizabeth_storage_postgres::PostgresOptions;
use secrecy::{ExposeSecret, SecretString};

use crate::WiringError;
#[cfg(feature = "s3")]
use crate::bucket::{self, AwsVariables};

/// A database this build can open.
#[derive(Debug)]
pub(crate) enum DatabaseUrl {
    #[cfg(feature = "sqlite")]
    Sqlite(PathBuf),
    #[cfg(feature = "postgres")]
    Postgres(SecretString, PostgresOptions),
}

impl DatabaseUrl {
    /// The database's file, where it is one.
    pub(crate) fn file(&self) -> Option<&Path> {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(path) => Some(path),
            #[cfg(feature = "postgres")]
            Self::Postgres(..) => None,
        }
    }

    /// Whether processes on several machines may use it, with keys that must then be the same for all.
    pub(crate) fn is_shared(&self) -> bool {
        match self {
            #[cfg(feature = "sqlite")]
            Self::Sqlite(_) => false,
            #[cfg(feature = "postgres")]
            Self::Postgres(..) => true,
        }
    }
}

/// A blob store this build can open.
#[derive(Debug)]
pub(crate) enum BlobUrl {
    Fs(PathBuf),
    Memory,
    #[cfg(feature = "s3")]
    S3(elizabeth_blob_opendal::S3Options),
}

impl BlobUrl {
    /// Whether clients can be given links to the blobs.
    pub(crate) fn has_links(&self) -> bool {
        match self {
            Self::Fs(_) | Self::Memory => false,
            #[cfg(feature = "s3")]
            Self::S3(_) => true,
        }
    }
}

/// Reads `--database-url`.
pub(crate) fn database(
    url: Option<&SecretString>,
    data_dir: &Path,
    #[cfg(feature = "postgres")] postgres: PostgresOptions,
) -> Result<DatabaseUrl, WiringError> {
    const FLAG: &str = "database-url";
    const EXPECTED: &str = "expected sqlite://PATH or postgres://USER:PASSWORD@HOST:PORT/NAME";
    let Some(url) = url else { return default_database(FLAG, data_dir) };
    // What is not understood is not repeated: such an URL may hold a password.
    match url.expose_secret().split_once("://") {
        #[cfg(feature = "sqlite")]
        Some(("sqlite", path)) => file_path(FLAG, path).map(DatabaseUrl::Sqlite),
        #[cfg(not(feature = "sqlite"))]
        Some(("sqlite", _)) => Err(without(FLAG, "SQLite", "sqlite")),
        #[cfg(feature = "postgres")]
        Some(("postgres" | "postgresql", _)) => Ok(DatabaseUrl::Postgres(url.clone(), postgres)),
        #[cfg(not(feature = "postgres"))]
        Some(("postgres" | "postgresql", _)) => Err(without(FLAG, "Postgres", "postgres")),
        Some(_) | None => Err(WiringError::unusable(FLAG, EXPECTED)),
    }
}

#[cfg(feature = "sqlite")]
#[expect(clippy::unnecessary_wraps, reason = "a build without SQLite has no default")]
fn default_database(_: &str, data_dir: &Path) -> Result<DatabaseUrl, WiringError> {
    Ok(DatabaseUrl::Sqlite(data_dir.join("elizabeth.db")))
}

#[cfg(not(feature = "sqlite"))]
fn default_database(flag: &str, _: &Path) -> Result<DatabaseUrl, WiringError> {
    Err(WiringError::unusable(
        flag,
        "is needed: this build has no SQLite (cargo feature `sqlite`) to start with",
    ))
}

/// Reads `--blob-url`.
pub(crate) fn blobs(
    url: Option<&SecretString>,
    data_dir: &Path,
    #[cfg(feature = "s3")] aws: &AwsVariables,
) -> Result<BlobUrl, WiringError> {
    const FLAG: &str = "blob-url";
    let Some(url) = url else { return Ok(BlobUrl::Fs(data_dir.join("blobs"))) };
    match url.expose_secret().split_once("://") {
        Some(("fs", path)) => file_path(FLAG, path).map(BlobUrl::Fs),
        Some(("memory", "")) => Ok(BlobUrl::Memory),
        #[cfg(feature = "s3")]
        Some(("s3", rest)) => bucket::options(FLAG, rest, aws).map(BlobUrl::S3),
        #[cfg(not(feature = "s3"))]
        Some(("s3", _)) => Err(without(FLAG, "S3", "s3")),
        Some(_) | None => {
            Err(WiringError::unusable(FLAG, "expected fs://PATH, s3://BUCKET/PREFIX or memory://"))
        }
    }
}

#[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "s3")))]
fn without(flag: &str, name: &str, feature: &str) -> WiringError {
    WiringError::unusable(flag, format!("this build has no {name} (cargo feature `{feature}`)"))
}

/// A path as it stands: `fs:///srv/x` is absolute, `fs://x` is not.
fn file_path(flag: &str, path: &str) -> Result<PathBuf, WiringError> {
    if path.is_empty() {
        return Err(WiringError::unusable(flag, "names no path"));
    }
    if path.contains(['?', '#']) || path == ":memory:" {
        return Err(WiringError::unusable(flag, "takes a path of the file system and nothing else"));
    }
    Ok(path.into())
}

#[cfg(all(test, feature = "sqlite", feature = "postgres", feature = "s3"))]
mod tests;

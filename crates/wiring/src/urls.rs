//! Where the database and the blobs are.

use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret, SecretString};

use crate::WiringError;

/// A database this build can open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum DatabaseUrl {
    Sqlite(PathBuf),
}

/// A blob store this build can open.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BlobUrl {
    Fs(PathBuf),
    Memory,
}

/// Reads `--database-url`.
pub(crate) fn database(url: Option<&SecretString>, data_dir: &Path) -> Result<DatabaseUrl, WiringError> {
    const FLAG: &str = "database-url";
    let Some(url) = url else { return Ok(DatabaseUrl::Sqlite(data_dir.join("elizabeth.db"))) };
    // What is not understood is not repeated: such an URL may hold a password.
    match url.expose_secret().split_once("://") {
        Some(("sqlite", path)) => file_path(FLAG, path).map(DatabaseUrl::Sqlite),
        Some(("postgres" | "postgresql", _)) => {
            Err(WiringError::unusable(FLAG, "this build has no Postgres; it takes sqlite://PATH"))
        }
        Some(_) | None => Err(WiringError::unusable(FLAG, "expected sqlite://PATH")),
    }
}

/// Reads `--blob-url`.
pub(crate) fn blobs(url: Option<&SecretString>, data_dir: &Path) -> Result<BlobUrl, WiringError> {
    const FLAG: &str = "blob-url";
    let Some(url) = url else { return Ok(BlobUrl::Fs(data_dir.join("blobs"))) };
    match url.expose_secret().split_once("://") {
        Some(("fs", path)) => file_path(FLAG, path).map(BlobUrl::Fs),
        Some(("memory", "")) => Ok(BlobUrl::Memory),
        Some(("s3", _)) => {
            Err(WiringError::unusable(FLAG, "this build has no S3; it takes fs://PATH or memory://"))
        }
        Some(_) | None => Err(WiringError::unusable(FLAG, "expected fs://PATH or memory://")),
    }
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

#[cfg(test)]
mod tests {
    use super::*;

    fn database_of(url: &str) -> Result<DatabaseUrl, String> {
        database(Some(&url.into()), Path::new("data")).map_err(|error| error.to_string())
    }

    fn blobs_of(url: &str) -> Result<BlobUrl, String> {
        blobs(Some(&url.into()), Path::new("data")).map_err(|error| error.to_string())
    }

    #[test]
    fn without_an_url_all_is_in_the_data_folder() {
        let data = Path::new("data");
        assert_eq!(database(None, data).unwrap(), DatabaseUrl::Sqlite("data/elizabeth.db".into()));
        assert_eq!(blobs(None, data).unwrap(), BlobUrl::Fs("data/blobs".into()));
    }

    #[test]
    fn paths_stand_as_they_are() {
        assert_eq!(database_of("sqlite:///srv/e.db"), Ok(DatabaseUrl::Sqlite("/srv/e.db".into())));
        assert_eq!(database_of("sqlite://e.db"), Ok(DatabaseUrl::Sqlite("e.db".into())));
        assert_eq!(blobs_of("fs:///srv/blobs"), Ok(BlobUrl::Fs("/srv/blobs".into())));
        assert_eq!(blobs_of("memory://"), Ok(BlobUrl::Memory));
    }

    #[test]
    fn what_this_build_lacks_is_said_and_no_password_repeated() {
        let error = database_of("postgres://user:hunter2@host/db").unwrap_err();
        assert!(error.starts_with("--database-url (ELIZABETH_DATABASE_URL): "), "{error}");
        assert!(error.contains("no Postgres") && !error.contains("hunter2"), "{error}");
        assert!(blobs_of("s3://bucket/prefix").unwrap_err().contains("no S3"));
    }

    #[test]
    fn other_urls_are_refused_in_one_line() {
        for url in
            ["", "e.db", "sqlite://", "sqlite://:memory:", "sqlite://e.db?mode=ro", "mysql://u:hunter2@h/d"]
        {
            let error = database_of(url).unwrap_err();
            assert!(!error.contains('\n') && !error.contains("hunter2"), "{url}: {error}");
        }
        for url in ["", "fs://", "memory://x", "ftp://h"] {
            assert!(blobs_of(url).is_err(), "{url}");
        }
    }
}

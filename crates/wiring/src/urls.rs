//! What the URLs of databases and of blobs have in common.

use std::path::PathBuf;

/// A path as it stands: `fs:///srv/x` is absolute, `fs://x` is not.
pub(crate) fn file_path(path: &str) -> Result<PathBuf, String> {
    if path.is_empty() {
        return Err("names no path".into());
    }
    if path.contains(['?', '#']) || path == ":memory:" {
        return Err("takes a path of the file system and nothing else".into());
    }
    Ok(path.into())
}

/// Why a build without some feature does not open what a URL names.
#[cfg(not(all(feature = "sqlite", feature = "postgres", feature = "s3")))]
pub(crate) fn without(name: &str, feature: &str) -> String {
    format!("this build has no {name} (cargo feature `{feature}`)")
}

use std::{
    fs::{DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::Path,
};

use crate::error::WiringError;

/// Creates the data folder where it is missing, for its owner only.
pub(crate) fn create(path: &Path) -> Result<(), WiringError> {
    let create = || -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        DirBuilder::new().recursive(true).mode(0o700).create(path)?;
        // A power cut may not take the folder away from under what is kept in it.
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
    };
    create().map_err(|source| WiringError::DataDir { path: path.to_owned(), source })
}

use std::{
    fs::{DirBuilder, File},
    io,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
    sync::{Arc, atomic::AtomicUsize},
};

use elizabeth_core::ports::BlobError;
use rustix::fs::{Access, access, fstatvfs};

use super::{off_thread::off_thread, sync::SharedSync};
use crate::error::{from_io, unavailable};

/// The folder that holds the blobs.
pub(super) struct Root {
    path: PathBuf,
    /// Held open: a failed flush is reported once to every handle that was open meanwhile, and to no later one.
    handle: File,
    sync: SharedSync,
    /// How many blobs are being read.
    reading: Arc<AtomicUsize>,
}

impl Root {
    /// Opens the folder, which is created where it is missing.
    pub(super) fn open(path: &Path) -> Result<Self, BlobError> {
        let open = || {
            create_private(path)?;
            let path = path.canonicalize()?;
            Ok(Self {
                handle: File::open(&path)?,
                path,
                sync: SharedSync::default(),
                reading: Arc::default(),
            })
        };
        // Not `Missing`: that word is for blobs.
        open().map_err(|error: io::Error| unavailable(format!("open the folder of blobs: {error}")))
    }

    /// Its absolute path.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The folder itself, open.
    pub(super) fn handle(&self) -> &File {
        &self.handle
    }

    /// How many blobs are being read.
    pub(super) fn reading(&self) -> &Arc<AtomicUsize> {
        &self.reading
    }

    /// Makes the names in the folder survive a power cut: those that are there, and that others are not.
    pub(super) async fn sync(&self) -> Result<(), BlobError> {
        let flush = || async {
            let handle = self.handle.try_clone().map_err(|error| from_io("flush the folder", &error))?;
            off_thread(move || handle.sync_all().map_err(|error| from_io("flush the folder", &error))).await
        };
        self.sync.run(flush).await
    }

    /// Whether blobs can be read and written here.
    pub(super) async fn check(&self) -> Result<(), BlobError> {
        let path = self.path.clone();
        off_thread(move || {
            access(&path, Access::READ_OK | Access::WRITE_OK | Access::EXEC_OK)
                .map_err(|error| unavailable(format!("use the folder of blobs: {error}")))
        })
        .await
    }

    /// Bytes that an unprivileged process can still store.
    pub(super) async fn free_space(&self) -> Result<u64, BlobError> {
        // In place: this asks the kernel's own books, not the device.
        let stat = fstatvfs(&self.handle).map_err(|error| from_io("ask for free space", &error.into()))?;
        Ok(stat.f_bavail.saturating_mul(stat.f_frsize))
    }
}

/// Creates a folder that only its owner may look into, and makes its name durable.
fn create_private(path: &Path) -> io::Result<()> {
    if path.is_dir() {
        return Ok(());
    }
    DirBuilder::new().recursive(true).mode(0o700).create(path)?;
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

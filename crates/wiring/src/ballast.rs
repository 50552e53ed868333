//! Space of the disk that is kept back in the data folder: a file of nothing.

use std::{
    fs::{self, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
    sync::atomic::{AtomicBool, Ordering::SeqCst},
};

use elizabeth_core::ports::Ballast;
use rustix::{
    fs::{FallocateFlags, StatVfs, fallocate, statvfs},
    io::Errno,
};

/// The most bytes that are kept back, and which part of the disk.
const MOST: u64 = 64 << 20;
const PART: u64 = 10;
/// Free bytes with which a database can be opened, and something be deleted.
const ENOUGH: u64 = 1 << 20;

/// The ballast of a data folder. All processes on it share the file.
pub(crate) struct FileBallast {
    folder: PathBuf,
    released: AtomicBool,
}

impl FileBallast {
    /// Of a folder that is there. Where its disk is full by now, the ballast is given back, so that what is in the folder
    /// can be opened.
    pub(crate) fn in_folder(folder: &Path) -> Self {
        let ballast = Self { folder: folder.to_owned(), released: AtomicBool::new(false) };
        if ballast.free().is_some_and(|free| free < ENOUGH) {
            ballast.release();
        }
        ballast
    }

    fn path(&self) -> PathBuf {
        self.folder.join("ballast")
    }

    fn disk(&self) -> Option<StatVfs> {
        statvfs(&self.folder).ok()
    }

    fn free(&self) -> Option<u64> {
        self.disk().map(|disk| disk.f_bavail.saturating_mul(disk.f_frsize))
    }

    /// Takes so many bytes of the disk.
    fn take(&self, size: u64) -> io::Result<()> {
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(self.path())?;
        match fallocate(&file, FallocateFlags::empty(), 0, size) {
            // Not every file system knows this; writing does it too, only slower.
            Err(Errno::OPNOTSUPP) => io::copy(&mut io::Read::take(io::repeat(0), size), &mut file).map(drop),
            answer => Ok(answer?),
        }
    }
}

impl Ballast for FileBallast {
    fn release(&self) -> bool {
        let size = self.disk().map_or(0, |disk| size(&disk));
        // A quota, or another disk, may be what is full: this file would not help there.
        if self.free().is_some_and(|free| free >= size.max(ENOUGH)) {
            return false;
        }
        self.released.store(true, SeqCst);
        match fs::remove_file(self.path()) {
            Ok(()) => {
                tracing::warn!(size, "the disk is full: the ballast is given back, nothing new is taken in");
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => tracing::error!(%error, "the ballast cannot be given back"),
        }
        self.free().is_some_and(|free| free >= ENOUGH)
    }

    fn is_released(&self) -> bool {
        self.released.load(SeqCst)
    }

    fn lay(&self) {
        let Some(disk) = self.disk() else { return };
        let size = size(&disk);
        let is_there = fs::metadata(self.path()).is_ok_and(|file| file.len() >= size);
        if !is_there {
            if self.free().is_none_or(|free| free < size.saturating_mul(2)) {
                return;
            }
            if let Err(error) = self.take(size) {
                tracing::warn!(%error, "the ballast cannot be laid");
                // Part of it would be of no use to anybody.
                let _ = fs::remove_file(self.path());
                return;
            }
        }
        if self.released.swap(false, SeqCst) {
            tracing::info!(size, "there is space again, and the ballast is laid");
        }
    }
}

fn size(disk: &StatVfs) -> u64 {
    MOST.min(disk.f_blocks.saturating_mul(disk.f_frsize) / PART)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ballast_is_laid_and_kept_while_there_is_space() {
        let folder = tempfile::tempdir().unwrap();
        let ballast = FileBallast::in_folder(folder.path());
        ballast.lay();
        let file = fs::metadata(folder.path().join("ballast")).unwrap();
        assert_eq!(file.len(), size(&ballast.disk().unwrap()));
        // This disk is not full, so it is not this file that is in the way.
        assert!(!ballast.release() && !ballast.is_released());
        ballast.lay();
        assert!(folder.path().join("ballast").exists());
    }
}

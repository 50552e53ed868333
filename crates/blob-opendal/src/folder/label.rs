//! What the installation is known by, in a file beside the blobs.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    sync::atomic::{AtomicU64, Ordering},
};

use elizabeth_core::{installation::InstallationId, ports::BlobError};

use super::{off_thread::off_thread, root::Root};
use crate::{
    error::{from_io, unavailable},
    label,
};

pub(super) async fn read(root: &Root) -> Result<Option<InstallationId>, BlobError> {
    let path = root.path().join(label::NAME);
    off_thread(move || match fs::read(path) {
        Ok(text) => label::parse(&text).map(Some),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(from_io("read what the blobs belong to", &error)),
    })
    .await
}

pub(super) async fn write(root: &Root, id: InstallationId) -> Result<(), BlobError> {
    let folder = root.path().to_owned();
    let write = move || -> io::Result<()> {
        // Several may start at once, in several processes or in one.
        static WRITERS: AtomicU64 = AtomicU64::new(0);
        let writer = WRITERS.fetch_add(1, Ordering::Relaxed);
        let new = folder.join(format!("{}.{}-{writer}", label::NAME, std::process::id()));
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
        file.write_all(label::text(id).as_bytes())?;
        file.sync_all()?;
        fs::rename(&new, folder.join(label::NAME))?;
        File::open(folder)?.sync_all()
    };
    // Not `Missing`: that word is for blobs.
    off_thread(move || {
        write().map_err(|error| unavailable(format!("write what the blobs belong to: {error}")))
    })
    .await
}

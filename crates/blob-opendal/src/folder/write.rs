use std::{
    fs::{File, OpenOptions},
    io::Write,
    mem,
    num::NonZeroU64,
    os::unix::fs::OpenOptionsExt,
    path::PathBuf,
    sync::Arc,
};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, BlobWriter},
};
use rustix::fs::{Advice, fadvise};

use super::{off_thread::off_thread, root::Root};
use crate::error::{from_io, unavailable};

/// Bytes after which the device is set to work on what it has not got yet, while more come in. A gibibyte was
/// durable in 0.45 s instead of 0.60 s, of which the wait after the last byte was 3 ms instead of 300.
const AHEAD: u64 = 8 * 1024 * 1024;

/// A blob being written as one file. A piece of any size takes one turn of a thread; so does the end.
pub(super) struct FileWriter {
    root: Arc<Root>,
    state: State,
}

enum State {
    /// The file is made along with the first write, which saves a turn.
    Unopened(PathBuf),
    Open(Open),
    /// Finished, failed, or given up in the middle of a call: what is in the file is not known.
    Closed,
}

struct Open {
    file: File,
    /// Bytes written.
    size: u64,
    /// How many of them the device was advised to take.
    advised: u64,
}

impl FileWriter {
    pub(super) fn new(root: Arc<Root>, key: &BlobKey) -> Self {
        let path = root.path().join(key.as_str());
        Self { root, state: State::Unopened(path) }
    }

    fn take(&mut self) -> State {
        mem::replace(&mut self.state, State::Closed)
    }
}

impl State {
    /// The file, created now where it has not been. Blocks.
    fn open(self) -> Result<Open, BlobError> {
        match self {
            Self::Unopened(path) => {
                // A key is used once: to find it taken is a fault, not something to write over.
                let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
                // Not `Missing`, which is for blobs: here it would be the folder.
                let file = file.map_err(|error| match from_io("create", &error) {
                    BlobError::Missing(text) => BlobError::Unavailable(text),
                    error @ (BlobError::Full(_) | BlobError::Unavailable(_)) => error,
                })?;
                Ok(Open { file, size: 0, advised: 0 })
            }
            Self::Open(open) => Ok(open),
            Self::Closed => Err(unavailable("the blob is finished, or a call before this one failed")),
        }
    }
}

impl Open {
    /// Appends bytes. Blocks.
    fn append(&mut self, bytes: &[u8]) -> Result<(), BlobError> {
        self.file.write_all(bytes).map_err(|error| from_io("write", &error))?;
        self.size += bytes.len() as u64;
        let behind = self.size - self.advised;
        if behind >= AHEAD {
            // Of bytes that the device has not got, this starts the writing (Linux does so, and nobody must).
            // They stay in memory until then, and for a reader who comes soon mostly thereafter.
            let _ = fadvise(&self.file, self.advised, NonZeroU64::new(behind), Advice::DontNeed);
            self.advised = self.size;
        }
        Ok(())
    }
}

#[async_trait]
impl BlobWriter for FileWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        let state = self.take();
        let open = off_thread(move || {
            let mut open = state.open()?;
            open.append(&bytes)?;
            Ok(open)
        })
        .await?;
        self.state = State::Open(open);
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        let open = match self.take() {
            State::Open(open) => open,
            state @ (State::Unopened(_) | State::Closed) => off_thread(move || state.open()).await?,
        };
        // The name is in the folder since the first write: both flushes may go on at the same time.
        let bytes = off_thread(move || open.file.sync_all().map_err(|error| from_io("flush", &error)));
        tokio::try_join!(bytes, self.root.sync()).map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_full_device_is_reported_as_full() {
        let folder = tempfile::tempdir().unwrap();
        let root = Arc::new(Root::open(folder.path()).unwrap());
        let file = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let mut writer = FileWriter { root, state: State::Open(Open { file, size: 0, advised: 0 }) };
        assert!(matches!(writer.write(Bytes::from_static(b"x")).await, Err(BlobError::Full(_))));
        assert!(writer.finish().await.is_err());
    }
}

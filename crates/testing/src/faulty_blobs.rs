//! Blobs in memory that fail as long as a test wants it, after they have done a part of the work, as a disk does.

use std::{
    ops::Range,
    sync::{Arc, Mutex},
};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    memory::MemoryBlobs,
    ports::{BlobError, BlobStream, BlobWriter, Blobs},
};
use futures::{StreamExt, stream};

/// What fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlobFault {
    /// Making a blob: it is there all the same.
    Create,
    /// Writing: half of the bytes are kept.
    Write,
    /// Making a blob durable: it is not.
    Finish,
    /// Reading, after half of the range.
    Read,
    /// Deleting: nothing is deleted.
    Delete,
}

/// Blobs in memory that fail as a test wants. Clones are handles to the same blobs and the same faults.
#[derive(Clone, Default)]
pub struct FaultyBlobs {
    /// The blobs themselves, which never fail.
    pub inner: MemoryBlobs,
    faults: Arc<Mutex<Vec<BlobFault>>>,
}

impl FaultyBlobs {
    /// These fail from here on, and nothing else.
    pub fn fail(&self, faults: &[BlobFault]) {
        *self.faults.lock().unwrap() = faults.to_vec();
    }

    fn check(&self, fault: BlobFault) -> Result<(), BlobError> {
        let fails = self.faults.lock().unwrap().contains(&fault);
        if fails { Err(BlobError::Unavailable("as the test wants it".into())) } else { Ok(()) }
    }
}

struct Writer {
    blobs: FaultyBlobs,
    inner: Box<dyn BlobWriter>,
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        self.inner.write(bytes.slice(..bytes.len() / 2)).await?;
        self.blobs.check(BlobFault::Write)?;
        self.inner.write(bytes.slice(bytes.len() / 2..)).await
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        self.blobs.check(BlobFault::Finish)?;
        self.inner.finish().await
    }
}

#[async_trait]
impl Blobs for FaultyBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        let inner = self.inner.create(key).await?;
        self.check(BlobFault::Create)?;
        Ok(Box::new(Writer { blobs: self.clone(), inner }))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        match self.check(BlobFault::Read) {
            Ok(()) => self.inner.read(key, range).await,
            Err(error) => {
                let half = range.start..range.start + (range.end - range.start) / 2;
                Ok(self.inner.read(key, half).await?.chain(stream::iter([Err(error)])).boxed())
            }
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.check(BlobFault::Delete)?;
        self.inner.delete(key).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.inner.check().await
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        self.inner.free_space().await
    }
}

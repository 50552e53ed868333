//! Blobs in memory that fail while they are told to, after they have done a part of the work, as a disk does.

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
pub enum Fault {
    Create,
    Write,
    Finish,
    Read,
    Delete,
}

/// Clones are handles to the same blobs and the same faults.
#[derive(Clone, Default)]
pub struct FaultyBlobs {
    pub inner: MemoryBlobs,
    faults: Arc<Mutex<Vec<Fault>>>,
}

impl FaultyBlobs {
    /// These fail from here on, and nothing else.
    pub fn fail(&self, faults: &[Fault]) {
        *self.faults.lock().unwrap() = faults.to_vec();
    }

    fn check(&self, fault: Fault) -> Result<(), BlobError> {
        let fails = self.faults.lock().unwrap().contains(&fault);
        if fails { Err(BlobError::Unavailable("told so".into())) } else { Ok(()) }
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
        self.blobs.check(Fault::Write)?;
        self.inner.write(bytes.slice(bytes.len() / 2..)).await
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        self.blobs.check(Fault::Finish)?;
        self.inner.finish().await
    }
}

#[async_trait]
impl Blobs for FaultyBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        let inner = self.inner.create(key).await?;
        self.check(Fault::Create)?;
        Ok(Box::new(Writer { blobs: self.clone(), inner }))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        match self.check(Fault::Read) {
            Ok(()) => self.inner.read(key, range).await,
            Err(error) => {
                let half = range.start..range.start + (range.end - range.start) / 2;
                Ok(self.inner.read(key, half).await?.chain(stream::iter([Err(error)])).boxed())
            }
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.check(Fault::Delete)?;
        self.inner.delete(key).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.inner.check().await
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        self.inner.free_space().await
    }
}

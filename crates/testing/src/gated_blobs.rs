//! Blobs in memory whose reads are counted and wait for a gate.

use std::{
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use async_trait::async_trait;
use elizabeth_core::{
    id::BlobKey,
    memory::MemoryBlobs,
    ports::{BlobError, BlobStream, BlobWriter, Blobs},
};
use tokio::sync::Semaphore;

/// Blobs in memory whose reads wait for a gate. Clones are handles to the same blobs and the same gate. It is open at first.
#[derive(Clone)]
pub struct GatedBlobs {
    /// The blobs behind the gate.
    pub inner: MemoryBlobs,
    gate: Arc<Semaphore>,
    reads: Arc<AtomicUsize>,
}

/// Reads that an open gate lets through: more than any test has.
const MANY: usize = 1 << 20;

impl Default for GatedBlobs {
    fn default() -> Self {
        Self { inner: MemoryBlobs::new(), gate: Arc::new(Semaphore::new(MANY)), reads: Arc::default() }
    }
}

impl GatedBlobs {
    /// From here on a read waits.
    pub fn close(&self) {
        self.gate.forget_permits(usize::MAX);
    }

    /// So many of those that wait, or are to come, go on.
    pub fn let_through(&self, reads: usize) {
        self.gate.add_permits(reads);
    }

    /// From here on no read waits.
    pub fn open(&self) {
        self.let_through(MANY);
    }

    /// How many there were.
    pub fn reads(&self) -> usize {
        self.reads.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl Blobs for GatedBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        self.inner.create(key).await
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        self.gate.acquire().await.unwrap().forget();
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.read(key, range).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.inner.delete(key).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.inner.check().await
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        self.inner.free_space().await
    }
}

use std::{
    collections::BTreeSet,
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, BlobStream, BlobWriter, Blobs, PresignRequest},
};
use futures::StreamExt;

/// Blobs that tell what goes in.
pub struct WatchedBlobs {
    inner: Arc<dyn Blobs>,
    keys: Mutex<BTreeSet<BlobKey>>,
    written: Arc<AtomicU64>,
    broken: AtomicBool,
}

impl WatchedBlobs {
    pub fn new(inner: Arc<dyn Blobs>) -> Self {
        Self { inner, keys: Mutex::default(), written: Arc::default(), broken: AtomicBool::new(false) }
    }

    /// From now on reading fails half-way, and so does the check.
    pub fn break_down(&self) {
        self.broken.store(true, Ordering::SeqCst);
    }

    fn is_broken(&self) -> bool {
        self.broken.load(Ordering::SeqCst)
    }

    pub fn count(&self) -> usize {
        self.keys.lock().unwrap().len()
    }

    pub fn written(&self) -> u64 {
        self.written.load(Ordering::SeqCst)
    }
}

struct WatchedWriter {
    inner: Box<dyn BlobWriter>,
    written: Arc<AtomicU64>,
}

#[async_trait]
impl Blobs for WatchedBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        let inner = self.inner.create(key).await?;
        self.keys.lock().unwrap().insert(key.clone());
        Ok(Box::new(WatchedWriter { inner, written: self.written.clone() }))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        if !self.is_broken() {
            return self.inner.read(key, range).await;
        }
        let half = range.start..range.start + (range.end - range.start) / 2;
        let whole = self.inner.read(key, half).await?;
        let end = futures::stream::iter([Err(BlobError::Unavailable("broken by the test".into()))]);
        Ok(whole.chain(end).boxed())
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.inner.delete(key).await?;
        self.keys.lock().unwrap().remove(key);
        Ok(())
    }

    async fn check(&self) -> Result<(), BlobError> {
        if self.is_broken() {
            return Err(BlobError::Unavailable("broken by the test".into()));
        }
        self.inner.check().await
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        self.inner.free_space().await
    }

    async fn presign(&self, key: &BlobKey, request: &PresignRequest) -> Result<Option<String>, BlobError> {
        self.inner.presign(key, request).await
    }
}

#[async_trait]
impl BlobWriter for WatchedWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        let count = bytes.len() as u64;
        self.inner.write(bytes).await?;
        self.written.fetch_add(count, Ordering::SeqCst);
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        self.inner.finish().await
    }
}

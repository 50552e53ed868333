//! The blob store, looked at from outside: what fails there.

use std::{ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    installation::InstallationId,
    ports::{BlobError, BlobStream, BlobWriter, Blobs, PresignRequest},
};
use futures::StreamExt;

use super::Metrics;

/// What is done at the blob store.
#[derive(Clone, Copy)]
pub(super) enum Operation {
    Write,
    Read,
    Delete,
    Check,
    Link,
}

impl Operation {
    pub(super) const ALL: [Self; 5] = [Self::Write, Self::Read, Self::Delete, Self::Check, Self::Link];

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read",
            Self::Delete => "delete",
            Self::Check => "check",
            Self::Link => "link",
        }
    }
}

/// Blobs whose failures are counted.
pub(super) struct MeasuredBlobs {
    inner: Arc<dyn Blobs>,
    metrics: Arc<Metrics>,
}

impl MeasuredBlobs {
    pub(super) fn new(inner: Arc<dyn Blobs>, metrics: Arc<Metrics>) -> Self {
        Self { inner, metrics }
    }

    fn counted<T>(&self, operation: Operation, answer: Result<T, BlobError>) -> Result<T, BlobError> {
        self.metrics.counted(operation, answer)
    }
}

impl Metrics {
    fn counted<T>(&self, operation: Operation, answer: Result<T, BlobError>) -> Result<T, BlobError> {
        if answer.is_err() {
            self.blob_errors.get_or_create(&[("operation", operation.as_str())]).inc();
        }
        answer
    }
}

#[async_trait]
impl Blobs for MeasuredBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        let writer = self.counted(Operation::Write, self.inner.create(key).await)?;
        Ok(Box::new(MeasuredWriter { inner: writer, metrics: self.metrics.clone() }))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        let stream = self.counted(Operation::Read, self.inner.read(key, range).await)?;
        let metrics = self.metrics.clone();
        Ok(stream.map(move |piece| metrics.counted(Operation::Read, piece)).boxed())
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.counted(Operation::Delete, self.inner.delete(key).await)
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.counted(Operation::Check, self.inner.check().await)
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        self.counted(Operation::Check, self.inner.free_space().await)
    }

    async fn installation(&self) -> Result<Option<InstallationId>, BlobError> {
        self.counted(Operation::Check, self.inner.installation().await)
    }

    async fn set_installation(&self, id: InstallationId) -> Result<bool, BlobError> {
        self.counted(Operation::Write, self.inner.set_installation(id).await)
    }

    async fn presign(&self, key: &BlobKey, request: &PresignRequest) -> Result<Option<String>, BlobError> {
        self.counted(Operation::Link, self.inner.presign(key, request).await)
    }
}

struct MeasuredWriter {
    inner: Box<dyn BlobWriter>,
    metrics: Arc<Metrics>,
}

#[async_trait]
impl BlobWriter for MeasuredWriter {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        let answer = self.inner.write(bytes).await;
        self.metrics.counted(Operation::Write, answer)
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        let answer = self.inner.finish().await;
        self.metrics.counted(Operation::Write, answer)
    }
}

use async_trait::async_trait;

use super::error::StoreResult;
use crate::id::BlobKey;

/// What can be asked about blobs that wait to be deleted.
#[async_trait]
pub trait ReadBlobQueue: Send {
    /// Blobs that wait to be deleted, by ascending key, behind `after` where that is given.
    async fn queued_blobs(&mut self, after: Option<&BlobKey>, limit: u64) -> StoreResult<Vec<BlobKey>>;

    /// How many blobs wait to be deleted.
    async fn queued_blob_count(&mut self) -> StoreResult<u64>;
}

/// What can be done to the queue of blobs that wait to be deleted.
#[async_trait]
pub trait WriteBlobQueue: Send {
    /// Queues blobs for deletion. What waits already goes on waiting, once.
    async fn queue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()>;

    /// Takes blobs off the queue: they are deleted.
    async fn unqueue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()>;
}

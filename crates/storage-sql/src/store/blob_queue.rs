use async_trait::async_trait;
use elizabeth_core::{
    id::BlobKey,
    ports::{ReadBlobQueue, StoreResult, WriteBlobQueue},
};

use crate::{
    connection::{Connection, Transaction},
    tables::blob_deletions,
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadBlobQueue for SqlTx<C> {
    async fn queued_blobs(&mut self, after: Option<&BlobKey>, limit: u64) -> StoreResult<Vec<BlobKey>> {
        // Every key is behind the empty text.
        let after = after.map_or("", BlobKey::as_str);
        self.all(blob_deletions::Queued { after, limit }).await
    }

    async fn queued_blob_count(&mut self) -> StoreResult<u64> {
        self.one(blob_deletions::Count {}).await
    }
}

#[async_trait]
impl<C: Transaction> WriteBlobQueue for SqlTx<C> {
    async fn queue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        self.run_for_each(keys, blob_deletions::queue).await
    }

    async fn unqueue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        self.run_for_each(keys, blob_deletions::unqueue).await
    }
}

use async_trait::async_trait;
use elizabeth_core::{
    id::BlobKey,
    ports::{ReadBlobQueue, StoreResult, WriteBlobQueue},
};

use super::key_rows;
use crate::{
    connection::{Connection, Transaction, Value},
    rows::{self, Cells},
    statements::sweep,
    tx::SqlTx,
};

impl<C: Connection> SqlTx<C> {
    pub(super) async fn queue(&mut self, keys: Vec<Vec<Value>>) -> StoreResult<()> {
        self.run_for_each(sweep::queue_blobs, &[], keys).await
    }
}

#[async_trait]
impl<C: Connection> ReadBlobQueue for SqlTx<C> {
    async fn queued_blobs(&mut self, after: Option<&BlobKey>, limit: u64) -> StoreResult<Vec<BlobKey>> {
        // Every key is behind the empty text.
        let after = after.map_or("", BlobKey::as_str);
        self.list(&sweep::QUEUED_BLOBS, vec![rows::text(after), rows::size(limit)], Cells::blob_key).await
    }

    async fn queued_blob_count(&mut self) -> StoreResult<u64> {
        self.one(&sweep::QUEUED_BLOB_COUNT, vec![], Cells::size).await
    }
}

#[async_trait]
impl<C: Transaction> WriteBlobQueue for SqlTx<C> {
    async fn queue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        self.queue(key_rows(keys)).await
    }

    async fn unqueue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        self.run_for_each(sweep::unqueue_blobs, &[], key_rows(keys)).await
    }
}

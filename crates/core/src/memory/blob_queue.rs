use std::ops::Bound;

use async_trait::async_trait;

use super::{
    state::limited,
    view::{Draft, Sees, View},
};
use crate::{
    id::BlobKey,
    ports::{ReadBlobQueue, StoreResult, WriteBlobQueue},
};

#[async_trait]
impl<S: Sees> ReadBlobQueue for View<S> {
    async fn queued_blobs(&mut self, after: Option<&BlobKey>, limit: u64) -> StoreResult<Vec<BlobKey>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let waiting = self.now().queue.range::<BlobKey, _>((from, Bound::Unbounded));
        Ok(waiting.take(limited(limit)).cloned().collect())
    }

    async fn queued_blob_count(&mut self) -> StoreResult<u64> {
        Ok(self.now().queue.size() as u64)
    }
}

#[async_trait]
impl WriteBlobQueue for View<Draft> {
    async fn queue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        for key in keys {
            self.state().queue.insert_mut(key.clone());
        }
        Ok(())
    }

    async fn unqueue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        for key in keys {
            self.state().queue.remove_mut(key);
        }
        Ok(())
    }
}

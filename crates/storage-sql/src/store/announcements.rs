use async_trait::async_trait;
use elizabeth_core::{
    id::{BlobKey, ReservationId},
    ports::{ReadAnnouncements, StoreResult, WriteAnnouncements},
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction},
    tables::{blob_deletions, pending_blobs},
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadAnnouncements for SqlTx<C> {
    async fn lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<u64> {
        self.one(pending_blobs::CountLapsed { now }).await
    }
}

#[async_trait]
impl<C: Transaction> WriteAnnouncements for SqlTx<C> {
    async fn announce(&mut self, id: ReservationId, keys: &[BlobKey], until: Timestamp) -> StoreResult<()> {
        match keys {
            [key] => self.run(pending_blobs::Announce { reservation: id, until, key }).await.map(drop),
            keys => self.run_for_each(keys, |keys| pending_blobs::announce(id, until, keys)).await,
        }
    }

    async fn extend_announcements(&mut self, id: ReservationId, until: Timestamp) -> StoreResult<()> {
        self.run(pending_blobs::ExtendOfReservation { until, reservation: id }).await.map(drop)
    }

    async fn extend_announcement(&mut self, key: &BlobKey, until: Timestamp) -> StoreResult<bool> {
        Ok(self.run(pending_blobs::Extend { until, key }).await? == 1)
    }

    async fn retract_announcement(&mut self, key: &BlobKey) -> StoreResult<bool> {
        Ok(self.run(pending_blobs::Retract { key }).await? == 1)
    }

    async fn retract_announcements(&mut self, id: ReservationId) -> StoreResult<u64> {
        self.run(pending_blobs::RetractOfReservation { reservation: id }).await
    }

    async fn queue_lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<()> {
        let lapsed = self.all(pending_blobs::DeleteLapsed { now }).await?;
        self.run_for_each(&lapsed, blob_deletions::queue).await
    }
}

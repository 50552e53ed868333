use async_trait::async_trait;
use elizabeth_core::{
    id::{BlobKey, ReservationId},
    ports::{ReadAnnouncements, StoreResult, WriteAnnouncements},
    time::Timestamp,
};

use super::key_rows;
use crate::{
    connection::{Connection, Transaction},
    rows::{self, Cells},
    statements::{reservations, sweep, uploads},
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadAnnouncements for SqlTx<C> {
    async fn lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<u64> {
        self.one(&sweep::LAPSED_ANNOUNCEMENTS, vec![rows::time(now)], Cells::size).await
    }
}

#[async_trait]
impl<C: Transaction> WriteAnnouncements for SqlTx<C> {
    async fn announce(&mut self, id: ReservationId, keys: &[BlobKey], until: Timestamp) -> StoreResult<()> {
        let shared = [rows::int(id.0), rows::time(until)];
        match keys {
            [key] => {
                let [id, until] = shared;
                let values = vec![id, until, rows::text(key.as_str())];
                self.run(&reservations::ANNOUNCE, values).await.map(drop)
            }
            keys => self.run_for_each(reservations::announce, &shared, key_rows(keys)).await,
        }
    }

    async fn extend_announcements(&mut self, id: ReservationId, until: Timestamp) -> StoreResult<()> {
        let values = vec![rows::time(until), rows::int(id.0)];
        self.run(&reservations::EXTEND_ANNOUNCEMENTS, values).await.map(drop)
    }

    async fn extend_announcement(&mut self, key: &BlobKey, until: Timestamp) -> StoreResult<bool> {
        let values = vec![rows::time(until), rows::text(key.as_str())];
        Ok(self.run(&uploads::EXTEND_ANNOUNCEMENT, values).await? == 1)
    }

    async fn retract_announcement(&mut self, key: &BlobKey) -> StoreResult<bool> {
        Ok(self.run(&uploads::RETRACT_ANNOUNCEMENT, vec![rows::text(key.as_str())]).await? == 1)
    }

    async fn retract_announcements(&mut self, id: ReservationId) -> StoreResult<u64> {
        self.run(&reservations::RETRACT_ANNOUNCEMENTS, vec![rows::int(id.0)]).await
    }

    async fn queue_lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<()> {
        let lapsed =
            self.list(&sweep::DELETE_LAPSED_ANNOUNCEMENTS, vec![rows::time(now)], Cells::blob_key).await?;
        self.queue(key_rows(&lapsed)).await
    }
}

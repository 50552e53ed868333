//! The parts of core's store ports, one by one.

mod announcements;
mod blob_queue;
mod contents;
mod edits;
mod events;
mod installation;
mod leases;
mod reservations;
mod rooms;
mod sessions;
mod tickets;
mod totals;
mod uploads;

use async_trait::async_trait;
use elizabeth_core::ports::{StoreResult, WriteTx};

use crate::{connection::Transaction, tx::SqlTx};

#[async_trait]
impl<C: Transaction> WriteTx for SqlTx<C> {
    async fn commit(self: Box<Self>) -> StoreResult<()> {
        self.conn.commit().await
    }
}

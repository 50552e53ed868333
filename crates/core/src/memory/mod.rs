//! A store and a blob store in memory: first-class adapters for embedding and for tests. What they hold is gone
//! when the last handle is; apart from that they keep every promise of the ports.
//!
//! Transactions cost what they touch: the tables are persistent search trees that share what is unchanged, so
//! that a transaction begins with a copy of the state in constant time, readers keep the state that was committed,
//! and dropping a transaction undoes it by forgetting its copy.

mod announcements;
mod blob_queue;
mod blobs;
mod contents;
mod edits;
mod events;
mod installation;
mod leases;
mod reservations;
mod rooms;
mod rows;
mod sessions;
mod state;
mod table;
mod tickets;
mod totals;
mod uploads;
mod view;

use std::sync::Arc;

use async_trait::async_trait;

pub use blobs::MemoryBlobs;

use crate::ports::{ReadTx, Store, StoreResult, WriteTx};
use view::{Draft, Latest, Shared, View};

/// A store in memory. Clones are handles to the same data.
///
/// There is one writer at a time; readers never wait for it.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

impl MemoryStore {
    /// A store with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }
}

impl std::fmt::Debug for MemoryStore {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryStore").finish_non_exhaustive()
    }
}

#[async_trait]
impl Store for MemoryStore {
    async fn begin(&self) -> StoreResult<Box<dyn WriteTx>> {
        Ok(Box::new(View(Draft::begin(self.shared.clone()).await)))
    }

    async fn read(&self) -> StoreResult<Box<dyn ReadTx>> {
        Ok(Box::new(View(Latest::new(self.shared.clone()))))
    }

    async fn check(&self) -> StoreResult<()> {
        Ok(())
    }

    fn kind(&self) -> &'static str {
        "memory"
    }
}

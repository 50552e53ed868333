//! A store and a blob store in memory: first-class adapters for embedding and for tests. What they hold is gone
//! when the last handle is; apart from that they keep every promise of the ports.
//!
//! Transactions cost what they touch: the tables are persistent search trees that share what is unchanged, so
//! that a transaction begins with a copy of the state in constant time, readers keep the state that was committed,
//! and dropping a transaction undoes it by forgetting its copy.

mod blobs;
mod read;
mod state;
mod table;
mod write;

use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use futures::lock::Mutex as AsyncMutex;

pub use blobs::MemoryBlobs;

use crate::ports::{ReadTx, Store, StoreResult, WriteTx};
use read::{Latest, View};
use state::State;
use write::Draft;

/// A store in memory. Clones are handles to the same data.
///
/// There is one writer at a time; readers never wait for it.
#[derive(Clone, Default)]
pub struct MemoryStore {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    committed: Mutex<Arc<State>>,
    writer: Arc<AsyncMutex<()>>,
}

impl Shared {
    fn committed(&self) -> Arc<State> {
        // A state is replaced whole, so what a panicking thread leaves behind is consistent.
        self.committed.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn commit(&self, state: State) {
        let state = Arc::new(state);
        let before =
            std::mem::replace(&mut *self.committed.lock().unwrap_or_else(PoisonError::into_inner), state);
        // Only now that the lock is free again: the last handle to a large state takes a while to drop.
        drop(before);
    }
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
        let turn = self.shared.writer.clone().lock_owned().await;
        Ok(Box::new(View(Draft::new(self.shared.clone(), turn))))
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

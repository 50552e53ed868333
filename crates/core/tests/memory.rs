//! The memory adapters run the suites that every adapter runs.
#![cfg(feature = "conformance")]

use std::sync::Arc;

use async_trait::async_trait;
use elizabeth_core::{
    conformance::{BlobsFixture, StoreFixture},
    memory::{MemoryBlobs, MemoryStore},
    ports::{Blobs, Store},
};

struct Memory(MemoryStore);

#[async_trait]
impl StoreFixture for Memory {
    async fn open() -> Self {
        Self(MemoryStore::new())
    }

    fn store(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&self) -> Arc<dyn Store> {
        Arc::new(self.0.clone())
    }
}

struct Shelves(MemoryBlobs);

#[async_trait]
impl BlobsFixture for Shelves {
    async fn open() -> Self {
        Self(MemoryBlobs::new())
    }

    fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::new(self.0.clone())
    }

    async fn reopen(&self) -> Arc<dyn Blobs> {
        Arc::new(self.0.clone())
    }
}

mod store {
    use super::Memory;

    elizabeth_core::store_conformance!(Memory);
}

mod blobs {
    use super::Shelves;

    elizabeth_core::blobs_conformance!(Shelves);
}

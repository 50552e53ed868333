//! The memory adapters run the suites that every adapter runs.

use std::sync::Arc;

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    memory::{MemoryBlobs, MemoryStore},
    ports::{BlobError, Blobs, Store},
};
use elizabeth_testing::conformance::{BlobsFixture, StoreFixture};

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

    elizabeth_testing::store_conformance!(Memory);
}

mod blobs {
    use super::Shelves;

    elizabeth_testing::blobs_conformance!(Shelves);
}

#[tokio::test]
async fn a_full_blob_store_says_so() {
    let blobs = MemoryBlobs::with_capacity(100);
    let key = |n| BlobKey::from_random([n; 16]);
    assert_eq!(blobs.free_space().await, Ok(Some(100)));
    let mut writer = blobs.create(&key(1)).await.unwrap();
    writer.write(Bytes::from(vec![1; 60])).await.unwrap();
    assert!(matches!(writer.write(Bytes::from(vec![1; 41])).await, Err(BlobError::Full(_))));
    assert_eq!(blobs.free_space().await, Ok(Some(40)));
    writer.write(Bytes::from(vec![1; 40])).await.unwrap();
    writer.finish().await.unwrap();
    assert_eq!(blobs.free_space().await, Ok(Some(0)));
    blobs.delete(&key(1)).await.unwrap();
    assert_eq!(blobs.free_space().await, Ok(Some(100)));
    assert!(matches!(writer.finish().await, Err(BlobError::Missing(_))));
    assert_eq!(MemoryBlobs::new().free_space().await, Ok(None));
}

#[tokio::test]
async fn a_blob_key_is_used_once() {
    let blobs = MemoryBlobs::new();
    let key = BlobKey::from_random([1; 16]);
    let _writer = blobs.create(&key).await.unwrap();
    assert!(blobs.create(&key).await.is_err());
}

//! The memory adapters run the suites that every adapter runs.
#![cfg(feature = "conformance")]

use std::{sync::Arc, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    conformance::{BlobsFixture, ManualClock, SeededEntropy, StoreFixture},
    id::BlobKey,
    memory::{MemoryBlobs, MemoryStore},
    ports::{BlobError, Blobs, Clock, Entropy, Store},
    time::Timestamp,
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

/// A case that no macro names would never run.
#[test]
fn every_case_is_expanded() {
    let lists =
        [include_str!("../src/conformance/store/mod.rs"), include_str!("../src/conformance/blobs.rs")];
    let cases = [
        include_str!("../src/conformance/blobs.rs"),
        include_str!("../src/conformance/store/contents.rs"),
        include_str!("../src/conformance/store/model/mod.rs"),
        include_str!("../src/conformance/store/reservations.rs"),
        include_str!("../src/conformance/store/rooms.rs"),
        include_str!("../src/conformance/store/sweep.rs"),
        include_str!("../src/conformance/store/tokens.rs"),
        include_str!("../src/conformance/store/transactions.rs"),
    ];
    let mut seen = 0;
    for line in cases.iter().flat_map(|file| file.lines()) {
        let Some((name, _)) = line.strip_prefix("pub async fn ").and_then(|rest| rest.split_once('(')) else {
            continue;
        };
        let listed = |list: &&str| {
            let ends = [",", ";"].map(|end| format!("    {name}{end}"));
            list.lines().any(|line| ends.iter().any(|end| line.ends_with(end)))
        };
        assert!(lists.iter().any(listed), "{name} is in no list");
        seen += 1;
    }
    assert!(seen > 80, "{seen} cases found");
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

#[test]
fn a_clock_shows_what_it_was_set_to() {
    let clock = ManualClock::default();
    let (start, other) = (clock.now(), clock.clone());
    other.advance(Duration::from_micros(1_500_000));
    assert_eq!(clock.now().since(start), Duration::from_micros(1_500_000));
    clock.set(Timestamp::EPOCH);
    assert_eq!(other.now(), Timestamp::EPOCH);
}

#[test]
fn seeded_entropy_repeats_itself_from_run_to_run_only() {
    let draw = |seed| {
        let entropy: &dyn Entropy = &SeededEntropy::new(seed);
        (entropy.bytes::<70>(), entropy.bytes::<70>(), entropy.uuid())
    };
    assert_eq!(draw(1), draw(1));
    assert_ne!(draw(1), draw(2));
    let (first, second, _) = draw(1);
    assert_ne!(first, second);
    assert_ne!(first[..32], first[32..64]);
}

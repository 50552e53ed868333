//! Two processes on one store, of which one sweeps at a time.

use std::{ops::Range, sync::Arc, time::Duration};

use async_trait::async_trait;
use elizabeth_core::{
    id::BlobKey,
    memory::{MemoryBlobs, MemoryStore},
    policy::Policy,
    ports::{BlobError, BlobStream, BlobWriter, Blobs, Store},
    service::{GcReport, SWEEP_LEASE},
};
use tokio::{sync::Semaphore, task::unconstrained};

use crate::support::World;

/// Memory that deletes as many blobs as it is allowed to, and then does not answer.
#[derive(Clone)]
struct Gated {
    inner: MemoryBlobs,
    allowed: Arc<Semaphore>,
}

#[async_trait]
impl Blobs for Gated {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        self.inner.create(key).await
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        self.inner.read(key, range).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.allowed.acquire().await.unwrap().forget();
        self.inner.delete(key).await
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.inner.check().await
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        self.inner.free_space().await
    }
}

/// Processes on one store, by one clock, and what lets each of them delete.
struct Processes {
    one: World,
    one_may_delete: Arc<Semaphore>,
    other: World,
    other_may_delete: Arc<Semaphore>,
}

/// With so many blobs to be deleted.
async fn processes(blobs: u128) -> Processes {
    let (store, memory) = (MemoryStore::default(), MemoryBlobs::default());
    let queued: Vec<BlobKey> = (0..blobs).map(|n| BlobKey::from_random(n.to_be_bytes())).collect();
    let mut tx = store.begin().await.unwrap();
    tx.queue_blobs(&queued).await.unwrap();
    tx.commit().await.unwrap();
    let (one_may_delete, other_may_delete) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let gated = |allowed: &Arc<Semaphore>| {
        Arc::new(Gated { inner: memory.clone(), allowed: allowed.clone() }) as Arc<dyn Blobs>
    };
    let store: Arc<dyn Store> = Arc::new(store);
    let one = World::over(memory.clone(), store.clone(), gated(&one_may_delete), Policy::default());
    let other = World::beside(&one, memory.clone(), store, gated(&other_may_delete));
    Processes { one, one_may_delete, other, other_may_delete }
}

fn collected(cleaned_blobs: u64) -> Option<GcReport> {
    Some(GcReport { cleaned_blobs, ..GcReport::default() })
}

#[tokio::test]
async fn who_dies_over_a_sweep_is_followed_once_its_lease_is_over() {
    let Processes { one, other, other_may_delete, .. } = processes(1).await;
    let (holder, successor) = (one.app.new_lease_holder(), other.app.new_lease_holder());
    other_may_delete.add_permits(1);
    let mut sweep = Box::pin(one.app.sweep_in_turn(holder));
    assert!(futures::poll!(&mut sweep).is_pending());
    assert_eq!(other.app.sweep_in_turn(successor).await.unwrap(), None);
    drop(sweep);
    one.clock.advance(SWEEP_LEASE.saturating_sub(Duration::from_micros(1)));
    assert_eq!(other.app.sweep_in_turn(successor).await.unwrap(), None);
    one.clock.advance(Duration::from_micros(1));
    assert_eq!(other.app.sweep_in_turn(successor).await.unwrap(), collected(1));
}

#[tokio::test]
async fn a_turn_is_given_back_at_the_end() {
    let Processes { one, one_may_delete, other, .. } = processes(3).await;
    one_may_delete.add_permits(3);
    assert_eq!(one.app.sweep_in_turn(one.app.new_lease_holder()).await.unwrap(), collected(3));
    assert_eq!(other.app.sweep_in_turn(other.app.new_lease_holder()).await.unwrap(), collected(0));
}

/// The operator does not wait for anybody's turn.
#[tokio::test]
async fn a_sweep_by_hand_needs_no_turn() {
    let Processes { one, other, other_may_delete, .. } = processes(2).await;
    other_may_delete.add_permits(2);
    let mut sweep = Box::pin(one.app.sweep_in_turn(one.app.new_lease_holder()));
    assert!(futures::poll!(&mut sweep).is_pending());
    assert_eq!(other.app.gc(false).await.unwrap().cleaned_blobs, 2);
}

/// Blobs are deleted a hundred at a time; each hundred takes two thirds of a lease.
#[tokio::test]
async fn a_long_sweep_keeps_its_turn() {
    let Processes { one, one_may_delete, other, other_may_delete } = processes(250).await;
    let (holder, rival) = (one.app.new_lease_holder(), other.app.new_lease_holder());
    let mut sweep = Box::pin(unconstrained(one.app.sweep_in_turn(holder)));
    for _ in 0..3 {
        assert!(futures::poll!(&mut sweep).is_pending());
        one.clock.advance(SWEEP_LEASE * 2 / 3);
        assert_eq!(other.app.sweep_in_turn(rival).await.unwrap(), None);
        one_may_delete.add_permits(100);
    }
    assert_eq!(sweep.await.unwrap(), collected(250));
    other_may_delete.add_permits(1);
    assert_eq!(other.app.sweep_in_turn(rival).await.unwrap(), collected(0));
}

/// It stood still for too long, and somebody else is at it.
#[tokio::test]
async fn a_sweep_that_lost_its_turn_leaves_the_rest() {
    let Processes { one, one_may_delete, other, other_may_delete } = processes(250).await;
    let (holder, successor) = (one.app.new_lease_holder(), other.app.new_lease_holder());
    let mut late = Box::pin(unconstrained(one.app.sweep_in_turn(holder)));
    assert!(futures::poll!(&mut late).is_pending());
    one.clock.advance(SWEEP_LEASE);
    let mut sweep = Box::pin(unconstrained(other.app.sweep_in_turn(successor)));
    assert!(futures::poll!(&mut sweep).is_pending());
    one_may_delete.add_permits(250);
    assert_eq!(late.await.unwrap(), collected(100));
    // And it has not given back what is another's by now.
    assert_eq!(one.app.sweep_in_turn(holder).await.unwrap(), None);
    other_may_delete.add_permits(250);
    assert_eq!(sweep.await.unwrap(), collected(250));
}

//! Work that is done by one at a time.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use elizabeth_core::{id::LeaseHolder, ports::Store, time::Timestamp};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::{Bench, given::at};
use crate::conformance::run_all;

const A: LeaseHolder = LeaseHolder(Uuid::from_u128(1));
const B: LeaseHolder = LeaseHolder(Uuid::from_u128(2));

async fn take(store: &dyn Store, name: &str, holder: LeaseHolder, now: Timestamp, until: Timestamp) -> bool {
    let mut tx = store.begin().await.unwrap();
    let taken = tx.take_lease(name, holder, now, until).await.unwrap();
    tx.commit().await.unwrap();
    taken
}

async fn release(store: &dyn Store, name: &str, holder: LeaseHolder) -> bool {
    let mut tx = store.begin().await.unwrap();
    let released = tx.release_lease(name, holder).await.unwrap();
    tx.commit().await.unwrap();
    released
}

/// The other process is refused as long as it runs, and nothing of the holder's changes.
pub async fn a_lease_is_one_holders(bench: &Bench) {
    let (here, there) = (bench.store(), bench.reopen().await);
    assert!(take(&*here, "work", A, at(0), at(30)).await);
    let last = Timestamp::from_micros(at(30).as_micros() - 1);
    for now in [at(-9), at(0), last] {
        assert!(!take(&*there, "work", B, now, at(99)).await, "{now}");
    }
    assert!(!release(&*there, "work", B).await);
    assert!(take(&*here, "work", A, at(1), at(30)).await);
    assert!(take(&*there, "other work", B, at(1), at(30)).await);
}

/// Its end moves, also to an earlier instant.
pub async fn a_lease_is_prolonged_by_its_holder(bench: &Bench) {
    let (here, there) = (bench.store(), bench.reopen().await);
    assert!(take(&*here, "work", A, at(0), at(30)).await);
    assert!(take(&*here, "work", A, at(20), at(50)).await);
    assert!(!take(&*there, "work", B, at(49), at(99)).await);
    // Nobody came meanwhile.
    assert!(take(&*here, "work", A, at(60), at(90)).await);
    assert!(take(&*here, "work", A, at(60), at(70)).await);
    assert!(take(&*there, "work", B, at(70), at(99)).await);
}

/// From its end on it is anybody's, and the one who had it is another then.
pub async fn a_lease_that_is_over_is_taken_over(bench: &Bench) {
    let (here, there) = (bench.store(), bench.reopen().await);
    assert!(take(&*here, "work", A, at(0), at(30)).await);
    assert!(take(&*there, "work", B, at(30), at(60)).await);
    assert!(!take(&*here, "work", A, at(31), at(61)).await);
    assert!(!release(&*here, "work", A).await);
    assert!(!take(&*here, "work", A, at(59), at(89)).await);
}

/// Given back it is free at once; what was not committed was not given back.
pub async fn a_lease_that_is_released_is_free(bench: &Bench) {
    let (here, there) = (bench.store(), bench.reopen().await);
    assert!(take(&*here, "work", A, at(0), at(30)).await);
    let mut tx = here.begin().await.unwrap();
    assert_eq!(tx.release_lease("work", A).await, Ok(true));
    drop(tx);
    assert!(!take(&*there, "work", B, at(1), at(31)).await);
    assert!(release(&*here, "work", A).await);
    assert!(!release(&*here, "work", A).await);
    assert!(take(&*there, "work", B, at(1), at(31)).await);
    assert!(!take(&*here, "work", A, at(2), at(32)).await);
}

/// Twenty holders in two processes: a new lease is one's, and so is one that is over.
pub async fn of_many_at_once_one_takes_a_lease(bench: &Bench) {
    let stores = [bench.store(), bench.reopen().await];
    for turn in 0..3 {
        let taken = Arc::new(AtomicUsize::new(0));
        let rival = |(number, store): (u128, Arc<dyn Store>)| -> BoxFuture<'static, ()> {
            let taken = taken.clone();
            Box::pin(async move {
                let holder = LeaseHolder(Uuid::from_u128(number));
                if take(&*store, "work", holder, at(turn), at(turn + 1)).await {
                    taken.fetch_add(1, Ordering::SeqCst);
                }
            })
        };
        let rivals = (0..20).zip(stores.iter().cycle().cloned()).map(rival).collect();
        run_all(bench.spawn, rivals).await;
        assert_eq!(taken.load(Ordering::SeqCst), 1, "turn {turn}");
    }
}

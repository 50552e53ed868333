//! What is known of the installation as a whole.

use std::sync::Arc;

use elizabeth_core::{
    installation::{Installation, InstallationId},
    ports::Store,
};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::{Bench, given::at};
use crate::conformance::run_all;

async fn known(store: &dyn Store) -> Installation {
    store.read().await.unwrap().installation().await.unwrap()
}

/// Each by itself, and seen by another process.
pub async fn what_is_known_of_the_installation_comes_back(bench: &Bench) {
    let (here, there) = (bench.store(), bench.reopen().await);
    assert_eq!(known(&*here).await, Installation::default());
    let id = InstallationId(Uuid::from_u128(7));
    let mut expected = Installation::default();
    for change in 0..4 {
        let mut tx = here.begin().await.unwrap();
        match change {
            0 => tx.name_installation(id).await.unwrap(),
            1 => tx.mark_blobs().await.unwrap(),
            2 => tx.set_removed_until(at(5)).await.unwrap(),
            // To an earlier instant, too.
            _ => tx.set_removed_until(at(-5)).await.unwrap(),
        }
        match change {
            0 => expected.id = Some(id),
            1 => expected.blobs_marked = true,
            2 => expected.removed_until = Some(at(5)),
            _ => expected.removed_until = Some(at(-5)),
        }
        assert_eq!(tx.installation().await, Ok(expected));
        tx.commit().await.unwrap();
        assert_eq!(known(&*there).await, expected);
    }
}

/// What was not committed was not noted.
pub async fn an_installation_is_changed_by_a_commit_alone(bench: &Bench) {
    let mut tx = bench.begin().await;
    tx.name_installation(InstallationId(Uuid::from_u128(7))).await.unwrap();
    tx.mark_blobs().await.unwrap();
    tx.set_removed_until(at(5)).await.unwrap();
    drop(tx);
    assert_eq!(known(&*bench.store()).await, Installation::default());
    // What only proves that something can be written changes nothing that is read.
    let mut tx = bench.begin().await;
    tx.probe(at(1)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(known(&*bench.store()).await, Installation::default());
}

/// Twenty names in two processes: one is kept, for ever.
pub async fn of_many_names_at_once_one_is_kept(bench: &Bench) {
    let stores = [bench.store(), bench.reopen().await];
    let rival = |(number, store): (u128, Arc<dyn Store>)| -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            tx.name_installation(InstallationId(Uuid::from_u128(number))).await.unwrap();
            tx.commit().await.unwrap();
        })
    };
    let rivals = (1..=20).zip(stores.iter().cycle().cloned()).map(rival).collect();
    run_all(bench.spawn, rivals).await;
    let kept = known(&*stores[0]).await.id.unwrap();
    assert_eq!(known(&*stores[1]).await.id, Some(kept));
    rival((21, stores[1].clone())).await;
    assert_eq!(known(&*stores[0]).await.id, Some(kept));
}

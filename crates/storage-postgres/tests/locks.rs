//! Transactions that want the same rows take them in the same order, so that none has to be undone.
#![expect(clippy::unwrap_used, reason = "test code: what goes wrong fails by panicking")]

use std::time::Duration;

use elizabeth_core::{
    id::SessionId,
    name::{RoomName, RoomRef},
    permission::Permission,
    ports::{Store, StoreError, StoreResult},
    room::NewRoom,
    secret::KeyHash,
    time::Timestamp,
    token::RefreshRecord,
};
use elizabeth_storage_postgres::{PostgresOptions, PostgresStore};
use elizabeth_test_servers::Postgres;
use tokio::time::sleep;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::EPOCH;

async fn open(name: &str) -> PostgresStore {
    PostgresStore::open(&Postgres::shared().database(name), PostgresOptions::default()).await.unwrap()
}

fn room(name: &str, slug: &str) -> NewRoom {
    NewRoom {
        name: RoomName::parse(name).unwrap(),
        slug: slug.into(),
        password_hash: None,
        owner_key_hash: KeyHash([0; 32]),
        permission: Permission::all(),
        max_size: 1,
        max_entries: None,
        expire_at: None,
        created_at: NOW,
    }
}

/// One wants what the other has as its name, and the other way round.
#[tokio::test]
async fn rooms_that_want_each_others_addresses_do_not_deadlock() {
    let store = open("crosswise").await;
    for n in 0..50 {
        let add = async |name: String, slug: String| {
            let mut tx = store.begin().await?;
            tx.insert_room(&room(&name, &slug)).await?;
            tx.commit().await
        };
        let (a, b) = (|| format!("a{n}"), || format!("b{n}"));
        let mut answers: [StoreResult<()>; 2] = tokio::join!(add(a(), b()), add(b(), a())).into();
        answers.sort_by_key(Result::is_err);
        assert_eq!(answers, [Ok(()), Err(StoreError::AddressTaken)]);
    }
}

/// A token is refreshed while its session is revoked.
#[tokio::test]
async fn a_refresh_and_a_revocation_do_not_deadlock() {
    let store = open("refresh").await;
    let (hash, sid) = (KeyHash([1; 32]), SessionId(Uuid::from_bytes([2; 16])));
    let mut tx = store.begin().await.unwrap();
    let id = tx.insert_room(&room("room", "room")).await.unwrap();
    let record = RefreshRecord {
        hash,
        room_id: id,
        sid,
        owner: false,
        scope: Permission::all(),
        granted: Permission::empty(),
        created_at: NOW,
        expires_at: Timestamp::MAX,
        used_at: None,
        revoked_at: None,
    };
    tx.insert_refresh(&record).await.unwrap();
    tx.commit().await.unwrap();
    let refresh = async {
        let mut tx = store.begin().await?;
        tx.lock_refresh(hash).await?;
        sleep(Duration::from_millis(200)).await;
        tx.lock_room_by_id(id, NOW).await?;
        tx.use_refresh(hash, NOW).await?;
        tx.commit().await
    };
    let revoke = async {
        sleep(Duration::from_millis(100)).await;
        let mut tx = store.begin().await?;
        tx.lock_room(&RoomRef::parse("room").unwrap(), None, NOW).await?;
        tx.revoke_session_refresh(id, sid, NOW).await?;
        tx.commit().await
    };
    assert_eq!(tokio::join!(refresh, revoke), (Ok(()), Ok(())));
    let found = store.begin().await.unwrap().lock_refresh(hash).await.unwrap().unwrap();
    assert_eq!((found.used_at, found.revoked_at), (Some(NOW), Some(NOW)));
}

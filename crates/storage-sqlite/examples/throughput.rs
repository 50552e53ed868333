//! How fast the store is on this machine: reads of what every request reads, lists, and durable units of work.
//!
//! `cargo run --release -p elizabeth-storage-sqlite --example throughput -- FOLDER`; the folder's disk decides what
//! a commit costs.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a measurement, run by hand")]

use std::{
    future::Future,
    path::PathBuf,
    sync::Arc,
    time::{Duration, Instant},
};

use elizabeth_core::{
    content::{BlobLocation, ContentKind, NewContent, Segment},
    id::{BlobKey, ContentId, Jti, RoomId, SessionId},
    name::{RoomName, RoomRef},
    permission::Permission,
    ports::{ContentPage, Store},
    room::NewRoom,
    secret::KeyHash,
    time::Timestamp,
    token::TokenRecord,
};
use elizabeth_storage_sqlite::SqliteStore;
use uuid::Uuid;

const SPAN: Duration = Duration::from_secs(2);

fn content(room_id: RoomId, location: BlobLocation) -> NewContent {
    NewContent {
        segments: vec![Segment { size: 4096, location }],
        ..NewContent::empty(room_id, SessionId(Uuid::nil()), ContentKind::File, Timestamp::EPOCH)
    }
}

async fn room(store: &SqliteStore, name: &str, contents: u64) -> (RoomRef, RoomId, Jti, ContentId) {
    let name = RoomName::parse(name).unwrap();
    let mut tx = store.begin().await.unwrap();
    let new = NewRoom {
        name: name.clone(),
        slug: name.as_str().to_owned(),
        password_hash: None,
        owner_key_hash: KeyHash([1; 32]),
        permission: Permission::all(),
        max_size: 1 << 40,
        max_entries: None,
        expire_at: None,
        created_at: Timestamp::EPOCH,
    };
    let id = tx.insert_room(&new).await.unwrap();
    let token = TokenRecord {
        jti: Jti(Uuid::from_u128(id.0.unsigned_abs().into())),
        room_id: id,
        sid: SessionId(Uuid::nil()),
        permission: Permission::all(),
        owner: false,
        scope: Permission::all(),
        granted: Permission::empty(),
        created_at: Timestamp::EPOCH,
        expires_at: Timestamp::MAX,
        revoked_at: None,
    };
    tx.insert_token(&token).await.unwrap();
    let mut last = ContentId(0);
    for _ in 0..contents {
        last = tx.insert_content(&content(id, BlobLocation::Inline(vec![0; 4096].into()))).await.unwrap();
    }
    tx.commit().await.unwrap();
    (name.into(), id, token.jti, last)
}

/// Runs `task` over and over in so many tasks at once.
async fn measure<F>(what: &str, at_once: usize, task: impl Fn() -> F + Send + Sync + 'static)
where
    F: Future<Output = ()> + Send,
{
    let task = Arc::new(task);
    let begun = Instant::now();
    let running: Vec<_> = (0..at_once)
        .map(|_| {
            let task = Arc::clone(&task);
            tokio::spawn(async move {
                let mut done = 0_u32;
                while begun.elapsed() < SPAN {
                    task().await;
                    done += 1;
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for task in running {
        done += task.await.unwrap();
    }
    let took = begun.elapsed();
    println!(
        "{what:32} x{at_once:<3} {:>9.0}/s  {:>10.1?} each",
        f64::from(done) / took.as_secs_f64(),
        took * u32::try_from(at_once).unwrap() / done.max(1)
    );
}

#[tokio::main]
async fn main() {
    let folder = std::env::args_os().nth(1).map_or_else(|| PathBuf::from("."), PathBuf::from);
    let file = folder.join(format!("throughput-{}.db", std::process::id()));
    let begun = Instant::now();
    let store = SqliteStore::open(&file).await.unwrap();
    println!("opened in {:?}", begun.elapsed());
    let (address, id, jti, last) = room(&store, "bench", 100).await;
    let (_, big, _, _) = room(&store, "big", 10_000).await;

    for at_once in [1, 4, 32] {
        let (reader, address) = (store.clone(), address.clone());
        measure("access", at_once, move || {
            let (store, address) = (reader.clone(), address.clone());
            async move {
                let mut read = store.read().await.unwrap();
                read.access(&address, Some(jti), Timestamp::EPOCH).await.unwrap().unwrap();
            }
        })
        .await;
    }
    for at_once in [1, 32] {
        let (reader, address) = (store.clone(), address.clone());
        measure("content_access, 4 KiB inline", at_once, move || {
            let (store, address) = (reader.clone(), address.clone());
            async move {
                let mut read = store.read().await.unwrap();
                read.content_access(&address, Some(jti), last, Timestamp::EPOCH).await.unwrap().unwrap();
            }
        })
        .await;
    }
    for (what, room) in [("list of 100", id), ("list of 10000", big)] {
        let reader = store.clone();
        measure(what, 2, move || {
            let store = reader.clone();
            async move {
                let mut read = store.read().await.unwrap();
                read.contents(room, ContentPage::default()).await.unwrap();
            }
        })
        .await;
    }
    for at_once in [1, 16, 64] {
        let (writer, address) = (store.clone(), address.clone());
        measure("durable upload: lock, insert", at_once, move || {
            let (store, address) = (writer.clone(), address.clone());
            async move {
                let mut tx = store.begin().await.unwrap();
                tx.lock_room(&address, Some(jti), Timestamp::EPOCH).await.unwrap();
                let location = BlobLocation::Blob(BlobKey::from_random([0; 16]));
                tx.insert_content(&content(id, location)).await.unwrap();
                tx.commit().await.unwrap();
            }
        })
        .await;
    }
    drop(store);
    for end in ["", "-wal", "-shm"] {
        let mut name = file.clone().into_os_string();
        name.push(end);
        let _ = std::fs::remove_file(name);
    }
}

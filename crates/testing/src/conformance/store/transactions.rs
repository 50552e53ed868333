//! Isolation and durability: what each writer may rely on.

use std::{sync::Arc, time::Duration};

use elizabeth_core::{
    id::RoomId,
    ports::{ContentPage, Counts, Store, WriteTx},
    quota::Ledger,
    room::{NewRoom, RoomChange},
    time::Timestamp,
};
use futures::{
    channel::oneshot,
    future::{BoxFuture, Either, select},
};

use super::{
    Bench,
    given::{
        address, at, hash, hold, inline, jti, key, manifest, new_content, new_room, refresh, reserve, sid,
        token,
    },
};
use crate::conformance::{run_all, step_aside};

/// Before it is committed.
pub async fn a_transaction_sees_what_it_wrote(bench: &Bench) {
    let mut tx = bench.begin().await;
    let room = tx.insert_room(&new_room("room")).await.unwrap();
    let content = tx.insert_content(&new_content(room, vec![inline("abc")])).await.unwrap();
    let id = reserve(&mut *tx, room, 5, 10).await;
    tx.insert_token(&token(room, 1, 1)).await.unwrap();
    tx.change_room(room, &RoomChange { entries: Some(1), ..RoomChange::default() }).await.unwrap();
    let seen = tx.access(&address("room"), Some(jti(1)), at(1)).await.unwrap().unwrap();
    assert_eq!((seen.room.stored_size, seen.room.reserved_size, seen.room.entries), (3, 5, 1));
    assert!(seen.token.is_some() && tx.reservation(room, id).await.unwrap().is_some());
    let found = tx.content_access(&address("room"), None, content, at(1)).await.unwrap().unwrap();
    assert_eq!(found.content.unwrap().segments, [inline("abc")]);
    assert_eq!(tx.counts().await, Ok(Counts { rooms: 1, contents: 1, stored_size: 3 }));
}

/// Writes a little of everything.
async fn write_everything(tx: &mut dyn WriteTx, existing: RoomId) {
    let room = tx.insert_room(&NewRoom { slug: "slug".into(), ..new_room("fresh") }).await.unwrap();
    tx.insert_content(&new_content(room, vec![inline("abc")])).await.unwrap();
    tx.insert_content(&new_content(existing, vec![inline("abc")])).await.unwrap();
    tx.insert_token(&token(existing, 1, 1)).await.unwrap();
    tx.insert_refresh(&refresh(existing, 1, 1)).await.unwrap();
    let id = reserve(tx, existing, 5, 10).await;
    tx.announce(id, &[key(1)], at(10)).await.unwrap();
    tx.queue_blobs(&[key(2)]).await.unwrap();
    let change = RoomChange { slug: Some("changed".into()), entries: Some(9), ..RoomChange::default() };
    tx.change_room(existing, &change).await.unwrap();
}

/// Nothing of what it wrote, in any table.
pub async fn a_dropped_transaction_leaves_no_trace(bench: &Bench) {
    let existing = bench.add_room(&new_room("existing")).await;
    let before = bench.room(existing).await;
    let mut tx = bench.begin().await;
    write_everything(&mut *tx, existing).await;
    drop(tx);
    let mut tx = bench.begin().await;
    for absent in ["fresh", "slug", "changed"] {
        assert_eq!(tx.access(&address(absent), None, at(1)).await, Ok(None), "{absent}");
    }
    assert_eq!(tx.room(existing, at(1)).await, Ok(Some(before)));
    assert_eq!(tx.contents(existing, ContentPage::default()).await, Ok(vec![]));
    assert_eq!(tx.token(existing, jti(1)).await, Ok(None));
    assert_eq!(tx.lock_refresh(hash(1)).await, Ok(None));
    assert_eq!(tx.live_holds(existing, at(1)).await, Ok(vec![]));
    assert_eq!(tx.lapsed_announcements(Timestamp::MAX).await, Ok(0));
    assert_eq!(tx.queued_blob_count().await, Ok(0));
    assert_eq!(tx.counts().await, Ok(Counts { rooms: 1, ..Counts::default() }));
    tx.delete_room(existing).await.unwrap();
    drop(tx);
    assert_eq!(bench.read().await.counts().await.unwrap().rooms, 1);
}

/// A reader neither sees it nor waits for it.
pub async fn what_is_not_committed_is_invisible(bench: &Bench) {
    let existing = bench.add_room(&new_room("existing")).await;
    let before = bench.room(existing).await;
    // Opened before: what a process writes when it starts may wait for the writer that stays open here.
    let stores = [bench.store(), bench.reopen().await];
    let mut tx = bench.begin().await;
    write_everything(&mut *tx, existing).await;
    for store in stores {
        let mut read = store.read().await.unwrap();
        assert_eq!(read.access(&address("fresh"), None, at(1)).await, Ok(None));
        assert_eq!(read.room(existing, at(1)).await, Ok(Some(before.clone())));
        assert_eq!(read.token(existing, jti(1)).await, Ok(None));
        assert_eq!(read.queued_blob_count().await, Ok(0));
        assert_eq!(read.counts().await, Ok(Counts { rooms: 1, ..Counts::default() }));
    }
    tx.commit().await.unwrap();
    assert_eq!(bench.room(existing).await.entries, 9);
}

/// As soon as commit has returned.
pub async fn what_is_committed_is_seen_by_another_process(bench: &Bench) {
    let other = bench.reopen().await;
    let existing = bench.add_room(&new_room("existing")).await;
    let mut tx = bench.begin().await;
    write_everything(&mut *tx, existing).await;
    tx.commit().await.unwrap();
    for store in [other, bench.reopen().await] {
        let mut tx = store.begin().await.unwrap();
        let seen = tx.lock_room(&address("changed"), Some(jti(1)), at(1)).await.unwrap().unwrap();
        assert_eq!((seen.room.id, seen.room.entries, seen.room.stored_size), (existing, 9, 3));
        assert_eq!((seen.room.reserved_size, seen.token), (5, Some(token(existing, 1, 1))));
        assert_eq!(tx.lock_refresh(hash(1)).await, Ok(Some(refresh(existing, 1, 1))));
        assert_eq!(tx.lapsed_announcements(at(10)).await, Ok(1));
        assert_eq!(tx.queued_blobs(None, 9).await, Ok(vec![key(2)]));
        assert_eq!(tx.counts().await, Ok(Counts { rooms: 2, contents: 2, stored_size: 6 }));
    }
}

/// Reading is no transaction: each read sees the state of its moment.
pub async fn a_reader_sees_what_was_committed_since_it_began(bench: &Bench) {
    let id = bench.add_room(&new_room("room")).await;
    let mut read = bench.read().await;
    for entries in 1..4 {
        let mut tx = bench.begin().await;
        tx.change_room(id, &RoomChange { entries: Some(entries), ..RoomChange::default() }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(read.room(id, at(1)).await.unwrap().unwrap().entries, entries);
    }
}

/// One writer of the race: takes space by the rule, if there is any.
fn taker(store: Arc<dyn Store>, room: RoomId, size: u64, by_number: bool) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let mut tx = store.begin().await.unwrap();
        step_aside().await;
        let locked = if by_number {
            tx.lock_room_by_id(room, at(1)).await.unwrap().unwrap()
        } else {
            tx.lock_room(&address("room"), None, at(1)).await.unwrap().unwrap().room
        };
        step_aside().await;
        let holds = tx.live_holds(room, at(1)).await.unwrap();
        let ledger = Ledger::new(locked.max_size, locked.stored_size, holds);
        assert_eq!(ledger.current_size(at(1)), locked.current_size());
        step_aside().await;
        if let Ok(hold) = ledger.reserve(at(1), size, Duration::from_secs(60)) {
            tx.insert_reservation(room, sid(1), hold, &manifest(&[("a", size)]), at(1)).await.unwrap();
            step_aside().await;
            tx.commit().await.unwrap();
        }
    })
}

async fn assert_race(bench: &Bench, stores: &[Arc<dyn Store>]) {
    let room = bench.add_room(&new_room("room")).await;
    bench.add_content(&new_content(room, vec![inline(vec![0; 300])])).await;
    let mut tx = bench.begin().await;
    tx.insert_reservation(room, sid(1), hold(200, at(60)), &manifest(&[("a", 200)]), at(0)).await.unwrap();
    tx.insert_reservation(room, sid(1), hold(9_999, at(1)), &manifest(&[("a", 9_999)]), at(0)).await.unwrap();
    tx.commit().await.unwrap();
    // 500 bytes are left, and 50 writers want 70 each: 7 get them.
    let stores = stores.iter().cycle().take(50).cloned().enumerate();
    let tasks = stores.map(|(n, store)| taker(store, room, 70, n % 4 < 2)).collect();
    run_all(bench.spawn, tasks).await;
    let after = bench.room(room).await;
    assert_eq!((after.stored_size, after.reserved_size), (300, 200 + 7 * 70));
    assert_eq!(bench.read().await.live_holds(room, at(1)).await.unwrap().len(), 8);
}

/// Fifty at once on one room: the lock makes each see what the one before it took.
pub async fn writers_of_one_room_never_exceed_its_size(bench: &Bench) {
    assert_race(bench, &[bench.store()]).await;
}

/// The same from two processes.
pub async fn writers_of_two_processes_never_exceed_its_size(bench: &Bench) {
    assert_race(bench, &[bench.store(), bench.reopen().await]).await;
}

/// Read, add one, write back: under the lock none is lost.
pub async fn writers_count_entries_without_losing_one(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let stores = [bench.store(), bench.reopen().await];
    let enter = |store: Arc<dyn Store>| -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            let locked = tx.lock_room(&address("room"), None, at(1)).await.unwrap().unwrap();
            step_aside().await;
            let entries = Some(locked.room.entries + 1);
            tx.change_room(room, &RoomChange { entries, ..RoomChange::default() }).await.unwrap();
            tx.commit().await.unwrap();
        })
    };
    run_all(bench.spawn, stores.iter().cycle().take(30).cloned().map(enter).collect()).await;
    assert_eq!(bench.room(room).await.entries, 30);
}

/// A store may commit several at once: one that wrote nothing itself ends when what it found of others is committed.
pub async fn what_a_commit_found_is_committed_too(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let visit = |n: usize| -> BoxFuture<'static, ()> {
        let store = bench.store();
        Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            let found = tx.lock_room(&address("room"), None, at(1)).await.unwrap().unwrap().room.entries;
            step_aside().await;
            if n.is_multiple_of(2) {
                let entries = Some(found + 1);
                tx.change_room(room, &RoomChange { entries, ..RoomChange::default() }).await.unwrap();
            }
            tx.commit().await.unwrap();
            let mut read = store.read().await.unwrap();
            assert!(read.room(room, at(1)).await.unwrap().unwrap().entries >= found);
        })
    };
    run_all(bench.spawn, (0..60).map(visit).collect()).await;
    assert_eq!(bench.room(room).await.entries, 30);
}

/// A request that was cancelled, wherever it was, leaves neither a lock nor a trace.
pub async fn a_writer_dropped_midway_does_not_block_the_next(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    for steps in [0, 1, 2, 5, 20, 100] {
        let store = if steps % 2 == 0 { bench.store() } else { bench.reopen().await };
        let (arrive, arrived) = oneshot::channel();
        let work = Box::pin(async move {
            let mut tx = store.begin().await.unwrap();
            tx.lock_room_by_id(room, at(1)).await.unwrap();
            tx.insert_content(&new_content(room, vec![inline("abc")])).await.unwrap();
            arrive.send(()).unwrap();
            std::future::pending::<()>().await;
            tx.commit().await.unwrap();
        });
        let patience = async move {
            for _ in 0..steps {
                step_aside().await;
            }
            if steps > 10 {
                arrived.await.unwrap();
            }
        };
        drop(select(work, Box::pin(patience)).await);
        let mut tx = bench.begin().await;
        let seen = tx.lock_room_by_id(room, at(1)).await.unwrap().unwrap();
        assert_eq!(seen.stored_size, 0);
        tx.commit().await.unwrap();
    }
}

/// One that waits for the lock and goes away leaves its place to the one behind it.
pub async fn a_writer_that_gave_up_waiting_does_not_block_the_next(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut first = bench.begin().await;
    first.lock_room_by_id(room, at(1)).await.unwrap();
    let wait = async |store: Arc<dyn Store>| {
        let mut tx = store.begin().await.unwrap();
        tx.lock_room_by_id(room, at(1)).await.unwrap();
    };
    for _ in 0..3 {
        let waiting = Box::pin(wait(bench.store()));
        match select(waiting, Box::pin(step_aside())).await {
            Either::Left(_) => assert_eq!("locked twice", "locked once"),
            Either::Right((_, waiting)) => drop(waiting),
        }
    }
    let change = RoomChange { entries: Some(1), ..RoomChange::default() };
    first.change_room(room, &change).await.unwrap();
    first.commit().await.unwrap();
    let mut next = bench.begin().await;
    assert_eq!(next.lock_room_by_id(room, at(1)).await.unwrap().unwrap().entries, 1);
    next.commit().await.unwrap();
}

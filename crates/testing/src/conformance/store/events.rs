//! What happened in rooms: numbered under the room's lock, kept, and removed from the front.

use std::{sync::Arc, time::Duration};

use elizabeth_core::{
    event::{EventRange, Happening, RoomEvent},
    id::{ContentId, RoomId, SessionId, UploadId},
    ports::{LapsedUpload, Store},
    quota::{Hold, HoldState},
    time::Timestamp,
};
use futures::future::BoxFuture;
use uuid::Uuid;

use super::{
    Bench,
    given::{at, hold, new_room, new_upload, reserve, sid},
};
use crate::conformance::{run_all, step_aside};

fn updated(count: u64) -> Vec<(Option<SessionId>, Happening)> {
    (0..count).map(|n| (Some(sid(1)), Happening::ContentUpdated { id: ContentId(n as i64) })).collect()
}

impl Bench {
    async fn record(&self, room: RoomId, count: u64, now: Timestamp) -> u64 {
        let mut tx = self.begin().await;
        tx.lock_room_by_id(room, now).await.unwrap();
        let newest = tx.record(room, &updated(count), now).await.unwrap();
        tx.commit().await.unwrap();
        newest
    }

    async fn numbers(&self, room: RoomId) -> Vec<u64> {
        let events = self.read().await.events(room, 0, u64::MAX).await.unwrap();
        events.into_iter().map(|event| event.seq).collect()
    }

    async fn range(&self, room: RoomId) -> Option<EventRange> {
        let ranges = self.read().await.event_ranges(&[room]).await.unwrap();
        ranges.into_iter().next().map(|(_, range)| range)
    }
}

/// Every kind, in the order in which they were given.
pub async fn events_come_back_whole(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let (id, upload) = (ContentId(i64::MAX), UploadId(Uuid::from_u128(9)));
    let all = vec![
        (Some(sid(1)), Happening::ContentCreated { id }),
        (Some(sid(2)), Happening::ContentUpdated { id }),
        (Some(sid(1)), Happening::ContentDeleted { ids: vec![ContentId(1), id] }),
        (Some(sid(1)), Happening::ContentEdited { id, from: 3, to: i64::MAX as u64 }),
        (Some(sid(1)), Happening::UploadStarted { id: upload }),
        (Some(sid(1)), Happening::UploadProgress { id: upload, uploaded: i64::MAX as u64 }),
        (Some(sid(1)), Happening::UploadEnded { id: upload }),
        (None, Happening::RoomUpdated),
    ];
    let mut tx = bench.begin().await;
    tx.lock_room_by_id(room, at(1)).await.unwrap();
    assert_eq!(tx.record(room, &all[..1], at(1)).await, Ok(1));
    assert_eq!(tx.record(room, &all[1..], at(-2)).await, Ok(8));
    assert_eq!(tx.room(room, at(1)).await.unwrap().unwrap().event_seq, 8);
    tx.commit().await.unwrap();
    let expected: Vec<RoomEvent> = (1..)
        .zip(all)
        .map(|(seq, (sid, what))| RoomEvent { seq, at: at(if seq == 1 { 1 } else { -2 }), sid, what })
        .collect();
    assert_eq!(bench.read().await.events(room, 0, 100).await, Ok(expected.clone()));
    let other = bench.reopen().await;
    assert_eq!(other.read().await.unwrap().events(room, 5, 2).await.as_deref(), Ok(&expected[5..7]));
    assert_eq!(bench.read().await.events(room, 8, 2).await, Ok(vec![]));
    assert_eq!(bench.room(room).await.event_seq, 8);
}

/// More than fit into one statement, and each room by itself.
pub async fn many_events_are_numbered_in_their_room(bench: &Bench) {
    let [one, other] = [bench.add_room(&new_room("a")).await, bench.add_room(&new_room("b")).await];
    assert_eq!(bench.record(one, 1_234, at(1)).await, 1_234);
    assert_eq!(bench.record(other, 2, at(1)).await, 2);
    assert_eq!(bench.record(one, 1, at(1)).await, 1_235);
    assert_eq!(bench.numbers(one).await, (1..=1_235).collect::<Vec<_>>());
    assert_eq!(bench.numbers(other).await, [1, 2]);
    let mut read = bench.read().await;
    let events = read.events(one, 0, 1_234).await.unwrap();
    let what: Vec<_> = events.into_iter().map(|event| (event.sid, event.what)).collect();
    assert_eq!(what, updated(1_234));
    let mut ranges = read.event_ranges(&[other, RoomId(i64::MAX), one]).await.unwrap();
    ranges.sort_by_key(|(room, _)| *room);
    let [a, b] = [(one, 1_235), (other, 2)].map(|(room, newest)| (room, EventRange { oldest: 1, newest }));
    assert_eq!(ranges, [a, b]);
    assert_eq!(read.event_ranges(&[]).await, Ok(vec![]));
}

/// A number that was given in a transaction which came to nothing is given to the next one.
pub async fn an_undone_transaction_leaves_no_number(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    assert_eq!(bench.range(room).await, Some(EventRange { oldest: 1, newest: 0 }));
    bench.record(room, 2, at(1)).await;
    let mut tx = bench.begin().await;
    tx.lock_room_by_id(room, at(1)).await.unwrap();
    assert_eq!(tx.record(room, &updated(3), at(1)).await, Ok(5));
    let read = bench.store().read().await;
    assert_eq!(
        read.unwrap().event_ranges(&[room]).await,
        Ok(vec![(room, EventRange { oldest: 1, newest: 2 })])
    );
    drop(tx);
    assert_eq!(bench.range(room).await, Some(EventRange { oldest: 1, newest: 2 }));
    assert_eq!(bench.record(room, 1, at(1)).await, 3);
    assert_eq!(bench.numbers(room).await, [1, 2, 3]);
}

/// One writer of the race: records so many, and every fifth comes to nothing.
fn recorder(store: Arc<dyn Store>, room: RoomId, n: usize) -> BoxFuture<'static, ()> {
    Box::pin(async move {
        let mut tx = store.begin().await.unwrap();
        step_aside().await;
        let before = tx.lock_room_by_id(room, at(1)).await.unwrap().unwrap().event_seq;
        step_aside().await;
        let count = 1 + n as u64 % 3;
        assert_eq!(tx.record(room, &updated(count), at(1)).await, Ok(before + count));
        step_aside().await;
        if !n.is_multiple_of(5) {
            tx.commit().await.unwrap();
        }
    })
}

/// Sixty writers from two processes: under the lock no number is left out, and none given twice.
pub async fn events_are_numbered_without_a_gap(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let stores = [bench.store(), bench.reopen().await];
    let writers = stores.iter().cycle().take(60).cloned().enumerate();
    run_all(bench.spawn, writers.map(|(n, store)| recorder(store, room, n)).collect()).await;
    let recorded: u64 = (0..60).filter(|n| n % 5 > 0).map(|n| 1 + n % 3).sum();
    assert_eq!(bench.numbers(room).await, (1..=recorded).collect::<Vec<_>>());
    assert_eq!(bench.range(room).await, Some(EventRange { oldest: 1, newest: recorded }));
}

/// A room that comes after it under its name begins anew.
pub async fn events_go_with_their_room(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    bench.record(room, 3, at(1)).await;
    let mut tx = bench.begin().await;
    tx.delete_room(room).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.range(room).await, None);
    assert_eq!(bench.numbers(room).await, [0_u64; 0]);
    let next = bench.add_room(&new_room("room")).await;
    assert_eq!(bench.record(next, 1, at(1)).await, 1);
    assert_eq!(bench.numbers(next).await, [1]);
}

/// From the front, and the newest number stays: nobody gets it again.
pub async fn old_events_are_removed(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    bench.record(room, 4, at(1)).await;
    bench.record(room, 3, at(2)).await;
    let mut read = bench.read().await;
    assert_eq!(read.first_event_since(room, at(0)).await, Ok(Some(1)));
    assert_eq!(read.first_event_since(room, at(1)).await, Ok(Some(5)));
    assert_eq!(read.first_event_since(room, at(2)).await, Ok(None));
    for (up_to, gone, oldest) in [(0, 0, 1), (2, 2, 3), (2, 0, 3), (9, 5, 8)] {
        let mut tx = bench.begin().await;
        assert_eq!(tx.delete_events(room, up_to).await, Ok(gone));
        tx.commit().await.unwrap();
        assert_eq!(bench.range(room).await, Some(EventRange { oldest, newest: 7 }));
    }
    assert_eq!(bench.record(room, 1, at(3)).await, 8);
    assert_eq!(bench.numbers(room).await, [8]);
}

/// Those that have many which are old, and those that have too many whatever their age.
pub async fn rooms_of_old_events_are_found(bench: &Bench) {
    let mut rooms = Vec::new();
    // The second has too few to be looked at; in the third they are young.
    for (name, count, second) in [("a", 250, 1), ("b", 99, 1), ("c", 250, 3), ("d", 1_000, 3)] {
        let room = bench.add_room(&new_room(name)).await;
        bench.record(room, count, at(second)).await;
        rooms.push(room);
    }
    let [a, _, c, d] = rooms[..] else { unreachable!("four rooms") };
    let mut read = bench.read().await;
    assert_eq!(read.rooms_of_old_events(None, at(1), 150, 900, 9).await, Ok(vec![a, d]));
    assert_eq!(read.rooms_of_old_events(None, at(1), 151, 901, 9).await, Ok(vec![]));
    assert_eq!(read.rooms_of_old_events(None, at(0), 0, 5_000, 9).await, Ok(vec![]));
    assert_eq!(read.rooms_of_old_events(None, at(3), 0, 5_000, 9).await, Ok(vec![a, c, d]));
    assert_eq!(read.rooms_of_old_events(None, at(3), 0, 5_000, 2).await, Ok(vec![a, c]));
    assert_eq!(read.rooms_of_old_events(Some(a), at(3), 0, 5_000, 9).await, Ok(vec![c, d]));
}

/// What was complete, or ended by force, has not lapsed by itself; nor has what is no upload in pieces.
pub async fn uploads_that_lapsed_are_listed(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut tx = bench.begin().await;
    reserve(&mut *tx, room, 5, 10).await;
    let mut ids = Vec::new();
    for n in 1..=5 {
        let mut new = new_upload(room, n, if n == 4 { 2 } else { 1 });
        new.owner = n != 5;
        new.hold = hold(100, at(if n == 3 { 12 } else { 10 }));
        ids.push((new.id, tx.insert_upload(&new).await.unwrap()));
    }
    let done = Hold::new(0, at(10), HoldState::Done);
    assert_eq!(tx.update_hold(ids[1].1, done).await, Ok(true));
    tx.lapse_session_holds(room, sid(2), at(5)).await.unwrap();
    tx.revoke_guests(room, at(5)).await.unwrap();
    tx.commit().await.unwrap();
    let lapsed = |n: usize| LapsedUpload { room, id: ids[n].0, reservation: ids[n].1, sid: sid(1) };
    let mut read = bench.read().await;
    assert_eq!(read.lapsed_uploads(at(10).saturating_sub(Duration::from_micros(1)), 9).await, Ok(vec![]));
    assert_eq!(read.lapsed_uploads(at(10), 9).await, Ok(vec![lapsed(0)]));
    assert_eq!(read.lapsed_uploads(at(12), 9).await, Ok(vec![lapsed(0), lapsed(2)]));
    assert_eq!(read.lapsed_uploads(at(12), 1).await, Ok(vec![lapsed(0)]));
}

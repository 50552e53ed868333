//! Reservations, holds, announcements.

use elizabeth_core::{
    content::{FileRequest, Manifest, Reservation},
    id::ReservationId,
    policy::SIZE_MAX,
    quota::{Hold, HoldState},
    room::NewRoom,
    time::Timestamp,
};

use super::{
    Bench,
    given::{address, at, hold, key, manifest, new_room, reserve, sid},
};

/// Everything of it is kept: the session, the hold, each file of the manifest in its order.
pub async fn a_reservation_comes_back_whole(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let file = |name: &str, size: u64| FileRequest::new(name, size);
    let files = vec![
        file("z/名前.txt", 7).max_downloads(Some(1)),
        file("été \u{1F382}'\"%.jpg", 0).expire_at(Some(Timestamp::MAX)),
        file("a", 12).mime(Some("text/plain; charset=utf-8".into())),
    ];
    let manifest = Manifest::parse(files, at(0)).unwrap();
    let hold = Hold::new(19, Timestamp::from_micros(1_800_000_009_000_001), HoldState::Begun);
    let hold = Hold { arrived: 7, ..hold.for_rows(manifest.rows()) };
    let mut tx = bench.begin().await;
    let id = tx.insert_reservation(room, sid(u128::MAX), hold, &manifest, at(0)).await.unwrap();
    tx.commit().await.unwrap();
    let expected = Reservation { id, room_id: room, sid: sid(u128::MAX), hold, manifest };
    for store in [bench.store(), bench.reopen().await] {
        let mut read = store.read().await.unwrap();
        assert_eq!(read.reservation(room, id).await, Ok(Some(expected.clone())));
        assert_eq!(read.live_holds(room, at(1)).await, Ok(vec![(id, hold)]));
    }
}

/// Nothing, everything, a thousand files.
pub async fn reservations_of_extremes_come_back_whole(bench: &Bench) {
    let room = bench.add_room(&NewRoom { max_size: SIZE_MAX, ..new_room("room") }).await;
    let names: Vec<String> = (0..1_000).map(|n| format!("{n:04}")).collect();
    let thousand: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 1)).collect();
    for (files, deadline) in [
        (&[("a", 0)][..], Timestamp::EPOCH),
        (&[("a", SIZE_MAX), ("b", 0)][..], Timestamp::MAX),
        (&thousand[..], at(10)),
    ] {
        let manifest = manifest(files);
        let hold = hold(manifest.total(), deadline);
        let mut tx = bench.begin().await;
        let id = tx.insert_reservation(room, sid(0), hold, &manifest, Timestamp::EPOCH).await.unwrap();
        tx.commit().await.unwrap();
        let expected = Reservation { id, room_id: room, sid: sid(0), hold, manifest };
        assert_eq!(bench.read().await.reservation(room, id).await, Ok(Some(expected)));
        let mut tx = bench.begin().await;
        assert_eq!(tx.delete_reservation(id).await, Ok(true));
        tx.commit().await.unwrap();
    }
}

/// Asked for in another room it is unknown; lapsed ones are given in their own.
pub async fn a_reservation_is_known_in_its_room_only(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let mut tx = bench.begin().await;
    let id = reserve(&mut *tx, here, 5, -10).await;
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    assert_eq!(read.reservation(here, id).await.unwrap().map(|found| found.id), Some(id));
    assert_eq!(read.reservation(there, id).await, Ok(None));
    assert_eq!(read.reservation(here, ReservationId(id.0 + 1)).await, Ok(None));
}

/// Size, state and deadline change together; nothing else does.
pub async fn a_hold_is_updated_until_its_reservation_is_gone(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut tx = bench.begin().await;
    let id = reserve(&mut *tx, room, 5, 10).await;
    let other = reserve(&mut *tx, room, 6, 10).await;
    tx.commit().await.unwrap();
    let before = bench.read().await.reservation(room, id).await.unwrap().unwrap();
    let begun = Hold::new(7, at(70), HoldState::Begun);
    let mut tx = bench.begin().await;
    assert_eq!(tx.update_hold(id, begun).await, Ok(true));
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.reservation(room, id).await, Ok(Some(Reservation { hold: begun, ..before })));
    assert_eq!(tx.reservation(room, other).await.unwrap().unwrap().hold, hold(6, at(10)));
    assert_eq!(tx.room(room, at(1)).await.unwrap().unwrap().reserved_size, 13);
    assert_eq!(tx.delete_reservation(id).await, Ok(true));
    assert_eq!(tx.update_hold(id, begun).await, Ok(false));
    assert_eq!(tx.update_hold(ReservationId(i64::MAX), begun).await, Ok(false));
}

/// The second time it is gone, and so is its hold.
pub async fn a_reservation_is_deleted_once(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut tx = bench.begin().await;
    let id = reserve(&mut *tx, room, 5, 10).await;
    let kept = reserve(&mut *tx, room, 6, 10).await;
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.delete_reservation(id).await, Ok(true));
    assert_eq!(tx.delete_reservation(id).await, Ok(false));
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.delete_reservation(id).await, Ok(false));
    assert_eq!(tx.live_holds(room, at(1)).await, Ok(vec![(kept, hold(6, at(10)))]));
    assert_eq!(tx.room(room, at(1)).await.unwrap().unwrap().reserved_size, 6);
}

/// At the deadline itself a hold is live no more.
pub async fn live_holds_end_at_their_deadline(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let mut tx = bench.begin().await;
    let a = reserve(&mut *tx, room, 1, 10).await;
    let b = reserve(&mut *tx, room, 0, 20).await;
    reserve(&mut *tx, other, 9, 20).await;
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    let just_before = Timestamp::from_micros(at(10).as_micros() - 1);
    for (now, expected) in [(just_before, vec![a, b]), (at(10), vec![b]), (at(20), vec![])] {
        let mut found: Vec<_> =
            read.live_holds(room, now).await.unwrap().into_iter().map(|(id, _)| id).collect();
        found.sort();
        assert_eq!(found, expected, "{now}");
    }
}

/// Also after the last one was deleted, and in another process.
pub async fn reservation_numbers_ascend_and_are_never_reused(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut last = ReservationId(0);
    for _ in 0..3 {
        for store in [bench.store(), bench.reopen().await] {
            let mut tx = store.begin().await.unwrap();
            let id = reserve(&mut *tx, room, 1, 10).await;
            tx.commit().await.unwrap();
            assert!(id > last, "{id} after {last}");
            last = id;
            let mut tx = store.begin().await.unwrap();
            assert_eq!(tx.delete_reservation(id).await, Ok(true));
            tx.commit().await.unwrap();
        }
    }
}

/// Of all rooms; those that are live, and announcements, stay.
pub async fn lapsed_reservations_are_counted_and_deleted(bench: &Bench) {
    let a = bench.add_room(&new_room("a")).await;
    let b = bench.add_room(&new_room("b")).await;
    let mut tx = bench.begin().await;
    let first = reserve(&mut *tx, a, 100, 10).await;
    let second = reserve(&mut *tx, b, 20, 11).await;
    let live = reserve(&mut *tx, b, 3, 12).await;
    tx.announce(first, &[key(1)], at(50)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    for (now, lapsed) in [(at(9), (0, 0)), (at(10), (1, 100)), (at(11), (2, 120)), (at(12), (3, 123))] {
        assert_eq!(tx.lapsed_reservations(now).await, Ok(lapsed));
    }
    tx.delete_lapsed_reservations(at(11)).await.unwrap();
    assert_eq!(tx.lapsed_reservations(at(12)).await, Ok((1, 3)));
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.reservation(a, first).await, Ok(None));
    assert_eq!(tx.reservation(b, second).await, Ok(None));
    assert!(tx.reservation(b, live).await.unwrap().is_some());
    let access = tx.access(&address("b"), None, at(0)).await.unwrap().unwrap();
    assert_eq!(access.room.reserved_size, 3);
    assert_eq!(tx.lapsed_announcements(at(50)).await, Ok(1));
}

/// Of that reservation alone. Retracting returns how many there were: none is how an upload learns that it lapsed.
pub async fn announcements_are_extended_and_retracted(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut tx = bench.begin().await;
    let a = reserve(&mut *tx, room, 1, 10).await;
    let b = reserve(&mut *tx, room, 1, 10).await;
    tx.announce(a, &[], at(10)).await.unwrap();
    tx.announce(a, &[key(1), key(2)], at(10)).await.unwrap();
    tx.announce(a, &[key(3)], at(10)).await.unwrap();
    tx.announce(b, &[key(4)], at(10)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!((tx.lapsed_announcements(at(9)).await, tx.lapsed_announcements(at(10)).await), (Ok(0), Ok(4)));
    tx.extend_announcements(a, at(20)).await.unwrap();
    assert_eq!(tx.lapsed_announcements(at(19)).await, Ok(1));
    assert_eq!(tx.lapsed_announcements(at(20)).await, Ok(4));
    assert_eq!(tx.retract_announcements(a).await, Ok(3));
    assert_eq!(tx.retract_announcements(a).await, Ok(0));
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    assert_eq!(
        (read.lapsed_announcements(Timestamp::MAX).await, read.queued_blob_count().await),
        (Ok(1), Ok(0))
    );
}

/// In one step: what is queued is announced no more, so that its upload cannot settle.
pub async fn lapsed_announcements_become_queued_blobs(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let mut tx = bench.begin().await;
    let a = reserve(&mut *tx, room, 1, 10).await;
    let b = reserve(&mut *tx, room, 1, 10).await;
    tx.announce(a, &[key(2), key(1)], at(10)).await.unwrap();
    tx.announce(b, &[key(3)], at(11)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    tx.queue_lapsed_announcements(at(10)).await.unwrap();
    assert_eq!(tx.lapsed_announcements(Timestamp::MAX).await, Ok(1));
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [key(1), key(2)]);
    let mut tx = bench.begin().await;
    assert_eq!((tx.retract_announcements(a).await, tx.retract_announcements(b).await), (Ok(0), Ok(1)));
    tx.extend_announcements(a, at(99)).await.unwrap();
    assert_eq!(tx.lapsed_announcements(Timestamp::MAX).await, Ok(0));
}

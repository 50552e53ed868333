//! Rooms and their addresses.

use std::time::Duration;

use elizabeth_core::{
    id::{ContentId, ReservationId, RoomId},
    permission::Permission,
    policy::SIZE_MAX,
    ports::{Access, ContentPage, Counts, StoreError},
    room::{NewRoom, Room, RoomChange, RoomStatus},
    secret::KeyHash,
    time::Timestamp,
};

use super::{
    Bench,
    given::{address, at, blob, hash, inline, jti, new_content, new_room, reserve, token},
};

/// A store with nothing in it answers `None`, empty lists and zeros, never an error.
pub async fn what_is_absent_is_none(bench: &Bench) {
    let (room, content) = (RoomId(77), ContentId(77));
    let mut read = bench.read().await;
    assert_eq!(read.access(&address("nobody"), Some(jti(1)), at(0)).await, Ok(None));
    assert_eq!(read.content_access(&address("nobody"), None, content, at(0)).await, Ok(None));
    assert_eq!(read.room(room, at(0)).await, Ok(None));
    assert_eq!(read.rooms(None, 9, at(0)).await, Ok(vec![]));
    assert_eq!(read.contents(room, ContentPage::default()).await, Ok(vec![]));
    assert_eq!(read.contents_by_id(room, &[content]).await, Ok(vec![]));
    assert_eq!(read.contents_by_id(room, &[]).await, Ok(vec![]));
    assert_eq!(read.token(room, jti(1)).await, Ok(None));
    assert_eq!(read.live_tokens(room, None, at(0)).await, Ok(vec![]));
    assert_eq!(read.reservation(room, ReservationId(77)).await, Ok(None));
    assert_eq!(read.live_holds(room, at(0)).await, Ok(vec![]));
    assert_eq!(read.expired_rooms(Timestamp::MAX, 9).await, Ok(vec![]));
    assert_eq!(read.dead_contents(Timestamp::MAX, 9).await, Ok(vec![]));
    assert_eq!(read.lapsed_reservations(Timestamp::MAX).await, Ok((0, 0)));
    assert_eq!(read.lapsed_announcements(Timestamp::MAX).await, Ok(0));
    assert_eq!(read.dead_tokens(Timestamp::MAX).await, Ok(0));
    assert_eq!(read.queued_blobs(None, 9).await, Ok(vec![]));
    assert_eq!(read.queued_blob_count().await, Ok(0));
    assert_eq!(read.counts().await, Ok(Counts::default()));
    drop(read);
    let mut tx = bench.begin().await;
    assert_eq!(tx.lock_room(&address("nobody"), None, at(0)).await, Ok(None));
    assert_eq!(tx.lock_room_by_id(room, at(0)).await, Ok(None));
    assert_eq!(tx.lock_refresh(hash(1)).await, Ok(None));
    assert_eq!(tx.use_refresh(hash(1), at(0)).await, Ok(false));
    assert_eq!(tx.retract_announcements(ReservationId(77)).await, Ok(0));
    assert_eq!(tx.count_download(content).await, Ok(false));
    tx.commit().await.unwrap();
}

async fn assert_room(bench: &Bench, new: NewRoom) {
    let id = bench.add_room(&new).await;
    let expected = new.into_room(id);
    let address = expected.name.clone().into();
    for store in [bench.store(), bench.reopen().await] {
        let mut read = store.read().await.unwrap();
        let access = Access { room: expected.clone(), token: None };
        assert_eq!(read.access(&address, None, at(1)).await, Ok(Some(access)));
        assert_eq!(read.room(id, at(1)).await, Ok(Some(expected.clone())));
    }
}

/// Every column of a room is kept as it was given.
pub async fn a_room_comes_back_whole(bench: &Bench) {
    let plain = new_room("会议室-Ünïcödé.हिन्दी");
    let full = NewRoom {
        slug: plain.name.private_slug(uuid::Uuid::from_u128(u128::MAX)),
        password_hash: Some("$argon2id$v=19$m=19456,t=2,p=1$c2FsdA$aGFzaA".into()),
        owner_key_hash: KeyHash([0xff; 32]),
        permission: Permission::VIEW | Permission::DELETE,
        max_size: 12_345,
        max_entries: Some(7),
        expire_at: Some(Timestamp::from_micros(1_900_000_000_000_001)),
        created_at: Timestamp::from_micros(1_700_000_000_999_999),
        ..plain
    };
    assert_room(bench, full).await;
}

/// So are the largest and the smallest values.
pub async fn a_room_of_extremes_comes_back_whole(bench: &Bench) {
    let largest = NewRoom {
        max_size: SIZE_MAX,
        max_entries: Some(SIZE_MAX),
        expire_at: Some(Timestamp::MAX),
        created_at: Timestamp::MAX,
        ..new_room(&"x".repeat(64))
    };
    assert_room(bench, largest).await;
    let smallest = NewRoom {
        password_hash: Some(String::new()),
        permission: Permission::VIEW,
        max_size: 0,
        max_entries: Some(0),
        expire_at: Some(Timestamp::EPOCH),
        created_at: Timestamp::EPOCH,
        ..new_room("y")
    };
    assert_room(bench, smallest).await;
    assert_room(bench, NewRoom { expire_at: None, ..new_room("z") }).await;
}

/// A room's number by an address.
async fn found(bench: &Bench, text: &str) -> Option<RoomId> {
    let access = bench.read().await.access(&address(text), None, at(0)).await.unwrap();
    access.map(|access| access.room.id)
}

/// Both addresses lead to the one room.
pub async fn a_room_answers_to_its_name_and_its_slug(bench: &Bench) {
    let id = bench.add_room(&NewRoom { slug: "secret-slug".into(), ..new_room("name") }).await;
    assert_eq!((found(bench, "name").await, found(bench, "secret-slug").await), (Some(id), Some(id)));
}

/// Case counts, and no character stands for another.
pub async fn addresses_are_compared_exactly(bench: &Bench) {
    let mut ids = Vec::new();
    for name in ["Room_1", "room_1", "room-1", "ÉTÉ", "été", "ete", "straße", "strasse"] {
        let id = bench.add_room(&new_room(name)).await;
        assert_eq!(found(bench, name).await, Some(id), "{name}");
        ids.push(id);
    }
    assert!(ids.is_sorted_by(|a, b| a < b));
    for absent in ["ROOM_1", "roomx1", "room_", "room_11", "Été"] {
        assert_eq!(found(bench, absent).await, None, "{absent}");
    }
}

async fn assert_taken(bench: &Bench, first: (&str, &str), second: (&str, &str)) {
    let new = |(name, slug): (&str, &str)| NewRoom { slug: slug.into(), ..new_room(name) };
    let id = bench.add_room(&new(first)).await;
    let mut tx = bench.begin().await;
    assert_eq!(tx.insert_room(&new(second)).await, Err(StoreError::AddressTaken));
    drop(tx);
    assert_eq!((found(bench, first.0).await, found(bench, first.1).await), (Some(id), Some(id)));
    assert_eq!(bench.read().await.counts().await.unwrap().rooms, 1);
}

/// Two rooms have not the same name.
pub async fn a_name_is_taken_by_a_name(bench: &Bench) {
    assert_taken(bench, ("a", "a1"), ("a", "a2")).await;
}

/// A room is not named as another's slug.
pub async fn a_name_is_taken_by_a_slug(bench: &Bench) {
    assert_taken(bench, ("a", "b"), ("b", "c")).await;
}

/// A room has not another's name as its slug.
pub async fn a_slug_is_taken_by_a_name(bench: &Bench) {
    assert_taken(bench, ("a", "b"), ("c", "a")).await;
}

/// Two rooms have not the same slug.
pub async fn a_slug_is_taken_by_a_slug(bench: &Bench) {
    assert_taken(bench, ("a", "b"), ("c", "b")).await;
}

/// After the refusal the same transaction goes on, and the refused room has left nothing, not even half its
/// addresses.
pub async fn a_taken_address_leaves_the_transaction_usable(bench: &Bench) {
    bench.add_room(&new_room("taken")).await;
    let mut tx = bench.begin().await;
    let before = tx.insert_room(&new_room("before")).await.unwrap();
    let half = NewRoom { slug: "taken".into(), ..new_room("half") };
    assert_eq!(tx.insert_room(&half).await, Err(StoreError::AddressTaken));
    assert_eq!(tx.access(&address("half"), None, at(0)).await, Ok(None));
    assert_eq!(tx.insert_room(&new_room("before")).await, Err(StoreError::AddressTaken));
    let after = tx.insert_room(&new_room("half")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((found(bench, "before").await, found(bench, "half").await), (Some(before), Some(after)));
    assert_eq!(bench.read().await.counts().await.unwrap().rooms, 3);
}

/// The refusal is of the change as a whole, and the transaction can go on with another.
pub async fn a_change_of_slug_to_a_taken_one_changes_nothing(bench: &Bench) {
    bench.add_room(&NewRoom { slug: "s1".into(), ..new_room("n1") }).await;
    let id = bench.add_room(&NewRoom { slug: "s2".into(), ..new_room("n2") }).await;
    let before = bench.room(id).await;
    let mut tx = bench.begin().await;
    for taken in ["n1", "s1"] {
        let change = RoomChange { slug: Some(taken.into()), max_size: Some(1), ..RoomChange::default() };
        assert_eq!(tx.change_room(id, &change).await, Err(StoreError::AddressTaken), "{taken}");
        assert_eq!(tx.room(id, at(1)).await, Ok(Some(before.clone())));
        assert_eq!(tx.access(&address("s2"), None, at(1)).await.unwrap().unwrap().room, before);
    }
    let change = RoomChange { slug: Some("s3".into()), ..RoomChange::default() };
    tx.change_room(id, &change).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.room(id).await, Room { slug: "s3".into(), ..before });
    assert_eq!((found(bench, "s3").await, found(bench, "s2").await), (Some(id), None));
}

/// Each column can be changed by itself; the others, and other rooms, stay as they are.
pub async fn a_change_touches_only_the_columns_given(bench: &Bench) {
    let other = bench.add_room(&new_room("other")).await;
    let untouched = bench.room(other).await;
    let id = bench.add_room(&NewRoom { password_hash: Some("old".into()), ..new_room("room") }).await;
    let mut expected = bench.room(id).await;
    let none = RoomChange::default;
    type Apply = fn(&mut Room);
    let changes: [(RoomChange, Apply); 11] = [
        (none(), |_| {}),
        (RoomChange { permission: Some(Permission::VIEW), ..none() }, |r| r.permission = Permission::VIEW),
        (RoomChange { slug: Some("room-2".into()), ..none() }, |r| r.slug = "room-2".into()),
        (RoomChange { status: Some(RoomStatus::Closed), ..none() }, |r| r.status = RoomStatus::Closed),
        (RoomChange { password_hash: Some(Some("new".into())), ..none() }, |r| {
            r.password_hash = Some("new".into());
        }),
        (RoomChange { max_size: Some(SIZE_MAX), ..none() }, |r| r.max_size = SIZE_MAX),
        (RoomChange { max_entries: Some(Some(3)), ..none() }, |r| r.max_entries = Some(3)),
        (RoomChange { entries: Some(2), ..none() }, |r| r.entries = 2),
        (RoomChange { expire_at: Some(Some(Timestamp::MAX)), ..none() }, |r| {
            r.expire_at = Some(Timestamp::MAX);
        }),
        (RoomChange { owner_claimed: Some(true), ..none() }, |r| r.owner_claimed = true),
        (RoomChange { updated_at: Some(Timestamp::MAX), status: Some(RoomStatus::Locked), ..none() }, |r| {
            r.updated_at = Timestamp::MAX;
            r.status = RoomStatus::Locked;
        }),
    ];
    for (change, apply) in changes {
        let mut tx = bench.begin().await;
        tx.change_room(id, &change).await.unwrap();
        tx.commit().await.unwrap();
        apply(&mut expected);
        assert_eq!(bench.room(id).await, expected, "{change:?}");
    }
    assert_eq!(bench.room(other).await, untouched);
}

/// `Some(None)` clears, which `None` does not.
pub async fn a_change_clears_what_can_be_cleared(bench: &Bench) {
    let new = NewRoom { password_hash: Some("old".into()), max_entries: Some(1), ..new_room("room") };
    let id = bench.add_room(&new).await;
    let before = bench.room(id).await;
    let mut tx = bench.begin().await;
    let cleared = RoomChange {
        password_hash: Some(None),
        max_entries: Some(None),
        expire_at: Some(None),
        ..RoomChange::default()
    };
    tx.change_room(id, &cleared).await.unwrap();
    tx.commit().await.unwrap();
    let expected = Room { password_hash: None, max_entries: None, expire_at: None, ..before };
    assert_eq!(bench.room(id).await, expected);
}

/// The old slug leads nowhere and may be another's; the name stays this room's.
pub async fn a_slug_is_free_once_it_has_changed(bench: &Bench) {
    let id = bench.add_room(&NewRoom { slug: "old".into(), ..new_room("name") }).await;
    let mut tx = bench.begin().await;
    tx.change_room(id, &RoomChange { slug: Some("fresh".into()), ..RoomChange::default() }).await.unwrap();
    assert_eq!(tx.access(&address("old"), None, at(0)).await, Ok(None));
    let heir = tx.insert_room(&new_room("old")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((found(bench, "old").await, found(bench, "fresh").await), (Some(heir), Some(id)));
    let mut tx = bench.begin().await;
    assert_eq!(tx.insert_room(&new_room("name")).await, Err(StoreError::AddressTaken));
}

/// A room's name is its own: it may become its slug, stop being it, and become it again.
pub async fn a_room_may_take_its_own_name_as_slug_again(bench: &Bench) {
    let id = bench.add_room(&new_room("name")).await;
    for slug in ["name", "other", "other", "name"] {
        let mut tx = bench.begin().await;
        tx.change_room(id, &RoomChange { slug: Some(slug.into()), ..RoomChange::default() }).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(bench.room(id).await.slug, slug);
        assert_eq!((found(bench, "name").await, found(bench, slug).await), (Some(id), Some(id)));
    }
    assert_eq!(found(bench, "other").await, None);
}

/// Name and slug may be had by others, and lead to these then.
pub async fn a_deleted_room_frees_its_addresses(bench: &Bench) {
    let new = NewRoom { slug: "slug".into(), ..new_room("name") };
    let id = bench.add_room(&new).await;
    let mut tx = bench.begin().await;
    tx.delete_room(id).await.unwrap();
    assert_eq!(tx.access(&address("name"), None, at(0)).await, Ok(None));
    let heir = tx.insert_room(&NewRoom { slug: "name".into(), ..new_room("slug") }).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((found(bench, "slug").await, found(bench, "name").await), (Some(heir), Some(heir)));
}

/// Also after the last one was deleted, and in another process.
pub async fn room_numbers_ascend_and_are_never_reused(bench: &Bench) {
    let mut last = RoomId(0);
    for _ in 0..3 {
        for store in [bench.store(), bench.reopen().await] {
            let mut tx = store.begin().await.unwrap();
            let id = tx.insert_room(&new_room("again")).await.unwrap();
            tx.commit().await.unwrap();
            assert!(id > last, "{id} after {last}");
            last = id;
            let mut tx = store.begin().await.unwrap();
            tx.delete_room(id).await.unwrap();
            tx.commit().await.unwrap();
        }
    }
}

/// A token of another room is none; a revoked or expired one is given, as it stands.
pub async fn access_tells_the_tokens_of_that_room_only(bench: &Bench) {
    let here = bench.add_room(&NewRoom { slug: "slug".into(), ..new_room("here") }).await;
    let there = bench.add_room(&new_room("there")).await;
    let mut revoked = token(here, 2, 1);
    let mut tx = bench.begin().await;
    for record in [token(here, 1, 1), revoked.clone(), token(there, 3, 1)] {
        tx.insert_token(&record).await.unwrap();
    }
    tx.revoke_token(jti(2), at(5)).await.unwrap();
    revoked.revoked_at = Some(at(5));
    tx.commit().await.unwrap();
    let room = bench.room(here).await;
    let long_after = at(500);
    let mut read = bench.read().await;
    for (asked, expected) in [
        (None, None),
        (Some(jti(1)), Some(token(here, 1, 1))),
        (Some(jti(2)), Some(revoked)),
        (Some(jti(3)), None),
        (Some(jti(4)), None),
    ] {
        for text in ["here", "slug"] {
            let answer = read.access(&address(text), asked, long_after).await;
            assert_eq!(answer, Ok(Some(Access { room: room.clone(), token: expected.clone() })), "{asked:?}");
        }
    }
}

/// `now` decides: at its deadline a hold counts no more.
pub async fn reserved_size_counts_live_holds_only(bench: &Bench) {
    let id = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let mut tx = bench.begin().await;
    reserve(&mut *tx, id, 100, 10).await;
    reserve(&mut *tx, id, 20, 20).await;
    reserve(&mut *tx, id, 0, 30).await;
    reserve(&mut *tx, other, 400, 30).await;
    tx.commit().await.unwrap();
    let just_before = Timestamp::from_micros(at(10).as_micros() - 1);
    let later = at(20).saturating_add(Duration::from_micros(1));
    for (now, expected) in [(at(0), 120), (just_before, 120), (at(10), 20), (at(20), 0), (later, 0)] {
        let mut read = bench.read().await;
        assert_eq!(read.room(id, now).await.unwrap().unwrap().reserved_size, expected);
        let access = read.access(&address("room"), None, now).await.unwrap().unwrap();
        assert_eq!((access.room.reserved_size, access.room.stored_size), (expected, 0));
    }
}

/// At every step it is the sum of the room's contents, and of no other room's.
pub async fn stored_size_follows_inserts_and_deletes(bench: &Bench) {
    let id = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let first = bench.add_content(&new_content(id, vec![blob(1, 30), inline("ab")])).await;
    bench.add_content(&new_content(id, vec![])).await;
    let foreign = bench.add_content(&new_content(other, vec![blob(2, 500)])).await;
    let third = bench.add_content(&new_content(id, vec![blob(3, 7)])).await;
    assert_eq!(bench.room(id).await.stored_size, 39);
    let mut tx = bench.begin().await;
    tx.delete_contents(id, &[first, foreign]).await.unwrap();
    assert_eq!(tx.room(id, at(1)).await.unwrap().unwrap().stored_size, 7);
    tx.commit().await.unwrap();
    assert_eq!((bench.room(id).await.stored_size, bench.room(other).await.stored_size), (7, 500));
    let mut tx = bench.begin().await;
    tx.delete_contents(id, &[third]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.room(id).await.stored_size, 0);
}

/// Locking answers as reading does: token, sums, what the transaction itself wrote.
pub async fn locking_tells_what_access_tells(bench: &Bench) {
    let id = bench.add_room(&NewRoom { slug: "slug".into(), ..new_room("room") }).await;
    let mut tx = bench.begin().await;
    tx.insert_token(&token(id, 1, 1)).await.unwrap();
    tx.insert_content(&new_content(id, vec![blob(1, 30)])).await.unwrap();
    reserve(&mut *tx, id, 5, 10).await;
    for text in ["room", "slug"] {
        let read = tx.access(&address(text), Some(jti(1)), at(1)).await.unwrap();
        let locked = tx.lock_room(&address(text), Some(jti(1)), at(1)).await.unwrap();
        assert_eq!(locked, read);
        let Access { room, token: found } = locked.unwrap();
        assert_eq!((room.stored_size, room.reserved_size), (30, 5));
        assert_eq!(found, Some(token(id, 1, 1)));
        assert_eq!(tx.lock_room_by_id(id, at(1)).await, Ok(Some(room)));
    }
    tx.commit().await.unwrap();
}

/// All rooms by ascending number, expired ones among them, with what is held in each at that instant.
pub async fn rooms_are_listed_in_pages(bench: &Bench) {
    let mut ids = Vec::new();
    for name in ["c", "a", "b", "d"] {
        let end = (name == "a").then(|| at(5));
        ids.push(bench.add_room(&NewRoom { expire_at: end, ..new_room(name) }).await);
    }
    let mut tx = bench.begin().await;
    reserve(tx.as_mut(), ids[2], 7, 20).await;
    tx.delete_room(ids[3]).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    let asked: [(_, _, &[RoomId]); 6] = [
        (None, u64::MAX, &ids[..3]),
        (None, 2, &ids[..2]),
        (Some(ids[0]), 1, &ids[1..2]),
        (Some(ids[1]), 9, &ids[2..3]),
        (Some(ids[3]), 9, &[]),
        (None, 0, &[]),
    ];
    for (after, limit, expected) in asked {
        let listed = read.rooms(after, limit, at(10)).await.unwrap();
        assert_eq!(listed.iter().map(|room| room.id).collect::<Vec<_>>(), expected, "{after:?} {limit}");
        for room in listed {
            assert_eq!(read.room(room.id, at(10)).await, Ok(Some(room)));
        }
    }
    let reserved = |listed: Vec<Room>| listed.iter().map(|room| room.reserved_size).collect::<Vec<_>>();
    assert_eq!(reserved(read.rooms(None, 9, at(19)).await.unwrap()), [0, 0, 7]);
    assert_eq!(reserved(read.rooms(None, 9, at(20)).await.unwrap()), [0, 0, 0]);
}

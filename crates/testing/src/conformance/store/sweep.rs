//! What the sweeper asks for, and the operator.

use elizabeth_core::{
    content::NewContent,
    id::{BlobKey, ContentId, RoomId},
    ports::Counts,
    room::NewRoom,
    time::Timestamp,
};

use super::{
    Bench,
    given::{at, blob, inline, key, new_content, new_room},
};

/// The one that expired first in front; not those without an end.
pub async fn expired_rooms_are_listed_in_order(bench: &Bench) {
    let until = |name, end: Option<Timestamp>| NewRoom { expire_at: end, ..new_room(name) };
    let c = bench.add_room(&until("c", Some(at(30)))).await;
    let a = bench.add_room(&until("a", Some(at(10)))).await;
    bench.add_room(&until("never", None)).await;
    let b = bench.add_room(&until("b", Some(at(20)))).await;
    bench.add_room(&until("end", Some(Timestamp::MAX))).await;
    let mut read = bench.read().await;
    let just_before = Timestamp::from_micros(at(10).as_micros() - 1);
    let asked: [(_, _, &[RoomId]); 6] = [
        (just_before, 9, &[]),
        (at(10), 9, &[a]),
        (at(25), 9, &[a, b]),
        (at(100), u64::MAX, &[a, b, c]),
        (at(100), 2, &[a, b]),
        (at(100), 0, &[]),
    ];
    for (now, limit, expected) in asked {
        assert_eq!(read.expired_rooms(now, limit).await.unwrap(), expected, "{now} {limit}");
    }
}

/// Those past their end and those whose downloads are used up, each once.
pub async fn dead_contents_are_listed(bench: &Bench) {
    let a = bench.add_room(&new_room("a")).await;
    let b = bench.add_room(&new_room("b")).await;
    let plain = new_content(a, vec![inline("x")]);
    bench.add_content(&plain).await;
    let expired = bench.add_content(&NewContent { expire_at: Some(at(10)), ..plain.clone() }).await;
    let limited = NewContent { room_id: b, max_downloads: Some(1), ..plain.clone() };
    let spent = bench.add_content(&limited).await;
    bench.add_content(&limited).await;
    let both = bench.add_content(&NewContent { expire_at: Some(at(5)), ..limited }).await;
    let mut tx = bench.begin().await;
    for id in [spent, both] {
        assert_eq!(tx.count_download(id).await, Ok(true));
    }
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    let mut dead = async |now, limit| -> Vec<(RoomId, ContentId)> {
        let mut found = read.dead_contents(now, limit).await.unwrap();
        found.sort();
        found
    };
    assert_eq!(dead(at(9), u64::MAX).await, [(b, spent), (b, both)]);
    assert_eq!(dead(at(10), 9).await, [(a, expired), (b, spent), (b, both)]);
    assert_eq!((dead(at(10), 2).await.len(), dead(at(10), 0).await.len()), (2, 0));
}

/// By ascending key, from behind one, so many at most; taken off once they are deleted.
pub async fn the_queue_is_listed_in_pages(bench: &Bench) {
    let all: Vec<BlobKey> = [1, 2, 1 << 64, u128::MAX].map(key).to_vec();
    let mut tx = bench.begin().await;
    tx.queue_blobs(&[key(u128::MAX), key(1)]).await.unwrap();
    tx.queue_blobs(&[]).await.unwrap();
    tx.queue_blobs(&[key(1 << 64), key(2)]).await.unwrap();
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    let pages: [(Option<&BlobKey>, _, &[BlobKey]); 6] = [
        (None, u64::MAX, &all),
        (None, 2, &all[..2]),
        (Some(&all[1]), 1, &all[2..3]),
        (Some(&key(3)), 9, &all[2..]),
        (Some(&all[3]), 9, &[]),
        (None, 0, &[]),
    ];
    for (after, limit, expected) in pages {
        assert_eq!(read.queued_blobs(after, limit).await.unwrap(), expected, "{after:?} {limit}");
    }
    assert_eq!(read.queued_blob_count().await, Ok(4));
    drop(read);
    let mut tx = bench.begin().await;
    tx.unqueue_blobs(&[]).await.unwrap();
    tx.unqueue_blobs(&[key(2), key(77), key(1)]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, all[2..]);
    assert_eq!(bench.read().await.queued_blob_count().await, Ok(2));
}

/// A blob waits once, whoever queued it and how often.
pub async fn queueing_twice_is_queueing_once(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let id = bench.add_content(&new_content(room, vec![blob(1, 1)])).await;
    let mut tx = bench.begin().await;
    tx.queue_blobs(&[key(1), key(2), key(2)]).await.unwrap();
    tx.queue_blobs(&[key(2)]).await.unwrap();
    tx.delete_contents(room, &[id]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [key(1), key(2)]);
    let thousand: Vec<BlobKey> = (1..=1_000).map(key).collect();
    let mut tx = bench.begin().await;
    tx.queue_blobs(&thousand).await.unwrap();
    assert_eq!(tx.queued_blob_count().await, Ok(1_000));
    tx.unqueue_blobs(&thousand).await.unwrap();
    assert_eq!(tx.queued_blob_count().await, Ok(0));
}

/// Rooms, contents and bytes of the whole store.
pub async fn counts_follow(bench: &Bench) {
    let a = bench.add_room(&new_room("a")).await;
    let b = bench.add_room(&NewRoom { expire_at: Some(at(-1)), ..new_room("b") }).await;
    bench.add_content(&new_content(a, vec![])).await;
    bench.add_content(&new_content(b, vec![blob(1, 40), inline("ab")])).await;
    let id = bench.add_content(&new_content(b, vec![blob(2, 5)])).await;
    assert_eq!(bench.read().await.counts().await, Ok(Counts { rooms: 2, contents: 3, stored_size: 47 }));
    let mut tx = bench.begin().await;
    tx.delete_contents(b, &[id]).await.unwrap();
    assert_eq!(tx.counts().await, Ok(Counts { rooms: 2, contents: 2, stored_size: 42 }));
    tx.delete_room(b).await.unwrap();
    assert_eq!(tx.counts().await, Ok(Counts { rooms: 1, contents: 1, stored_size: 0 }));
}

/// Asked, it says so; every handle says the same name.
pub async fn the_store_works_and_has_a_name(bench: &Bench) {
    assert_eq!(bench.store().check().await, Ok(()));
    let other = bench.reopen().await;
    assert_eq!(other.check().await, Ok(()));
    assert_eq!(other.kind(), bench.store().kind());
    assert!(!other.kind().is_empty());
}

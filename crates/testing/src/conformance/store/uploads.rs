//! Uploads in pieces and their chunks.

use elizabeth_core::{
    content::{FileRequest, Manifest, Reservation, Sha256Hash},
    id::{BlobKey, ReservationId, RoomId, UploadId},
    permission::Permission,
    policy::{CHUNKS_MAX, SIZE_MAX},
    ports::{UploadRange, WriteTx},
    quota::{Hold, HoldState},
    room::NewRoom,
    sniff::Sniffed,
    time::Timestamp,
    upload::{Chunk, ChunkedFile, ChunkedUpload, FileProgress, HashProgress, NewUpload},
};
use uuid::Uuid;

use super::{
    Bench,
    given::{at, blob, chunk, hash, hold, key, manifest, new_content, new_room, new_upload, reserve, sid},
};

async fn add(bench: &Bench, new: &NewUpload) -> ReservationId {
    let mut tx = bench.begin().await;
    let id = tx.insert_upload(new).await.unwrap();
    tx.commit().await.unwrap();
    id
}

async fn add_chunk(
    tx: &mut dyn WriteTx,
    upload: ReservationId,
    chunk: &Chunk,
    hash_progress: Option<&HashProgress>,
) {
    let live = Hold { state: HoldState::Begun, ..hold(100, at(10)) };
    assert_eq!(tx.update_hold(upload, live).await, Ok(true));
    tx.insert_chunk(upload, chunk, hash_progress).await.unwrap();
}

/// An upload of two files with so many chunks of one byte in its first file and one in its second, in blobs from a
/// number on.
async fn add_with_chunks(bench: &Bench, new: &NewUpload, chunks: u64, blobs: u128) -> ReservationId {
    let mut tx = bench.begin().await;
    let id = tx.insert_upload(new).await.unwrap();
    for n in 0..chunks {
        add_chunk(&mut *tx, id, &chunk(0, n, 1, blobs + u128::from(n)), None).await;
    }
    add_chunk(&mut *tx, id, &chunk(1, 0, 1, blobs + u128::from(chunks)), None).await;
    tx.commit().await.unwrap();
    id
}

async fn found(bench: &Bench, room: RoomId, n: u128) -> Option<ChunkedUpload> {
    bench.read().await.upload(room, UploadId(Uuid::from_u128(n))).await.unwrap()
}

async fn deadline(bench: &Bench, room: RoomId, id: ReservationId) -> Timestamp {
    bench.read().await.reservation(room, id).await.unwrap().unwrap().hold.deadline
}

/// Everything of it is kept: what was promised, by whom, and its hold, which is a reservation's.
pub async fn an_upload_comes_back_whole(bench: &Bench) {
    let room = bench.add_room(&NewRoom { max_size: SIZE_MAX, ..new_room("room") }).await;
    let file = |name: &str, size: u64| FileRequest::new(name, size);
    let files = vec![
        file("z/名前.txt", SIZE_MAX - 12).max_downloads(Some(1)),
        file("été \u{1F382}'\"%.jpg", 0).expire_at(Some(Timestamp::MAX)),
        file("a", 12).mime(Some("text/plain; charset=utf-8".into())),
    ];
    let pieces = [(Some(65_536), Some(Sha256Hash([0xff; 32]))), (Some(1), None), (None, None)];
    let files = Manifest::parse(files, at(0)).unwrap();
    let files = files.files().iter().zip(pieces);
    let files: Vec<ChunkedFile> = files
        .map(|(file, (chunk_size, sha256))| ChunkedFile::new(file.clone(), chunk_size, sha256))
        .collect();
    let full = NewUpload {
        id: UploadId(Uuid::from_u128(u128::MAX)),
        sid: sid(u128::MAX),
        owner: true,
        permission: Permission::VIEW,
        granted: Permission::EDIT,
        hold: hold(SIZE_MAX, Timestamp::MAX),
        files,
        created_at: Timestamp::EPOCH,
        ..new_upload(room, 1, 1)
    };
    let plain = new_upload(room, 2, 2);
    let (first, second) = (add(bench, &full).await, add(bench, &plain).await);
    assert!(first < second);
    for store in [bench.store(), bench.reopen().await] {
        for (id, new, n) in [(first, &full, 1), (second, &plain, 2)] {
            let mut read = store.read().await.unwrap();
            let expected = new.clone().into_upload(id);
            assert_eq!(read.upload(room, new.id).await, Ok(Some(expected.clone())));
            assert_eq!(read.upload_by_token(hash(n)).await, Ok(Some(expected)));
            let held = Reservation {
                id,
                room_id: room,
                sid: new.sid,
                hold: new.hold,
                manifest: Manifest::default(),
            };
            assert_eq!(read.reservation(room, id).await, Ok(Some(held)));
        }
        let holds = vec![(first, full.hold), (second, plain.hold)];
        assert_eq!(store.read().await.unwrap().live_holds(room, at(1)).await, Ok(holds));
    }
}

/// By its token it is found wherever it is; lapsed ones are given too.
pub async fn an_upload_is_known_in_its_room_only(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let new = NewUpload { hold: hold(5, at(-10)), ..new_upload(here, 1, 1) };
    let id = add(bench, &new).await;
    let expected = new.into_upload(id);
    assert_eq!(found(bench, here, 1).await, Some(expected.clone()));
    assert_eq!(found(bench, there, 1).await, None);
    assert_eq!(found(bench, here, 2).await, None);
    let mut read = bench.read().await;
    assert_eq!(read.upload_by_token(hash(1)).await, Ok(Some(expected)));
    assert_eq!(read.upload_by_token(hash(2)).await, Ok(None));
    // A reservation for one upload is none in pieces.
    let mut tx = bench.begin().await;
    let plain = reserve(&mut *tx, here, 5, 10).await;
    assert_eq!((tx.chunk(plain, 0, 0).await, tx.chunks(plain, None).await), (Ok(None), Ok(vec![])));
}

/// Neither those that lapsed nor those that are complete, nor another session's or room's where one is named. Each
/// comes with how far its files have come.
pub async fn live_uploads_are_listed_oldest_first(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let other = bench.add_room(&new_room("other")).await;
    let pending = add(bench, &new_upload(room, 9, 1)).await;
    let lapsed = NewUpload { hold: hold(5, at(5)), ..new_upload(room, 8, 1) };
    let lapsed = add(bench, &lapsed).await;
    let begun = add_with_chunks(bench, &new_upload(room, 7, 2), 3, 1).await;
    let done = add_with_chunks(bench, &new_upload(room, 6, 2), 1, 10).await;
    let elsewhere = add(bench, &new_upload(other, 5, 1)).await;
    let mine = add_with_chunks(bench, &new_upload(room, 4, 1), 1, 20).await;
    let mut tx = bench.begin().await;
    reserve(&mut *tx, room, 5, 10).await;
    let ended = Hold::new(0, at(50), HoldState::Done);
    assert_eq!(tx.update_hold(done, ended).await, Ok(true));
    tx.commit().await.unwrap();
    let mut read = bench.read().await;
    for (room, session, now, expected) in [
        (room, None, at(4), vec![pending, lapsed, begun, mine]),
        (room, None, at(5), vec![pending, begun, mine]),
        (room, Some(sid(1)), at(5), vec![pending, mine]),
        (room, Some(sid(2)), at(5), vec![begun]),
        (room, Some(sid(3)), at(5), vec![]),
        (room, None, at(10), vec![]),
        (other, None, at(5), vec![elsewhere]),
    ] {
        let live = read.live_uploads(room, session, UploadRange::default(), now).await.unwrap();
        let ids: Vec<_> = live.iter().map(|upload| upload.reservation).collect();
        assert_eq!(ids, expected, "{session:?} {now}");
        for upload in live {
            assert_eq!(read.upload(room, upload.id).await, Ok(Some(upload)));
        }
    }
    let found = found(bench, room, 7).await.unwrap();
    assert_eq!(found.progress.iter().map(|file| file.chunks).collect::<Vec<_>>(), [3, 1, 0]);
}

/// More than go into one statement, and each with the files of its own.
pub async fn many_uploads_are_listed(bench: &Bench) {
    let room = bench.add_room(&NewRoom { max_size: SIZE_MAX, ..new_room("room") }).await;
    let mut tx = bench.begin().await;
    let mut expected = Vec::new();
    for n in 0..501 {
        let files = (0..=n % 3).map(|file| manifest(&[(&format!("{n}-{file}"), 1)]).files()[0].clone());
        let files = files.map(|file| ChunkedFile::new(file, Some(1), None)).collect();
        let new = NewUpload { files, ..new_upload(room, n + 1, 1) };
        let id = tx.insert_upload(&new).await.unwrap();
        expected.push(new.into_upload(id));
    }
    tx.commit().await.unwrap();
    assert_eq!(
        bench.read().await.live_uploads(room, None, UploadRange::default(), at(1)).await,
        Ok(expected)
    );
}

/// By file and index, whenever they came; nothing of another upload.
pub async fn chunks_come_back_in_order(bench: &Bench) {
    let room = bench.add_room(&NewRoom { max_size: SIZE_MAX, ..new_room("room") }).await;
    let upload = add(bench, &new_upload(room, 1, 1)).await;
    let other = add_with_chunks(bench, &new_upload(room, 2, 1), 2, 100).await;
    let last = Chunk {
        sha256: Sha256Hash([0xff; 32]),
        sniffed: Some(Sniffed::Text),
        uploaded_at: Timestamp::MAX,
        ..chunk(2, CHUNKS_MAX - 1, SIZE_MAX - 1, u128::MAX)
    };
    let mut all = vec![last, chunk(0, 10, 7, 1), chunk(0, 9, 6, 2), chunk(2, 0, 1, 3), chunk(0, 0, 5, 4)];
    for chunk in &all {
        let mut tx = bench.begin().await;
        add_chunk(&mut *tx, upload, chunk, None).await;
        tx.commit().await.unwrap();
    }
    all.sort_by_key(|chunk| (chunk.file, chunk.index));
    for store in [bench.store(), bench.reopen().await] {
        let mut read = store.read().await.unwrap();
        assert_eq!(read.chunks(upload, None).await, Ok(all.clone()));
        assert_eq!(read.chunks(upload, Some(0)).await, Ok(all[..3].to_vec()));
        assert_eq!(read.chunks(upload, Some(1)).await, Ok(vec![]));
        assert_eq!(read.chunks(upload, Some(2)).await, Ok(all[3..].to_vec()));
        assert_eq!(read.chunks(other, None).await.unwrap().len(), 3);
        assert_eq!(read.chunk(upload, 0, 9).await, Ok(Some(all[1].clone())));
        for (upload, file, index) in
            [(upload, 0, 1), (upload, 1, 9), (upload, u32::MAX, 0), (upload, 0, u64::MAX), (other, 0, 9)]
        {
            assert_eq!(read.chunk(upload, file, index).await, Ok(None), "{file} {index}");
        }
    }
}

/// A file at a time. What its first chunks hash to stays until it is known of more.
pub async fn chunks_are_counted_and_hashed_along(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let upload = add(bench, &new_upload(room, 1, 1)).await;
    let hash_progress =
        |chunks: u64| HashProgress { chunks, state: vec![u8::try_from(chunks).unwrap(); 105] };
    let mut expected = vec![FileProgress::default(); 3];
    for (n, (file, index, size, known)) in
        [(1, 3, 7, None), (1, 0, 5, Some(1)), (0, 2, 1, None), (1, 1, 4, Some(2)), (1, 5, 2, None)]
            .into_iter()
            .enumerate()
    {
        let known = known.map(hash_progress);
        let mut tx = bench.begin().await;
        add_chunk(&mut *tx, upload, &chunk(file, index, size, n as u128), known.as_ref()).await;
        let progress = &mut expected[file as usize];
        progress.chunks += 1;
        progress.bytes += size;
        progress.hash_progress = known.unwrap_or(progress.hash_progress.clone());
        let id = UploadId(Uuid::from_u128(1));
        assert_eq!(tx.upload(room, id).await.unwrap().unwrap().progress, expected);
        tx.commit().await.unwrap();
        assert_eq!(found(bench, room, 1).await.unwrap().progress, expected);
    }
    let mut tx = bench.begin().await;
    add_chunk(&mut *tx, upload, &chunk(2, 0, 1, 77), Some(&hash_progress(1))).await;
    drop(tx);
    let mut tx = bench.begin().await;
    // Of the third file nothing has arrived.
    for file in [1, 2] {
        tx.save_hash(upload, file, &hash_progress(6)).await.unwrap();
    }
    tx.commit().await.unwrap();
    expected[1].hash_progress = hash_progress(6);
    let other = bench.reopen().await;
    let after = other.read().await.unwrap().upload_by_token(hash(1)).await.unwrap().unwrap();
    assert_eq!((after.progress, after.hold.state), (expected, HoldState::Begun));
}

/// The blobs are the content's from then on: the end of the upload leaves them, the content's end queues them.
pub async fn a_settled_file_hands_its_blobs_over(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let upload = add_with_chunks(bench, &new_upload(room, 1, 1), 2, 1).await;
    let mut tx = bench.begin().await;
    let content = tx.insert_content(&new_content(room, vec![blob(1, 1), blob(2, 1)])).await.unwrap();
    let empty = tx.insert_content(&new_content(room, vec![])).await.unwrap();
    tx.settle_file(upload, 0, content).await.unwrap();
    tx.settle_file(upload, 2, empty).await.unwrap();
    tx.commit().await.unwrap();
    let progress = found(bench, room, 1).await.unwrap().progress;
    let file = |chunks, content| FileProgress { chunks, bytes: chunks, content, ..FileProgress::default() };
    assert_eq!(progress, [file(2, Some(content)), file(1, None), file(0, Some(empty))]);
    let handed_over = |index| Chunk { blob: None, ..chunk(0, index, 1, 0) };
    let expected = vec![handed_over(0), handed_over(1), chunk(1, 0, 1, 3)];
    assert_eq!(bench.read().await.chunks(upload, None).await, Ok(expected));
    let mut tx = bench.begin().await;
    assert_eq!(tx.delete_reservation(upload).await, Ok(true));
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [key(3)]);
    assert_eq!(bench.content("room", content).await.unwrap().segments, [blob(1, 1), blob(2, 1)]);
    let mut tx = bench.begin().await;
    tx.delete_contents(room, &[content]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [key(1), key(2), key(3)]);
}

/// Its content may go first.
pub async fn a_content_is_queued_once_while_its_upload_is_kept(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let upload = add_with_chunks(bench, &new_upload(room, 1, 1), 1, 1).await;
    let mut tx = bench.begin().await;
    let content = tx.insert_content(&new_content(room, vec![blob(1, 1)])).await.unwrap();
    tx.settle_file(upload, 0, content).await.unwrap();
    tx.delete_contents(room, &[content]).await.unwrap();
    tx.unqueue_blobs(&[key(1)]).await.unwrap();
    tx.commit().await.unwrap();
    // What it had become is known for as long as the upload is.
    assert_eq!(found(bench, room, 1).await.unwrap().progress[0].content, Some(content));
    let mut tx = bench.begin().await;
    assert_eq!(tx.delete_reservation(upload).await, Ok(true));
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [key(2)]);
}

/// Nothing of it is left, nor of its chunks but their blobs in the queue; another's stay.
pub async fn a_deleted_upload_queues_its_chunks(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let gone = add_with_chunks(bench, &new_upload(room, 1, 1), 600, 1).await;
    let kept = add_with_chunks(bench, &new_upload(room, 2, 1), 2, 1_000).await;
    let before = found(bench, room, 2).await;
    let mut tx = bench.begin().await;
    tx.announce(gone, &[key(5_000)], at(10)).await.unwrap();
    // One of them waits already.
    tx.queue_blobs(&[key(7)]).await.unwrap();
    assert_eq!(tx.delete_reservation(gone).await, Ok(true));
    assert_eq!(tx.delete_reservation(gone).await, Ok(false));
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, (1..=601).map(key).collect::<Vec<BlobKey>>());
    assert_eq!((found(bench, room, 1).await, found(bench, room, 2).await), (None, before));
    let mut read = bench.read().await;
    assert_eq!(read.upload_by_token(hash(1)).await, Ok(None));
    assert_eq!((read.chunks(gone, None).await, read.chunk(gone, 0, 1).await), (Ok(vec![]), Ok(None)));
    assert_eq!(read.chunks(kept, None).await.unwrap().len(), 3);
    assert_eq!(read.lapsed_announcements(at(10)).await, Ok(1));
}

/// Of all rooms at once; those that live stay. One that is complete is collected and not counted: nothing lapsed.
pub async fn lapsed_uploads_queue_their_chunks(bench: &Bench) {
    let a = bench.add_room(&new_room("a")).await;
    let b = bench.add_room(&new_room("b")).await;
    let first = add_with_chunks(bench, &new_upload(a, 1, 1), 2, 1).await;
    let second = add_with_chunks(bench, &new_upload(b, 2, 1), 2, 11).await;
    let live = add_with_chunks(bench, &new_upload(b, 3, 1), 2, 21).await;
    let done = add_with_chunks(bench, &new_upload(b, 4, 1), 1, 31).await;
    let mut tx = bench.begin().await;
    for (id, secs) in [(first, 5), (second, 6), (live, 7)] {
        let begun = Hold { state: HoldState::Begun, ..hold(10, at(secs)) };
        assert_eq!(tx.update_hold(id, begun).await, Ok(true));
    }
    let content = tx.insert_content(&new_content(b, vec![blob(31, 1)])).await.unwrap();
    let other = tx.insert_content(&new_content(b, vec![blob(32, 1)])).await.unwrap();
    tx.settle_file(done, 0, content).await.unwrap();
    tx.settle_file(done, 1, other).await.unwrap();
    let ended = Hold::new(0, at(6), HoldState::Done);
    assert_eq!(tx.update_hold(done, ended).await, Ok(true));
    for (now, lapsed) in [(at(4), (0, 0)), (at(5), (1, 10)), (at(6), (2, 20)), (at(7), (3, 30))] {
        assert_eq!(tx.lapsed_reservations(now).await, Ok(lapsed));
    }
    tx.commit().await.unwrap();
    assert!(found(bench, b, 4).await.is_some());
    let mut tx = bench.begin().await;
    tx.delete_lapsed_reservations(at(6)).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [1, 2, 3, 11, 12, 13].map(key));
    for (room, n) in [(a, 1), (b, 2), (b, 4)] {
        assert_eq!(found(bench, room, n).await, None, "{n}");
    }
    assert_eq!(bench.read().await.chunks(live, None).await.unwrap().len(), 3);
    assert_eq!(bench.read().await.lapsed_reservations(Timestamp::MAX).await, Ok((1, 10)));
}

/// Those that a content has taken over go with the content; all are queued, each once.
pub async fn deleting_a_room_queues_its_chunks(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let kept = bench.add_room(&new_room("kept")).await;
    let upload = add_with_chunks(bench, &new_upload(room, 1, 1), 2, 1).await;
    add_with_chunks(bench, &new_upload(room, 2, 1), 1, 11).await;
    add_with_chunks(bench, &new_upload(kept, 3, 1), 1, 21).await;
    let mut tx = bench.begin().await;
    let content = tx.insert_content(&new_content(room, vec![blob(1, 1), blob(2, 1)])).await.unwrap();
    tx.settle_file(upload, 0, content).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.delete_room(room).await.unwrap().freed_size, 2);
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [1, 2, 3, 11, 12].map(key));
    let mut read = bench.read().await;
    assert_eq!(
        (read.upload_by_token(hash(1)).await, read.chunks(upload, None).await),
        (Ok(None), Ok(vec![]))
    );
    assert!(read.upload_by_token(hash(3)).await.unwrap().is_some());
}

/// They end where they are; a guest's reservation for one upload does not, nor what is an owner's.
pub async fn revoking_guests_ends_their_uploads(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let guest = add(bench, &new_upload(here, 1, 1)).await;
    let owner = add(bench, &NewUpload { owner: true, ..new_upload(here, 2, 2) }).await;
    let before = add(bench, &NewUpload { hold: hold(1, at(3)), ..new_upload(here, 3, 1) }).await;
    let elsewhere = add(bench, &new_upload(there, 4, 1)).await;
    let mut tx = bench.begin().await;
    let plain = reserve(&mut *tx, here, 1, 10).await;
    tx.revoke_guests(here, at(5)).await.unwrap();
    tx.commit().await.unwrap();
    for (room, id, expected) in
        [(here, guest, 5), (here, owner, 10), (here, before, 3), (here, plain, 10), (there, elsewhere, 10)]
    {
        assert_eq!(deadline(bench, room, id).await, at(expected), "{id}");
    }
    assert_eq!(
        bench.read().await.live_uploads(here, None, UploadRange::default(), at(5)).await.unwrap().len(),
        1
    );
}

/// Uploads in pieces and others alike; not those of another session or room, and no end is moved back.
pub async fn a_sessions_holds_end_with_it(bench: &Bench) {
    let here = bench.add_room(&new_room("here")).await;
    let there = bench.add_room(&new_room("there")).await;
    let mine = add(bench, &NewUpload { owner: true, ..new_upload(here, 1, 1) }).await;
    let other = add(bench, &new_upload(here, 2, 2)).await;
    let before = add(bench, &NewUpload { hold: hold(1, at(3)), ..new_upload(here, 3, 1) }).await;
    let elsewhere = add(bench, &new_upload(there, 4, 1)).await;
    let mut tx = bench.begin().await;
    let plain = reserve(&mut *tx, here, 7, 10).await;
    tx.lapse_session_holds(here, sid(1), at(5)).await.unwrap();
    tx.commit().await.unwrap();
    for (room, id, expected) in
        [(here, mine, 5), (here, other, 10), (here, before, 3), (here, plain, 5), (there, elsewhere, 10)]
    {
        assert_eq!(deadline(bench, room, id).await, at(expected), "{id}");
    }
    let held = bench.read().await.live_holds(here, at(5)).await.unwrap();
    assert_eq!(held.iter().map(|(id, _)| *id).collect::<Vec<_>>(), [other]);
}

/// Others of the same reservation stay as they are. What is gone is reported.
pub async fn one_announcement_is_extended_and_retracted(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let upload = add(bench, &new_upload(room, 1, 1)).await;
    let mut tx = bench.begin().await;
    tx.announce(upload, &[key(1)], at(10)).await.unwrap();
    tx.announce(upload, &[key(2), key(3)], at(10)).await.unwrap();
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    assert_eq!(tx.extend_announcement(&key(1), at(20)).await, Ok(true));
    assert_eq!(
        (tx.lapsed_announcements(at(19)).await, tx.lapsed_announcements(at(20)).await),
        (Ok(2), Ok(3))
    );
    assert_eq!(tx.retract_announcement(&key(2)).await, Ok(true));
    assert_eq!(tx.retract_announcement(&key(2)).await, Ok(false));
    assert_eq!(tx.extend_announcement(&key(2), at(30)).await, Ok(false));
    tx.commit().await.unwrap();
    let mut tx = bench.begin().await;
    tx.queue_lapsed_announcements(at(10)).await.unwrap();
    assert_eq!(
        (tx.retract_announcement(&key(3)).await, tx.extend_announcement(&key(3), at(30)).await),
        (Ok(false), Ok(false))
    );
    tx.commit().await.unwrap();
    assert_eq!(bench.queue().await, [key(3)]);
    let mut tx = bench.begin().await;
    assert_eq!(
        (tx.lapsed_announcements(at(99)).await, tx.retract_announcements(upload).await),
        (Ok(1), Ok(1))
    );
}

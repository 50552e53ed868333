//! How uploads in pieces end before they are complete, and what is left then: nothing.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use elizabeth_core::{
    Caller, Error, Unauthorized,
    content::FileRequest,
    counts::{Counted, TooMany},
    memory::MemoryStore,
    policy::Policy,
    room::RoomOptions,
    service::{ChunkRequest, UploadAccess},
    text::TextRequest,
    upload::{Pieces, UploadFileRequest, UploadStatus},
};
use elizabeth_testing::{BlobFault, FaultyBlobs};

use crate::{
    pieces::{
        CHUNK, begin, by_room_token, by_upload_token, chunk, chunked, complete, part, send, send_all, sha256,
    },
    refused,
    support::{World, at, large},
};

#[tokio::test]
async fn an_upload_waits_two_minutes_for_its_first_byte_and_lives_an_hour_from_its_last_chunk() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(3 * CHUNK);
    let (prepared, access) = world.chunked_upload(&token, bytes.len()).await;
    let lives_until = async || {
        let upload = world.app.upload_state(&at("box"), &access).await.unwrap().upload;
        upload.hold.deadline.since(world.app.now())
    };
    assert_eq!(lives_until().await, Duration::from_secs(120));
    for (index, silence) in [(0, 119), (1, 3_599)] {
        world.wait(silence);
        assert_eq!(lives_until().await, Duration::from_secs(1));
        send(&world.app, &access, chunk(index), part(&bytes, index)).await.unwrap();
        assert_eq!(lives_until().await, Duration::from_secs(3_600));
        world.app.gc(false).await.unwrap();
    }
    // A chunk that came before is no progress.
    world.wait(3_599);
    send(&world.app, &access, chunk(1), part(&bytes, 1)).await.unwrap();
    assert_eq!(lives_until().await, Duration::from_secs(1));
    world.wait(1);
    let state = world.app.upload_state(&at("box"), &access).await.unwrap();
    assert_eq!(state.upload.status(state.now), UploadStatus::Expired);
    assert!(world.traces().await.holds.is_empty());
    refused!(send(&world.app, &access, chunk(2), part(&bytes, 2)).await, Error::ReservationExpired);
    refused!(send(&world.app, &access, chunk(0), part(&bytes, 0)).await, Error::ReservationExpired);
    refused!(complete(&world.app, &access, &bytes).await, Error::ReservationExpired);
    refused!(world.app.abandon_upload(&at("box"), &access).await, Error::ReservationExpired);
    let dry = world.app.gc(true).await.unwrap();
    assert_eq!(dry.cleaned_reservations, 1);
    let swept = world.app.gc(false).await.unwrap();
    assert_eq!((swept.cleaned_reservations, swept.cleaned_blobs), (1, 2));
    refused!(
        world.app.upload_state(&at("box"), &access).await,
        Error::Unauthorized(Unauthorized::UploadToken)
    );
    let token = world.enter("box").await.unwrap();
    let by_room = UploadAccess::Caller { caller: Caller::token(&token), upload: prepared.upload.id };
    refused!(world.app.upload_state(&at("box"), &by_room).await, Error::ReservationNotFound);
    world.check_swept(0).await;
}

/// One chunk takes longer than its upload may be silent: each MiB of it keeps the upload, each byte its own blob.
#[tokio::test]
async fn a_chunk_that_comes_slowly_keeps_its_upload_alive() {
    for (ttl, pace, stroke) in [(3_600, 59, 32 << 10), (50, 49, 1 << 20), (5, 4, 1 << 20)] {
        let policy = Policy::default().chunked_ttl(Duration::from_secs(ttl));
        let world = World::with_policy(policy);
        let token = world.room("box").await;
        let bytes = large(8 << 20);
        let pieces = Pieces::Chunked { chunk_size: Some(8 << 20), file_hash: None };
        let file = UploadFileRequest::new(FileRequest::new("a", 8 << 20), pieces);
        let access = by_upload_token(&world.prepare_upload(&token, vec![file]).await);
        let mut writer = begin(&world.app, &access, chunk(0)).await;
        for stroke in bytes.chunks(stroke) {
            world.wait(pace);
            writer.write(Bytes::copy_from_slice(stroke)).await.unwrap();
            world.app.gc(false).await.unwrap();
            assert_eq!(world.traces().await.holds.len(), 1);
        }
        world.wait(pace);
        writer.finish().await.unwrap();
        complete(&world.app, &access, &bytes).await.unwrap();
        world.check_swept(1).await;
    }
}

/// A byte a minute holds nothing for ever, neither in one chunk nor in ever new pieces.
#[tokio::test]
async fn a_trickle_is_no_progress() {
    let world = World::with_policy(Policy::default().token_ttl(Duration::from_secs(86_400)));
    let token = world.room("box").await;
    let (_, access) = world.chunked_upload(&token, CHUNK).await;
    let mut writer = begin(&world.app, &access, chunk(0)).await;
    let file = FileRequest::new("b", CHUNK as u64);
    let created = world.app.create_upload(&at("box"), &Caller::token(&token), file).await.unwrap();
    let appended = by_room_token(&token, &created);
    for minute in 0..60 {
        world.wait(59);
        writer.write(large(1)).await.unwrap();
        let mut append = world.app.begin_append(&at("box"), &appended, minute, false).await.unwrap();
        append.write(large(1)).await.unwrap();
        append.finish().await.unwrap();
    }
    world.wait(120);
    refused!(writer.write(large(1)).await, Error::ReservationExpired);
    writer.abort().await;
    refused!(world.app.appendable(&at("box"), &appended).await, Error::ReservationExpired);
    assert!(world.traces().await.holds.is_empty());
    world.check_swept(0).await;
}

/// A stranger's hold that gets no byte fills the room for two minutes at most; meanwhile the owner sees it and may end it.
#[tokio::test]
async fn a_silent_hold_is_in_nobodys_way_for_long() {
    let world = World::new();
    let owner = world.room("box").await;
    let guest = world.enter("box").await.unwrap();
    let all = world.app.policy().room_max_size as usize;
    let whole = async |token: &str| {
        let asked = FileRequest::new("all", all as u64);
        world.app.create_upload(&at("box"), &Caller::token(token), asked).await
    };
    whole(&guest).await.unwrap();
    let note = async || world.app.add_text(&at("box"), &Caller::token(&owner), TextRequest::new("x")).await;
    world.wait(119);
    refused!(note().await, Error::RoomFull(_));
    world.wait(1);
    note().await.unwrap();
    world.check_blobs().await;

    let file = FileRequest::new("rest", all as u64 - 1);
    world.app.create_upload(&at("box"), &Caller::token(&guest), file).await.unwrap();
    refused!(note().await, Error::RoomFull(_));
    let seen = world.app.uploads(&at("box"), &Caller::token(&owner), None, 1_000).await.unwrap().items;
    assert!(!seen[0].mine);
    world.app.abandon_upload(&at("box"), &by_room_token(&owner, &seen[0].upload)).await.unwrap();
    note().await.unwrap();
}

/// However many names strangers' uploads have, a page of the list is short, and the pages are the list.
#[tokio::test]
async fn uploads_are_listed_in_pages_of_a_size() {
    let world = World::new();
    let owner = world.room("box").await;
    let mut made = Vec::new();
    for guest in 0..6 {
        let token = world.enter("box").await.unwrap();
        let names = (0..1_000).map(|n| format!("{guest}-{n}-{}", "n".repeat(900)));
        let files = names.map(|name| chunked(&name, 0)).collect();
        made.push(world.prepare_upload(&token, files).await.upload.id);
    }
    let list = async |limit| {
        let (mut listed, mut sizes, mut after) = (Vec::new(), Vec::new(), None);
        loop {
            let page = world.app.uploads(&at("box"), &Caller::token(&owner), after, limit).await.unwrap();
            sizes.push(page.items.len());
            listed.extend(page.items.into_iter().map(|listed| listed.upload.id));
            after = page.next;
            if after.is_none() {
                return (listed, sizes);
            }
        }
    };
    assert_eq!(list(1_000).await, (made.clone(), vec![4, 2]));
    assert_eq!(list(1).await, (made, vec![1; 6]));
    assert_eq!(world.app.uploads(&at("box"), &Caller::token(&owner), None, 0).await.unwrap().items.len(), 0);
}

#[tokio::test]
async fn a_guest_has_so_many_uploads_under_way_and_an_owner_as_many_as_the_room() {
    let world = World::new();
    let owner = world.room("box").await;
    let (guest, other) = (world.enter("box").await.unwrap(), world.enter("box").await.unwrap());
    let create = async |token: &str| {
        world.app.create_upload(&at("box"), &Caller::token(token), FileRequest::new("a", 1)).await
    };
    for _ in 0..32 {
        create(&guest).await.unwrap();
        create(&owner).await.unwrap();
    }
    refused!(create(&guest).await, Error::TooMany(TooMany { what: Counted::SessionUploads, most: 32 }));
    create(&owner).await.unwrap();
    create(&other).await.unwrap();
}

#[tokio::test]
async fn the_half_chunk_of_a_dead_process_is_collected_while_the_upload_goes_on() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(2 * CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    let mut writer = begin(&world.app, &access, chunk(0)).await;
    writer.write(bytes.slice(..100)).await.unwrap();
    drop(writer);
    world.wait(59);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 0);
    assert_eq!(world.blobs.len(), 1);
    world.wait(1);
    assert_eq!(world.app.gc(true).await.unwrap().cleaned_blobs, 1);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 1);
    assert_eq!(world.blobs.len(), 0);
    send_all(&world.app, &access, 0, &bytes, [0, 1]).await;
    complete(&world.app, &access, &bytes).await.unwrap();
    world.check_swept(2).await;
}

/// It was silent for a lease, and the sweeper has its blob in hand. The chunk may come again.
#[tokio::test]
async fn what_the_sweeper_has_given_up_is_no_chunk_any_more() {
    let blobs = FaultyBlobs::default();
    let store = Arc::new(MemoryStore::new());
    let world = World::over(blobs.inner.clone(), store, Arc::new(blobs.clone()), Policy::default());
    let token = world.room("box").await;
    let bytes = large(CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    let mut one = begin(&world.app, &access, chunk(0)).await;
    let mut two = begin(&world.app, &access, chunk(0)).await;
    one.write(bytes.slice(..100)).await.unwrap();
    two.write(bytes.clone()).await.unwrap();
    let begun = world.app.now();
    world.wait(60);
    // It is not deleted yet, so that only the announcement tells.
    blobs.fail(&[BlobFault::Delete]);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 0);
    refused!(one.write(bytes.slice(100..)).await, Error::PieceLost);
    one.abort().await;
    // Even for a process whose clock runs behind.
    world.clock.set(begun);
    refused!(two.finish().await, Error::PieceLost);
    assert_eq!((world.traces().await.blobs, world.traces().await.queued), (2, 2));
    blobs.fail(&[]);
    world.check_swept(0).await;
    send(&world.app, &access, chunk(0), bytes.clone()).await.unwrap();
    complete(&world.app, &access, &bytes).await.unwrap();
}

#[tokio::test]
async fn giving_up_and_running_out_give_the_rest_back_and_keep_what_is_complete() {
    for abandons in [true, false] {
        let world = World::new();
        let token = world.room("box").await;
        let (one, two) = (large(CHUNK + 1), large(2 * CHUNK));
        let files = vec![chunked("one", one.len()), chunked("two", two.len())];
        let access = by_upload_token(&world.prepare_upload(&token, files).await);
        send_all(&world.app, &access, 0, &one, [0, 1]).await;
        let first = complete(&world.app, &access, &one).await.unwrap().content;
        send_all(&world.app, &access, 1, &two, [1]).await;
        let mut writer = begin(&world.app, &access, ChunkRequest { file: 1, ..chunk(0) }).await;
        writer.write(part(&two, 0)).await.unwrap();
        if abandons {
            let released = world.app.abandon_upload(&at("box"), &access).await.unwrap();
            assert_eq!((released.released, released.current_size), (two.len() as u64, one.len() as u64));
            refused!(world.app.abandon_upload(&at("box"), &access).await, Error::Unauthorized(_));
        } else {
            world.wait(3_600);
        }
        let traces = world.traces().await;
        assert_eq!((traces.stored, traces.holds.len()), (one.len() as u64, 0));
        refused!(writer.finish().await, Error::ReservationExpired);
        let last = world.app.complete_upload(&at("box"), &access, 1, Some(sha256(&two))).await;
        refused!(last, Error::ReservationExpired | Error::Unauthorized(_));
        world.check_swept(2).await;
        let token = world.enter("box").await.unwrap();
        assert_eq!(world.read("box", &token, first.id).await.unwrap(), one);
    }
}

#[tokio::test]
async fn a_complete_upload_is_told_of_for_an_hour_and_given_up_it_costs_nothing() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(CHUNK + 1);
    for abandons in [true, false] {
        let (prepared, access) = world.chunked_upload(&token, bytes.len()).await;
        send_all(&world.app, &access, 0, &bytes, [0, 1]).await;
        complete(&world.app, &access, &bytes).await.unwrap();
        let state = world.app.upload_state(&at("box"), &access).await.unwrap();
        assert_eq!(state.upload.status(state.now), UploadStatus::Completed);
        assert_eq!((state.chunks.len(), state.upload.arrived()), (2, bytes.len() as u64));
        assert!(state.chunks.iter().all(|chunk| chunk.blob.is_none()));
        if abandons {
            let stored = world.traces().await.stored;
            let released = world.app.abandon_upload(&at("box"), &access).await.unwrap();
            assert_eq!((released.released, released.current_size), (0, stored));
        } else {
            world.wait(3_599);
            world.app.gc(false).await.unwrap();
            assert!(world.app.upload_state(&at("box"), &access).await.is_ok());
            world.wait(1);
            // Its end is nothing that an operator wants to hear of.
            assert_eq!(world.app.gc(true).await.unwrap().cleaned_reservations, 0);
            assert_eq!(world.app.gc(false).await.unwrap().cleaned_reservations, 0);
        }
        let by_id = UploadAccess::UploadToken { token: prepared.token, upload: None };
        refused!(world.app.upload_state(&at("box"), &by_id).await, Error::Unauthorized(_));
    }
    world.check_swept(4).await;
}

#[tokio::test]
async fn a_room_that_goes_takes_its_uploads_along() {
    for deleted in [true, false] {
        let world = World::new();
        let soon = world.app.now().saturating_add(Duration::from_secs(50));
        let options = RoomOptions::default().expire_at(Some(soon));
        world.create("box", options).await.unwrap();
        let token = world.enter("box").await.unwrap();
        let bytes = large(2 * CHUNK);
        let (_, access) = world.chunked_upload(&token, bytes.len()).await;
        send(&world.app, &access, chunk(1), part(&bytes, 1)).await.unwrap();
        let (mut one, mut two) =
            (begin(&world.app, &access, chunk(0)).await, begin(&world.app, &access, chunk(0)).await);
        one.write(part(&bytes, 0)).await.unwrap();
        two.write(bytes.slice(..9)).await.unwrap();
        if deleted {
            world.app.delete_room(&at("box"), &Caller::token(&token)).await.unwrap();
            refused!(one.finish().await, Error::RoomNotFound);
            world.wait(6);
            refused!(two.write(bytes.slice(9..10)).await, Error::RoomNotFound);
            refused!(world.app.upload_state(&at("box"), &access).await, Error::RoomNotFound);
            // A room that is made anew under the name knows nothing of it.
            world.room("box").await;
            refused!(
                world.app.upload_state(&at("box"), &access).await,
                Error::Unauthorized(Unauthorized::UploadToken)
            );
        } else {
            world.wait(50);
            refused!(one.finish().await, Error::RoomExpired);
            refused!(two.write(bytes.slice(9..10)).await, Error::RoomExpired);
            refused!(send(&world.app, &access, chunk(0), part(&bytes, 0)).await, Error::RoomExpired);
            refused!(complete(&world.app, &access, &bytes).await, Error::RoomExpired);
        }
        two.abort().await;
        world.check_swept(0).await;
    }
}

/// The reservation of an upload in pieces has a number too, and those who guess it get nowhere.
#[tokio::test]
async fn the_calls_of_simple_uploads_do_not_know_it() {
    let world = World::new();
    let token = world.room("box").await;
    let (prepared, access) = world.chunked_upload(&token, CHUNK).await;
    let number = prepared.upload.reservation;
    let before = world.traces().await;
    let begun = world.app.begin_upload(&at("box"), &Caller::token(&token), number).await.map(drop);
    refused!(begun, Error::ReservationNotFound);
    let whole = world.app.upload_whole(&at("box"), &Caller::token(&token), number, vec![]).await;
    refused!(whole, Error::ReservationNotFound);
    refused!(world.app.release(&at("box"), &Caller::token(&token), number).await, Error::ReservationNotFound);
    assert_eq!(world.traces().await, before);
    send(&world.app, &access, chunk(0), large(CHUNK)).await.unwrap();
    complete(&world.app, &access, &large(CHUNK)).await.unwrap();
    // Nor do chunks fit an upload whose pieces come one behind the other.
    let file = FileRequest::new("b", 9);
    let created = world.app.create_upload(&at("box"), &Caller::token(&token), file).await.unwrap();
    let access = by_room_token(&token, &created);
    refused!(send(&world.app, &access, chunk(0), large(9)).await, Error::ReservationNotFound);
    refused!(complete(&world.app, &access, &large(9)).await, Error::ReservationNotFound);
}

#[tokio::test]
async fn a_room_has_so_many_uploads_under_way_at_most() {
    let world = World::new();
    let token = world.room("box").await;
    let mut last = None;
    for _ in 0..1000 {
        last = Some(world.chunked_upload(&token, 0).await.1);
    }
    let one_more =
        async || world.app.prepare_upload(&at("box"), &Caller::token(&token), vec![chunked("b", 0)]).await;
    refused!(one_more().await, Error::TooMany(TooMany { what: Counted::Uploads, most: 1000 }));
    // One that is complete is not under way.
    complete(&world.app, &last.unwrap(), b"").await.unwrap();
    one_more().await.unwrap();
    refused!(one_more().await, Error::TooMany(TooMany { what: Counted::Uploads, most: 1000 }));
}

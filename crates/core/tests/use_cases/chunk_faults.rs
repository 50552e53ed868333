//! Uploads in pieces over a store and blobs that fail at the worst moment.

use std::sync::Arc;

use bytes::Bytes;
use elizabeth_core::{
    Caller, Error, Result,
    content::{Content, FileRequest},
    memory::{MemoryBlobs, MemoryStore},
    policy::Policy,
    ports::{BlobError, StoreError},
    service::UploadAccess,
};
use elizabeth_testing::{BlobFault, CommitEnd, FaultyBlobs, FaultyStore};

use crate::{
    pieces::{CHUNK, begin, by_room_token, chunk, complete, part, send, send_all},
    refused,
    support::{World, at, large},
};

fn over_store(end: fn(u64) -> CommitEnd) -> (World, FaultyStore) {
    let (store, blobs) = (FaultyStore::new(end), MemoryBlobs::new());
    let world = World::over(blobs.clone(), Arc::new(store.clone()), Arc::new(blobs), Policy::default());
    (world, store)
}

fn over_blobs() -> (World, FaultyBlobs) {
    let blobs = FaultyBlobs::default();
    let store = Arc::new(MemoryStore::new());
    (World::over(blobs.inner.clone(), store, Arc::new(blobs.clone()), Policy::default()), blobs)
}

/// Takes a step, and takes it again when it is unknown how it ended; says how often that was.
async fn insist<T>(unknown: &mut u32, step: impl AsyncFn() -> Result<T>) -> T {
    match step().await {
        Err(Error::Store(StoreError::Unavailable(_))) => *unknown += 1,
        ended => return ended.unwrap(),
    }
    step().await.unwrap()
}

#[tokio::test]
async fn a_step_of_unknown_end_is_taken_again() {
    let bytes = large(2 * CHUNK);
    for end in [CommitEnd::Unheard, CommitEnd::Lost] {
        let mut unknown_ends = 0;
        for place in 1.. {
            let (world, store) = over_store(|_| CommitEnd::Committed);
            let token = world.room("box").await;
            let (_, access) = world.chunked_upload(&token, bytes.len()).await;
            store.end_next(place..place + 1, end);
            let mut unknown = 0;
            for index in [1, 0] {
                let step = async || send(&world.app, &access, chunk(index), part(&bytes, index)).await;
                insist(&mut unknown, step).await;
                world.check_blobs().await;
            }
            let step = async || complete(&world.app, &access, &bytes).await;
            let content = insist(&mut unknown, step).await.content;
            assert_eq!(world.read("box", &token, content.id).await.unwrap(), bytes);
            assert_eq!(world.current_size("box", &token).await, bytes.len() as u64);
            // What nobody knows the end of is left to the sweeper.
            store.end_next(0..0, CommitEnd::Committed);
            world.wait(60);
            world.check_swept(2).await;
            if unknown == 0 {
                break;
            }
            unknown_ends += unknown;
        }
        // Two chunks begin and are kept; the upload is kept alive for reading them, their hash is saved, and it is settled.
        assert_eq!(unknown_ends, 7, "{end:?}");
    }
}

#[tokio::test]
async fn appending_goes_on_behind_an_unknown_end() {
    let bytes = large(1_000);
    for end in [CommitEnd::Unheard, CommitEnd::Lost] {
        let mut unknown_ends = 0;
        for place in 1.. {
            let (world, store) = over_store(|_| CommitEnd::Committed);
            let token = world.room("box").await;
            let file = FileRequest::new("a", 1_000);
            let upload = world.app.create_upload(&at("box"), &Caller::token(&token), file).await.unwrap();
            let access = by_room_token(&token, &upload);
            store.end_next(place..place + 1, end);
            let mut unknown = 0;
            for to in [400, 1_000] {
                insist(&mut unknown, async || append_to(&world, &access, &bytes, to).await).await;
                world.check_blobs().await;
            }
            let stored =
                world.app.contents(&at("box"), &Caller::token(&token), Default::default()).await.unwrap();
            assert_eq!(world.read("box", &token, stored[0].id).await.unwrap(), bytes);
            store.end_next(0..0, CommitEnd::Committed);
            world.wait(60);
            world.check_swept(2).await;
            if unknown == 0 {
                break;
            }
            unknown_ends += unknown;
        }
        assert_eq!(unknown_ends, 4, "{end:?}");
    }
}

/// As a client does: it asks where the file ends, and goes on from there.
async fn append_to(
    world: &World,
    access: &UploadAccess,
    bytes: &Bytes,
    to: usize,
) -> Result<Option<Content>> {
    let from = world.app.appendable(&at("box"), access).await?.arrived();
    let mut append = world.app.begin_append(&at("box"), access, from, false).await?;
    append.write(bytes.slice(from as usize..to)).await?;
    Ok(append.finish().await?.content)
}

#[tokio::test]
async fn uploads_in_pieces_are_none_the_worse_for_collisions() {
    let (world, store) =
        over_store(
            |commit| if commit.is_multiple_of(2) { CommitEnd::Committed } else { CommitEnd::Collided },
        );
    let token = world.room("box").await;
    let bytes = large(2 * CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    send_all(&world.app, &access, 0, &bytes, [1, 0, 0]).await;
    let content = complete(&world.app, &access, &bytes).await.unwrap().content;
    assert_eq!(world.read("box", &token, content.id).await.unwrap(), bytes);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    let mut writer = begin(&world.app, &access, chunk(0)).await;
    writer.write(bytes.slice(..9)).await.unwrap();
    world.wait(10);
    writer.write(bytes.slice(9..10)).await.unwrap();
    writer.abort().await;
    world.app.abandon_upload(&at("box"), &access).await.unwrap();
    let file = FileRequest::new("a", 10);
    let upload = world.app.create_upload(&at("box"), &Caller::token(&token), file).await.unwrap();
    let access = by_room_token(&token, &upload);
    assert!(append_to(&world, &access, &bytes, 10).await.unwrap().is_some());
    assert_eq!(store.commits() % 2, 0);
    world.check_swept(3).await;
}

/// It collides more often than it is tried: nothing of it is kept, and it may come again.
#[tokio::test]
async fn a_chunk_that_cannot_be_kept_leaves_nothing() {
    let (world, store) = over_store(|_| CommitEnd::Committed);
    let token = world.room("box").await;
    let bytes = large(CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    let before = world.traces().await;
    store.end_next(2..7, CommitEnd::Collided);
    let sent = send(&world.app, &access, chunk(0), bytes.clone()).await;
    refused!(sent, Error::Store(StoreError::Contended(_)));
    assert_eq!(world.traces().await, before);
    send(&world.app, &access, chunk(0), bytes.clone()).await.unwrap();
    store.end_next(1..6, CommitEnd::Collided);
    refused!(complete(&world.app, &access, &bytes).await, Error::Store(StoreError::Contended(_)));
    complete(&world.app, &access, &bytes).await.unwrap();
}

#[tokio::test]
async fn a_chunk_that_the_disk_does_not_take_leaves_nothing() {
    let bytes = large(2 * CHUNK);
    for fault in [BlobFault::Create, BlobFault::Write, BlobFault::Finish] {
        let (world, blobs) = over_blobs();
        let token = world.room("box").await;
        let (_, access) = world.chunked_upload(&token, bytes.len()).await;
        send(&world.app, &access, chunk(0), part(&bytes, 0)).await.unwrap();
        let before = world.traces().await;
        let attempt = async || send(&world.app, &access, chunk(1), part(&bytes, 1)).await;
        blobs.fail(&[fault]);
        refused!(attempt().await, Error::Blob(BlobError::Unavailable(_)));
        assert_eq!(world.traces().await, before, "{fault:?}");
        // Where it cannot be deleted either, it is collected a lease later.
        blobs.fail(&[fault, BlobFault::Delete]);
        refused!(attempt().await, Error::Blob(BlobError::Unavailable(_)));
        assert_eq!((world.traces().await.blobs, world.traces().await.announced), (2, 1));
        blobs.fail(&[]);
        attempt().await.unwrap();
        world.wait(59);
        world.app.gc(false).await.unwrap();
        assert_eq!(world.traces().await.announced, 1);
        world.wait(1);
        world.check_swept(2).await;
        complete(&world.app, &access, &bytes).await.unwrap();
    }
}

/// Whoever goes on after a stroke failed does not get a chunk with a hole in it.
#[tokio::test]
async fn a_stroke_that_failed_is_missing_at_the_end() {
    let (world, blobs) = over_blobs();
    let token = world.room("box").await;
    let (_, access) = world.chunked_upload(&token, CHUNK).await;
    let before = world.traces().await;
    let mut writer = begin(&world.app, &access, chunk(0)).await;
    blobs.fail(&[BlobFault::Write]);
    refused!(writer.write(large(CHUNK)).await, Error::Blob(_));
    blobs.fail(&[]);
    refused!(writer.finish().await, Error::ChunkMismatch(_));
    assert_eq!(world.traces().await, before);
}

#[tokio::test]
async fn chunks_that_cannot_be_read_are_kept_until_they_can() {
    let (world, blobs) = over_blobs();
    let token = world.room("box").await;
    let bytes = large(3 * CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    send_all(&world.app, &access, 0, &bytes, [2, 1, 0]).await;
    let before = world.traces().await;
    blobs.fail(&[BlobFault::Read]);
    refused!(complete(&world.app, &access, &bytes).await, Error::Blob(BlobError::Unavailable(_)));
    assert_eq!(world.traces().await, before);
    blobs.fail(&[]);
    complete(&world.app, &access, &bytes).await.unwrap();
}

#[tokio::test]
async fn an_append_that_fails_keeps_what_was_durable() {
    const MIB: usize = 1 << 20;
    let bytes = large(20 * MIB);
    for fault in [BlobFault::Create, BlobFault::Write, BlobFault::Finish] {
        let (world, blobs) = over_blobs();
        let token = world.room("box").await;
        let file = FileRequest::new("a", bytes.len() as u64);
        let upload = world.app.create_upload(&at("box"), &Caller::token(&token), file).await.unwrap();
        let access = by_room_token(&token, &upload);
        let mut append = world.app.begin_append(&at("box"), &access, 0, false).await.unwrap();
        append.write(bytes.slice(..16 * MIB)).await.unwrap();
        let before = world.traces().await;
        blobs.fail(&[fault]);
        let written = append.write(bytes.slice(16 * MIB..20 * MIB)).await;
        if fault == BlobFault::Finish {
            written.unwrap();
            refused!(append.finish().await, Error::Blob(BlobError::Unavailable(_)));
        } else {
            refused!(written, Error::Blob(BlobError::Unavailable(_)));
            blobs.fail(&[]);
            // Nothing is written behind the gap.
            refused!(
                append.write(bytes.slice(..1)).await,
                Error::FileTooLong { .. } | Error::OffsetConflict { .. }
            );
            assert_eq!(append.finish().await.unwrap().offset, (16 * MIB) as u64);
        }
        assert_eq!(world.traces().await, before, "{fault:?}");
        blobs.fail(&[]);
        let content = append_to(&world, &access, &bytes, bytes.len()).await.unwrap().unwrap();
        assert!(world.read("box", &token, content.id).await.unwrap() == bytes);
        world.check_swept(2).await;
    }
}

/// A server gives a request up in the middle of a step and ends the append in an orderly way.
#[tokio::test]
async fn an_append_that_is_cut_off_in_the_middle_writes_nothing_behind_the_gap() {
    let (world, _) = over_blobs();
    let token = world.room("box").await;
    let bytes = large(1_000);
    let file = FileRequest::new("a", 1_000);
    let upload = world.app.create_upload(&at("box"), &Caller::token(&token), file).await.unwrap();
    let access = by_room_token(&token, &upload);
    append_to(&world, &access, &bytes, 100).await.unwrap();
    let mut append = world.app.begin_append(&at("box"), &access, 100, false).await.unwrap();
    let turn = world.store.begin().await.unwrap();
    let mut writing = Box::pin(append.write(bytes.slice(100..200)));
    assert!(futures::poll!(&mut writing).is_pending());
    drop(writing);
    drop(turn);
    refused!(append.write(bytes.slice(200..300)).await, Error::OffsetConflict { offset: 100 });
    assert_eq!(append.finish().await.unwrap().offset, 100);
    assert!(append_to(&world, &access, &bytes, 1_000).await.unwrap().is_some());
    world.check_swept(2).await;
}

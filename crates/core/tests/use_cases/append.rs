//! Files to which pieces of any size are appended.

use std::{sync::Arc, time::Duration};

use bytes::Bytes;
use elizabeth_core::{
    Caller, Elizabeth, Error, Result, Unauthorized,
    content::{Content, FileRequest},
    id::BlobKey,
    memory::{MemoryBlobs, MemoryStore},
    permission::Permission,
    policy::{CHUNK_SIZE_MAX, CHUNKS_MAX, Policy},
    ports::Blobs,
    service::{Append, Appended, UploadAccess},
    upload::{Chunk, ChunkedUpload, HashProgress, UploadStatus},
};
use elizabeth_testing::GatedBlobs;
use futures::FutureExt;

use crate::{
    pieces::{by_room_token, chunked, sha256},
    refused,
    support::{World, at, large},
};

const MIB: usize = 1 << 20;

async fn create(world: &World, token: &str, size: usize) -> (ChunkedUpload, UploadAccess) {
    let file = FileRequest::new("a.bin", size as u64);
    let upload = world.app.create_upload(&at("box"), &Caller::token(token), file).await.unwrap();
    let access = by_room_token(token, &upload);
    (upload, access)
}

async fn begin(app: &Elizabeth, access: &UploadAccess, offset: usize) -> Result<Append> {
    app.begin_append(&at("box"), access, offset as u64, false).await
}

/// Appends bytes in one go.
async fn append(app: &Elizabeth, access: &UploadAccess, offset: usize, bytes: Bytes) -> Result<Appended> {
    let mut append = begin(app, access, offset).await?;
    append.write(bytes).await?;
    append.finish().await
}

async fn offset(world: &World, access: &UploadAccess) -> u64 {
    world.app.appendable(&at("box"), access).await.unwrap().arrived()
}

async fn is_whole(world: &World, token: &str, bytes: &Bytes, content: Option<Content>) {
    let content = content.unwrap();
    assert_eq!((content.size, content.sha256), (bytes.len() as u64, sha256(bytes)));
    assert!(world.read("box", token, content.id).await.unwrap() == *bytes);
    let traces = world.traces().await;
    assert_eq!((traces.stored, traces.announced), (bytes.len() as u64, 0));
    assert!(traces.holds.iter().all(|&(_, size)| size == 0));
}

#[tokio::test]
async fn pieces_of_any_size_make_up_the_file() {
    let policy = Policy::default().token_ttl(Duration::from_secs(86_400));
    let world = World::with_policy(policy);
    let token = world.room("box").await;
    let bytes = large(100_000);
    let (upload, access) = create(&world, &token, bytes.len()).await;
    assert_eq!((upload.announced(), upload.arrived()), (100_000, 0));
    assert_eq!(world.current_size("box", &token).await, 100_000);
    let ports: (_, Arc<dyn Blobs>) = (world.store.clone(), Arc::new(world.blobs.clone()));
    let other = World::beside(&world, world.blobs.clone(), ports.0, ports.1);
    let mut from = 0;
    for (turn, len) in [1, 30_000, 0, 7, 69_000].into_iter().enumerate() {
        // The hash goes on from process to process. The upload waits two minutes for its first byte, and lives an hour from
        // there: pieces as small as these are no progress that would prolong it.
        world.wait(119);
        let app = if turn % 2 == 0 { &world.app } else { &other.app };
        let appended = append(app, &access, from, bytes.slice(from..from + len)).await.unwrap();
        from += len;
        assert_eq!((appended.offset, appended.content), (from as u64, None));
        assert_eq!(
            appended.expires_at.since(world.app.now()),
            Duration::from_secs(3_600 - 119 * turn as u64)
        );
        assert_eq!(offset(&other, &access).await, from as u64);
    }
    let last = append(&world.app, &access, from, bytes.slice(from..)).await.unwrap();
    assert_eq!(last.offset, 100_000);
    is_whole(&world, &token, &bytes, last.content).await;
    assert_eq!(
        world.app.appendable(&at("box"), &access).await.unwrap().status(world.app.now()),
        UploadStatus::Completed
    );
    refused!(
        append(&world.app, &access, 100_000, large(1)).await,
        Error::FileTooLong { declared: 100_000, .. }
    );
    world.check_swept(5).await;
}

#[tokio::test]
async fn an_empty_file_is_complete_at_once() {
    let world = World::new();
    let token = world.room("box").await;
    let (upload, access) = create(&world, &token, 0).await;
    assert_eq!(upload.status(world.app.now()), UploadStatus::Completed);
    let id = upload.progress[0].content.unwrap();
    let content = world.app.content(&at("box"), &Caller::token(&token), id).await.unwrap();
    is_whole(&world, &token, &Bytes::new(), Some(content)).await;
    refused!(append(&world.app, &access, 0, large(1)).await, Error::FileTooLong { .. });
    assert_eq!(offset(&world, &access).await, 0);
}

#[tokio::test]
async fn a_piece_begins_where_the_file_ends() {
    let world = World::new();
    let token = world.room("box").await;
    let (_, access) = create(&world, &token, 100).await;
    append(&world.app, &access, 0, large(40)).await.unwrap();
    let before = world.traces().await;
    for wrong in [0, 39, 41, 100, usize::MAX] {
        refused!(begin(&world.app, &access, wrong).await.map(drop), Error::OffsetConflict { offset: 40 });
    }
    refused!(append(&world.app, &access, 40, large(61)).await, Error::FileTooLong { declared: 100, .. });
    // What came before it grew too long goes with it.
    let mut append = begin(&world.app, &access, 40).await.unwrap();
    append.write(large(60)).await.unwrap();
    refused!(append.write(large(1)).await, Error::FileTooLong { .. });
    refused!(append.write(large(1)).await, Error::FileTooLong { .. });
    assert_eq!(append.finish().await.unwrap().offset, 40);
    assert_eq!(world.traces().await, before);
    // An upload in chunks is not one of these.
    let prepared = world.prepare_upload(&token, vec![chunked("b", 9)]).await;
    let chunks = by_room_token(&token, &prepared.upload);
    refused!(begin(&world.app, &chunks, 0).await.map(drop), Error::ReservationNotFound);
    refused!(world.app.appendable(&at("box"), &chunks).await, Error::ReservationNotFound);
}

#[tokio::test]
async fn of_two_appenders_one_wins() {
    let world = World::new();
    let token = world.room("box").await;
    let (_, access) = create(&world, &token, 100).await;
    let (mut one, mut two) =
        (begin(&world.app, &access, 0).await.unwrap(), begin(&world.app, &access, 0).await.unwrap());
    let mut late = begin(&world.app, &access, 0).await.unwrap();
    one.write(large(10)).await.unwrap();
    two.write(vec![1; 100].into()).await.unwrap();
    assert_eq!(one.finish().await.unwrap().offset, 10);
    refused!(two.finish().await, Error::OffsetConflict { offset: 10 });
    refused!(late.write(large(10)).await, Error::OffsetConflict { offset: 10 });
    assert_eq!((world.traces().await.blobs, world.traces().await.announced), (1, 0));
    // Nothing follows a gap, also when the offset would fit by chance.
    refused!(late.write(large(10)).await, Error::OffsetConflict { .. });
    let last = append(&world.app, &access, 10, large(100).slice(10..)).await.unwrap();
    is_whole(&world, &token, &large(100), last.content).await;
}

#[tokio::test]
async fn what_has_come_is_made_durable_step_by_step() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(40 * MIB);
    let (_, access) = create(&world, &token, bytes.len()).await;
    let mut append = begin(&world.app, &access, 0).await.unwrap();
    for stroke in 0..35 {
        append.write(bytes.slice(stroke * MIB..(stroke + 1) * MIB)).await.unwrap();
        let durable = (stroke + 1) / 16 * 16;
        assert_eq!(
            (offset(&world, &access).await, append.upload().arrived()),
            ((durable * MIB) as u64, (durable * MIB) as u64)
        );
    }
    // The process dies; another one goes on where the last step ended.
    drop(append);
    world.check_blobs().await;
    world.wait(60);
    assert_eq!(world.app.gc(false).await.unwrap().cleaned_blobs, 1);
    let mut append = begin(&world.app, &access, 32 * MIB).await.unwrap();
    append.write(bytes.slice(32 * MIB..33 * MIB)).await.unwrap();
    // A body that breaks off in the middle: what came of it stays.
    assert_eq!(append.finish().await.unwrap().offset, (33 * MIB) as u64);
    let last = super::append::append(&world.app, &access, 33 * MIB, bytes.slice(33 * MIB..)).await.unwrap();
    is_whole(&world, &token, &bytes, last.content).await;
    world.check_swept(4).await;
}

#[tokio::test]
async fn the_last_piece_and_the_content_are_one_step() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(32 * MIB);
    let (_, access) = create(&world, &token, bytes.len()).await;
    let mut append = begin(&world.app, &access, 0).await.unwrap();
    append.write(bytes.slice(..16 * MIB)).await.unwrap();
    assert_eq!(append.upload().progress[0].content, None);
    append.write(bytes.slice(16 * MIB..)).await.unwrap();
    // Nobody had to finish it.
    assert!(append.upload().progress[0].content.is_some());
    drop(append);
    assert_eq!(offset(&world, &access).await, bytes.len() as u64);
    let contents = world.app.contents(&at("box"), &Caller::token(&token), Default::default()).await.unwrap();
    is_whole(&world, &token, &bytes, contents.into_iter().next()).await;
    world.check_swept(2).await;
}

#[tokio::test]
async fn what_is_to_be_kept_whole_is_kept_whole_or_not_at_all() {
    let world = World::new();
    let token = world.room("box").await;
    let max = usize::try_from(CHUNK_SIZE_MAX).unwrap();
    let bytes = large(max + 10);
    let (_, access) = create(&world, &token, bytes.len()).await;
    let begin_whole = async |offset| world.app.begin_append(&at("box"), &access, offset, true).await.unwrap();
    let mut append = begin_whole(0).await;
    append.write(bytes.slice(..20 * MIB)).await.unwrap();
    append.abort().await;
    assert_eq!((offset(&world, &access).await, world.traces().await.blobs), (0, 0));
    let mut append = begin_whole(0).await;
    append.write(bytes.slice(..max)).await.unwrap();
    refused!(append.write(bytes.slice(max..max + 1)).await, Error::ChunkMismatch(_));
    assert_eq!(append.finish().await.unwrap().offset, 0);
    assert_eq!((world.traces().await.blobs, world.traces().await.announced), (0, 0));
    let mut append = begin_whole(0).await;
    append.write(bytes.slice(..20 * MIB)).await.unwrap();
    append.write(bytes.slice(20 * MIB..max)).await.unwrap();
    assert_eq!(offset(&world, &access).await, 0);
    assert_eq!(append.finish().await.unwrap().offset, CHUNK_SIZE_MAX);
    let mut append = begin_whole(CHUNK_SIZE_MAX).await;
    append.write(bytes.slice(max..)).await.unwrap();
    let content = append.finish().await.unwrap().content;
    is_whole(&world, &token, &bytes, content).await;
}

/// An upload takes longer than the token lives that began to append to it.
#[tokio::test]
async fn bytes_that_come_for_hours_need_no_other_token() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(48 * MIB);
    let (_, access) = create(&world, &token, bytes.len()).await;
    let mut append = begin(&world.app, &access, 0).await.unwrap();
    for stroke in 0..48 * 4 {
        world.wait(59);
        append.write(bytes.slice(stroke * MIB / 4..(stroke + 1) * MIB / 4)).await.unwrap();
        world.app.gc(false).await.unwrap();
    }
    let content = append.finish().await.unwrap().content;
    refused!(
        begin(&world.app, &access, 0).await.map(drop),
        Error::Unauthorized(Unauthorized::Expired | Unauthorized::Invalid)
    );
    is_whole(&world, &world.enter("box").await.unwrap(), &bytes, content).await;
    world.check_swept(3).await;
}

#[tokio::test]
async fn the_next_step_finds_out_that_the_right_to_add_has_ended() {
    let bytes = large(16 * MIB);
    for ending in 0..4 {
        let world = World::new();
        let owner = world.room("box").await;
        let token = world.enter("box").await.unwrap();
        let (upload, access) = create(&world, &token, bytes.len() + 1).await;
        let mut append = begin(&world.app, &access, 0).await.unwrap();
        append.write(bytes.clone()).await.unwrap();
        match ending {
            0 => {
                let permission = Permission::all() - Permission::EDIT;
                world.app.set_permission(&at("box"), &Caller::token(&owner), permission).await.unwrap();
                refused!(append.write(large(1)).await, Error::PermissionDenied(Permission::EDIT));
            }
            1 => {
                let jti =
                    world.app.tokens(&at("box"), &Caller::token(&token), None, 1_000).await.unwrap().current;
                world.app.revoke_token(&at("box"), &Caller::token(&owner), jti).await.unwrap();
                refused!(append.write(large(1)).await, Error::ReservationExpired);
            }
            2 => {
                let by_owner = by_room_token(&owner, &upload);
                world.app.abandon_upload(&at("box"), &by_owner).await.unwrap();
                refused!(append.write(large(1)).await, Error::ReservationExpired);
            }
            _ => {
                world.app.delete_room(&at("box"), &Caller::token(&owner)).await.unwrap();
                refused!(append.write(large(1)).await, Error::RoomNotFound);
            }
        }
        append.abort().await;
        world.wait(3_600);
        world.check_swept(0).await;
    }
}

/// Of pieces of a byte; the sizes of steps are chosen so that no upload comes this far by itself.
#[tokio::test]
async fn an_upload_has_so_many_pieces_and_no_more() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(CHUNKS_MAX as usize + 1);
    let (upload, access) = create(&world, &token, bytes.len()).await;
    append(&world.app, &access, 0, bytes.slice(..1)).await.unwrap();
    // All but the last, as the store would have them by then.
    let mut tx = world.store.begin().await.unwrap();
    for index in 1..CHUNKS_MAX - 1 {
        let key = BlobKey::from_random(u128::from(index).to_be_bytes());
        let byte = bytes.slice(index as usize..index as usize + 1);
        let mut writer = world.blobs.create(&key).await.unwrap();
        writer.write(byte.clone()).await.unwrap();
        writer.finish().await.unwrap();
        let (size, uploaded_at) = (1, world.app.now());
        let chunk = Chunk {
            file: 0,
            index,
            size,
            sha256: sha256(&byte),
            sniffed: None,
            blob: Some(key),
            uploaded_at,
        };
        // Written by a version of this program that puts its hashes aside in another form.
        let hash_progress = HashProgress { chunks: index + 1, state: vec![1, 2, 3] };
        tx.insert_chunk(upload.reservation, &chunk, Some(&hash_progress)).await.unwrap();
    }
    tx.commit().await.unwrap();
    let from = CHUNKS_MAX as usize - 1;
    append(&world.app, &access, from, bytes.slice(from..from + 1)).await.unwrap();
    refused!(append(&world.app, &access, from + 1, bytes.slice(from + 1..)).await, Error::TooManyPieces);
    assert_eq!((offset(&world, &access).await, world.blobs.len() as u64), (CHUNKS_MAX, CHUNKS_MAX));
}

/// Whoever reads all that has come, for a hash in a form that it does not know, does not keep the room locked.
#[tokio::test]
async fn an_upload_begun_by_another_version_goes_on() {
    let blobs = GatedBlobs::default();
    let store = Arc::new(MemoryStore::new());
    let world = World::over(blobs.inner.clone(), store, Arc::new(blobs.clone()), Policy::default());
    let token = world.room("box").await;
    let bytes = large(3_000);
    let (upload, access) = create(&world, &token, bytes.len()).await;
    append(&world.app, &access, 0, bytes.slice(..1_000)).await.unwrap();
    let key = BlobKey::from_random([1; 16]);
    let mut writer = world.blobs.create(&key).await.unwrap();
    writer.write(bytes.slice(1_000..2_000)).await.unwrap();
    writer.finish().await.unwrap();
    let sha256 = sha256(&bytes.slice(1_000..2_000));
    let uploaded_at = world.app.now();
    let chunk = Chunk { file: 0, index: 1, size: 1_000, sha256, sniffed: None, blob: Some(key), uploaded_at };
    let mut tx = world.store.begin().await.unwrap();
    let hash_progress = HashProgress { chunks: 2, state: vec![1, 2, 3] };
    tx.insert_chunk(upload.reservation, &chunk, Some(&hash_progress)).await.unwrap();
    tx.commit().await.unwrap();

    blobs.close();
    let mut going_on = Box::pin(append(&world.app, &access, 2_000, bytes.slice(2_000..)));
    assert!(futures::poll!(&mut going_on).is_pending());
    assert!(world.store.begin().now_or_never().is_some());
    blobs.open();
    is_whole(&world, &token, &bytes, going_on.await.unwrap().content).await;
    assert_eq!(MemoryBlobs::len(&world.blobs), 3);
}

//! A file of chunks becomes a content: its hash, and who was first.

use std::sync::Arc;

use elizabeth_core::{
    Caller, Error, Invalid, Result,
    content::{FileRequest, Sha256Hash},
    memory::MemoryStore,
    policy::Policy,
    service::{ChunkRequest, CompletedFile, UploadAccess},
    upload::{Pieces, UploadFileRequest},
};
use elizabeth_testing::GatedBlobs;
use futures::future::join_all;

use crate::{
    pieces::{CHUNK, begin, by_upload_token, chunk, chunked, complete, part, send, send_all, sha256},
    refused,
    support::{World, at, large},
};

/// A service whose reads of blobs are counted, and wait as long as a test wants it.
fn counted() -> (World, GatedBlobs) {
    let blobs = GatedBlobs::default();
    let store = Arc::new(MemoryStore::new());
    (World::over(blobs.inner.clone(), store, Arc::new(blobs.clone()), Policy::default()), blobs)
}

#[tokio::test]
async fn what_came_in_order_is_not_read_again() {
    let bytes = large(4 * CHUNK + 9);
    for (order, read) in
        [([0, 1, 2, 3, 4], 0), ([0, 1, 3, 2, 4], 2), ([1, 0, 2, 3, 4], 4), ([4, 3, 2, 1, 0], 4)]
    {
        let (world, blobs) = counted();
        let token = world.room("box").await;
        let (_, access) = world.chunked_upload(&token, bytes.len()).await;
        // Each is sent by another process: what is known of the hash is in the store.
        let store = world.store.clone();
        let other = World::beside(&world, world.blobs.clone(), store, Arc::new(blobs.clone()));
        for (turn, index) in order.into_iter().enumerate() {
            let app = if turn % 2 == 0 { &world.app } else { &other.app };
            send(app, &access, chunk(index), part(&bytes, index)).await.unwrap();
        }
        let wrong = world.app.complete_upload(&at("box"), &access, 0, Some(Sha256Hash([0; 32]))).await;
        refused!(wrong, Error::HashMismatch { actual, .. } if actual == sha256(&bytes));
        assert_eq!(blobs.reads(), read, "{order:?}");
        let completed = complete(&other.app, &access, &bytes).await.unwrap();
        assert_eq!(completed.content.sha256, sha256(&bytes));
        // What was read once is known from then on, to every process.
        assert_eq!(blobs.reads(), read, "{order:?}");
        assert_eq!(world.read("box", &token, completed.content.id).await.unwrap(), bytes);
    }
}

#[tokio::test]
async fn a_wrong_hash_completes_nothing_and_keeps_the_chunks() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(CHUNK + 1);
    let pieces =
        Pieces::Chunked { chunk_size: Some(CHUNK as u64), file_hash: Some(sha256(b"another").to_hex()) };
    let announced = UploadFileRequest::new(FileRequest::new("b", bytes.len() as u64), pieces);
    let files = vec![chunked("a", bytes.len()), announced];
    let prepared = world.prepare_upload(&token, files).await;
    let access = by_upload_token(&prepared);
    let complete = async |file, hash| world.app.complete_upload(&at("box"), &access, file, hash).await;
    for file in [0, 1] {
        send_all(&world.app, &access, file, &bytes, [1, 0]).await;
    }
    let before = world.traces().await;
    let wrong = Sha256Hash([9; 32]);
    refused!(complete(0, Some(wrong)).await, Error::HashMismatch { expected, .. } if expected == wrong);
    refused!(complete(0, None).await, Error::Invalid(Invalid::FinalHashMissing));
    refused!(complete(2, Some(wrong)).await, Error::Invalid(Invalid::FileIndex { asked: 2, files: 2 }));
    refused!(complete(u64::MAX, Some(wrong)).await, Error::Invalid(Invalid::FileIndex { .. }));
    // What was announced in the beginning holds, whatever is named at the end.
    for hash in [None, Some(sha256(&bytes))] {
        refused!(complete(1, hash).await, Error::HashMismatch { expected, .. } if expected == sha256(b"another"));
    }
    assert_eq!(world.traces().await, before);
    let completed = complete(0, Some(sha256(&bytes))).await.unwrap();
    assert_eq!(world.read("box", &token, completed.content.id).await.unwrap(), bytes);
}

#[tokio::test]
async fn a_file_with_missing_chunks_is_not_complete() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(5 * CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    let missing = async || match complete(&world.app, &access, &bytes).await {
        Err(Error::ChunksMissing { file: 0, count, first }) => (count, first),
        other => panic!("not missing: {other:?}"),
    };
    assert_eq!(missing().await, (5, vec![0, 1, 2, 3, 4]));
    send_all(&world.app, &access, 0, &bytes, [1, 3]).await;
    assert_eq!(missing().await, (3, vec![0, 2, 4]));
    send_all(&world.app, &access, 0, &bytes, [0, 4]).await;
    assert_eq!(missing().await, (1, vec![2]));
    send_all(&world.app, &access, 0, &bytes, [2]).await;
    complete(&world.app, &access, &bytes).await.unwrap();
    // No more than a thousand are named.
    let (_, access) = world.chunked_upload(&token, 1_001 * CHUNK).await;
    let refused = complete(&world.app, &access, &bytes).await;
    refused!(refused, Error::ChunksMissing { count: 1_001, first, .. } if first.len() == 1_000);
}

#[tokio::test]
async fn files_of_no_chunk_and_of_one_are_files() {
    let world = World::new();
    let token = world.room("box").await;
    let (_, access) = world.chunked_upload(&token, 0).await;
    let empty = complete(&world.app, &access, b"").await.unwrap().content;
    assert_eq!((empty.size, empty.sha256), (0, sha256(b"")));
    assert_eq!(world.read("box", &token, empty.id).await.unwrap(), b"");
    for len in [1, CHUNK] {
        let (_, access) = world.chunked_upload(&token, len).await;
        send(&world.app, &access, chunk(0), large(len)).await.unwrap();
        let content = complete(&world.app, &access, &large(len)).await.unwrap().content;
        assert_eq!(world.read("box", &token, content.id).await.unwrap(), large(len));
    }
    world.check_swept(2).await;
}

#[tokio::test]
async fn completing_twice_is_as_good_as_once() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(CHUNK + 1);
    let (prepared, access) = world.chunked_upload(&token, bytes.len()).await;
    send_all(&world.app, &access, 0, &bytes, [0, 1]).await;
    let once = complete(&world.app, &access, &bytes).await.unwrap();
    let before = world.traces().await;
    let again = complete(&world.app, &access, &bytes).await.unwrap();
    assert_eq!(again.content, once.content);
    refused!(complete(&world.app, &access, b"other").await, Error::HashMismatch { .. });
    assert_eq!(world.traces().await, before);
    // For as long as its end is known.
    world.wait(3_599);
    world.app.gc(false).await.unwrap();
    assert_eq!(complete(&world.app, &access, &bytes).await.unwrap().content.id, once.content.id);
    let by_id = UploadAccess::UploadToken { token: prepared.token, upload: Some(prepared.upload.id) };
    world.app.upload_state(&at("box"), &by_id).await.unwrap();
    let token = world.enter("box").await.unwrap();
    world.app.delete_contents(&at("box"), &Caller::token(&token), vec![once.content.id]).await.unwrap();
    refused!(complete(&world.app, &access, &bytes).await, Error::ContentNotFound(id) if id == once.content.id);
    world.wait(1);
    world.app.gc(false).await.unwrap();
    refused!(complete(&world.app, &access, &bytes).await, Error::Unauthorized(_));
    world.check_swept(0).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_complete_at_once_all_get_the_one_content() {
    for order in [[0, 1, 2], [2, 1, 0]] {
        let world = World::new();
        let token = world.room("box").await;
        let bytes = large(2 * CHUNK + 1);
        let (_, access) = world.chunked_upload(&token, bytes.len()).await;
        send_all(&world.app, &access, 0, &bytes, order).await;
        let completing = (0..20).map(|_| {
            let (app, access, bytes) = (world.app.clone(), access.clone(), bytes.clone());
            tokio::spawn(async move { complete(&app, &access, &bytes).await })
        });
        let completed: Result<Vec<CompletedFile>> =
            join_all(completing).await.into_iter().map(|completed| completed.unwrap()).collect();
        let completed = completed.unwrap();
        assert!(completed.iter().all(|other| other.content == completed[0].content));
        assert_eq!(world.traces().await.stored, bytes.len() as u64);
        world.check_swept(3).await;
    }
}

/// One has read the chunks and is about to say so; another has its turn to find out whether the upload lives.
#[tokio::test]
async fn who_is_overtaken_while_completing_gets_the_same_content() {
    let (world, blobs) = counted();
    let token = world.room("box").await;
    let bytes = large(2 * CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    send_all(&world.app, &access, 0, &bytes, [1, 0]).await;
    blobs.close();
    let mut first = Box::pin(complete(&world.app, &access, &bytes));
    assert!(futures::poll!(&mut first).is_pending());
    let turn = world.store.begin().await.unwrap();
    blobs.open();
    assert!(futures::poll!(&mut first).is_pending());
    let mut second = Box::pin(complete(&world.app, &access, &bytes));
    assert!(futures::poll!(&mut second).is_pending());
    drop(turn);
    let (first, second) = futures::join!(first, second);
    assert_eq!(first.unwrap().content, second.unwrap().content);
}

/// Reading what did not come in order takes longer than the silence that ends an upload.
#[tokio::test]
async fn reading_the_chunks_keeps_the_upload_alive() {
    let (world, blobs) = counted();
    let token = world.room("box").await;
    let bytes = large(12 * CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    send_all(&world.app, &access, 0, &bytes, (0..12).rev()).await;
    blobs.close();
    let mut completing = Box::pin(complete(&world.app, &access, &bytes));
    for _ in 0..11 {
        assert!(futures::poll!(&mut completing).is_pending());
        world.wait(3_000);
        world.app.gc(false).await.unwrap();
        blobs.let_through(1);
    }
    blobs.open();
    let completed = completing.await.unwrap();
    let token = world.enter("box").await.unwrap();
    assert_eq!(world.read("box", &token, completed.content.id).await.unwrap(), bytes);
}

/// The upload goes, and the sweeper takes its blobs from under the reader.
#[tokio::test]
async fn an_upload_given_up_while_it_is_completed_has_expired() {
    let (world, blobs) = counted();
    let token = world.room("box").await;
    let bytes = large(2 * CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    send_all(&world.app, &access, 0, &bytes, [1, 0]).await;
    blobs.close();
    let mut completing = Box::pin(complete(&world.app, &access, &bytes));
    assert!(futures::poll!(&mut completing).is_pending());
    world.app.abandon_upload(&at("box"), &access).await.unwrap();
    world.check_swept(0).await;
    blobs.open();
    refused!(completing.await, Error::ReservationExpired);
}

/// A chunk on its way is overtaken by its like, and by the end of the whole upload.
#[tokio::test]
async fn a_slow_chunk_of_an_upload_that_is_complete_says_the_same() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(CHUNK);
    let (_, access) = world.chunked_upload(&token, CHUNK).await;
    let mut same = begin(&world.app, &access, chunk(0)).await;
    let mut other = begin(&world.app, &access, chunk(0)).await;
    same.write(bytes.slice(..9)).await.unwrap();
    let first = send(&world.app, &access, chunk(0), bytes.clone()).await.unwrap();
    complete(&world.app, &access, &bytes).await.unwrap();
    world.wait(30);
    same.write(bytes.slice(9..)).await.unwrap();
    other.write(vec![7; CHUNK].into()).await.unwrap();
    world.wait(30);
    assert_eq!(same.finish().await.unwrap().sha256, first.sha256);
    refused!(other.finish().await, Error::ChunkConflict { .. });
    assert_eq!((world.traces().await.blobs, world.traces().await.announced), (1, 0));
}

#[tokio::test]
async fn chunks_of_a_complete_file_among_others_stay_as_they_are() {
    let world = World::new();
    let token = world.room("box").await;
    let (one, two) = (large(2 * CHUNK), large(CHUNK + 3));
    let prepared = world.prepare_upload(&token, vec![chunked("1", one.len()), chunked("2", two.len())]).await;
    let access = by_upload_token(&prepared);
    send_all(&world.app, &access, 0, &one, [1, 0]).await;
    complete(&world.app, &access, &one).await.unwrap();
    send_all(&world.app, &access, 0, &one, [1, 0]).await;
    let other = ChunkRequest { sha256: Some(sha256(b"other")), ..chunk(0) };
    refused!(send(&world.app, &access, other, large(CHUNK)).await, Error::ChunkConflict { .. });
    // Given up, the upload leaves the file that is complete.
    send_all(&world.app, &access, 1, &two, [1]).await;
    let released = world.app.abandon_upload(&at("box"), &access).await.unwrap();
    assert_eq!((released.released, released.current_size), (two.len() as u64, one.len() as u64));
    world.check_swept(2).await;
    let contents = world.app.contents(&at("box"), &Caller::token(&token), Default::default()).await.unwrap();
    assert_eq!(world.read("box", &token, contents[0].id).await.unwrap(), one);
}

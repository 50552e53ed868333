//! Chunks as they arrive: in any order, several at once, twice, and wrong.

use std::sync::Arc;

use bytes::Bytes;
use elizabeth_core::{
    Caller, Error, Invalid, Result, Unauthorized,
    content::{FileRequest, Sha256Hash},
    id::UploadId,
    policy::Policy,
    service::{BegunChunk, ChunkRequest, UploadAccess},
    upload::{Pieces, UploadFileRequest, UploadStatus},
};
use futures::{TryStreamExt, future::join_all};
use uuid::Uuid;

use crate::{
    pieces::{
        CHUNK, begin, by_room_token, by_upload_token, chunk, chunked, complete, part, send, send_all, sha256,
    },
    refused,
    support::{World, at, large},
};

#[tokio::test]
async fn chunks_in_any_order_make_up_the_file() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(3 * CHUNK + 17);
    for order in [[0, 1, 2, 3], [3, 2, 1, 0], [2, 0, 3, 1]] {
        let (prepared, access) = world.chunked_upload(&token, bytes.len()).await;
        assert_eq!(prepared.upload.status(world.app.now()), UploadStatus::Pending);
        send_all(&world.app, &access, 0, &bytes, order).await;
        let state = world.app.upload_state(&at("box"), &access).await.unwrap();
        assert_eq!(state.upload.status(world.app.now()), UploadStatus::Uploading);
        assert_eq!((state.upload.arrived(), state.upload.announced()), (196_625, 196_625));
        let listed = state.chunks.iter().map(|chunk| (chunk.index, chunk.size));
        assert_eq!(listed.collect::<Vec<_>>(), [(0, 65_536), (1, 65_536), (2, 65_536), (3, 17)]);
        let completed = complete(&world.app, &access, &bytes).await.unwrap();
        assert_eq!((completed.content.size, completed.content.sha256), (196_625, sha256(&bytes)));
        assert_eq!(world.read("box", &token, completed.content.id).await.unwrap(), bytes);
    }
    world.check_swept(12).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn many_chunks_come_at_once() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(20 * CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    // Each of them twice.
    let sending = (0..40).map(|n| {
        let (app, access, bytes) = (world.app.clone(), access.clone(), part(&bytes, n / 2));
        tokio::spawn(async move { send(&app, &access, chunk(n / 2), bytes).await.unwrap() })
    });
    let sent: Vec<_> = join_all(sending).await.into_iter().map(|sent| sent.unwrap()).collect();
    assert!(sent.chunks(2).all(|twins| twins[0] == twins[1]));
    let id = complete(&world.app, &access, &bytes).await.unwrap().content.id;
    assert_eq!(world.read("box", &token, id).await.unwrap(), bytes);
    let traces = world.traces().await;
    assert_eq!((traces.stored, traces.blobs, traces.announced), (bytes.len() as u64, 20, 0));
}

#[tokio::test]
async fn the_same_chunk_again_says_the_same() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(CHUNK + 1);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    let first = send(&world.app, &access, chunk(1), part(&bytes, 1)).await.unwrap();
    let claimed = || ChunkRequest { sha256: Some(first.sha256), ..chunk(1) };
    let same = async || {
        world.wait(1);
        assert_eq!(send(&world.app, &access, chunk(1), part(&bytes, 1)).await.unwrap().size, 1);
        let again = send(&world.app, &access, chunk(1), part(&bytes, 1)).await.unwrap();
        // Where its hash is known, its bytes need not come.
        let begun = world.app.begin_chunk(&at("box"), &access, claimed()).await.unwrap();
        let BegunChunk::Stored(known) = begun else { panic!("bytes asked for") };
        for chunk in [again, known] {
            assert_eq!((chunk.sha256, chunk.size, chunk.uploaded_at), (first.sha256, 1, first.uploaded_at));
        }
        world.check_blobs().await;
    };
    same().await;
    send(&world.app, &access, chunk(0), part(&bytes, 0)).await.unwrap();
    let before = world.traces().await;
    same().await;
    assert_eq!(world.traces().await, before);
    complete(&world.app, &access, &bytes).await.unwrap();
    let before = world.traces().await;
    same().await;
    assert_eq!(world.traces().await, before);
}

#[tokio::test]
async fn another_chunk_under_the_same_index_is_refused_and_not_kept() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(CHUNK);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    let other = Bytes::from(vec![7; CHUNK]);
    // Both on their way: the first to be whole stays.
    let begin = async || begin(&world.app, &access, chunk(0)).await;
    let (mut one, mut two, mut three) = (begin().await, begin().await, begin().await);
    one.write(other.clone()).await.unwrap();
    three.write(bytes.clone()).await.unwrap();
    two.write(bytes.clone()).await.unwrap();
    let first = two.finish().await.unwrap();
    refused!(one.finish().await, Error::ChunkConflict { file: 0, index: 0 });
    assert_eq!(three.finish().await.unwrap(), first);
    let before = world.traces().await;
    assert_eq!((before.blobs, before.announced, before.queued), (1, 0, 0));

    refused!(send(&world.app, &access, chunk(0), other.clone()).await, Error::ChunkConflict { .. });
    let claimed = ChunkRequest { sha256: Some(sha256(&other)), ..chunk(0) };
    refused!(send(&world.app, &access, claimed, other).await, Error::ChunkConflict { .. });
    assert_eq!(world.traces().await, before);
    let id = complete(&world.app, &access, &bytes).await.unwrap().content.id;
    assert_eq!(world.read("box", &token, id).await.unwrap(), bytes);
    refused!(send(&world.app, &access, chunk(0), large(3)).await, Error::ChunkMismatch(_));
}

/// Whatever is wrong with a chunk, nothing of it is left.
#[tokio::test]
async fn what_is_wrong_with_a_chunk_is_said_and_nothing_is_kept() {
    let world = World::new();
    let token = world.room("box").await;
    world.create("other", Default::default()).await.unwrap();
    let bytes = large(CHUNK + 10);
    let files = vec![chunked("a", bytes.len()), chunked("b", 0)];
    let prepared = world.prepare_upload(&token, files).await;
    let access = by_upload_token(&prepared);
    send(&world.app, &access, chunk(0), part(&bytes, 0)).await.unwrap();
    let before = world.traces().await;
    let attempt = async |request: ChunkRequest, bytes: Bytes| -> Result<_> {
        let answer = send(&world.app, &access, request, bytes).await;
        assert_eq!(world.traces().await, before);
        answer
    };
    for len in [0, 9, 11, CHUNK] {
        refused!(attempt(chunk(1), large(len)).await, Error::ChunkMismatch(_));
    }
    let wrong_size = ChunkRequest { size: Some(11), ..chunk(1) };
    refused!(attempt(wrong_size, part(&bytes, 1)).await, Error::ChunkMismatch(_));
    let wrong_hash = ChunkRequest { sha256: Some(Sha256Hash([1; 32])), ..chunk(1) };
    refused!(attempt(wrong_hash, part(&bytes, 1)).await, Error::ChunkMismatch(_));
    // Compared with the first, it has to be as long.
    refused!(attempt(chunk(0), large(9)).await, Error::ChunkMismatch(_));
    for index in [2, u64::MAX] {
        let refused = attempt(chunk(index), large(10)).await;
        refused!(refused, Error::Invalid(Invalid::ChunkIndex { asked, chunks: 2 }) if asked == index);
    }
    for file in [2, u64::from(u32::MAX) + 1, u64::MAX] {
        let refused = attempt(ChunkRequest { file, ..chunk(0) }, large(10)).await;
        refused!(refused, Error::Invalid(Invalid::FileIndex { asked, files: 2 }) if asked == file);
    }
    let of_nothing = ChunkRequest { file: 1, ..chunk(0) };
    let refused = attempt(of_nothing, Bytes::new()).await;
    refused!(refused, Error::Invalid(Invalid::ChunkIndex { asked: 0, chunks: 0 }));

    let send_to = async |room: &str, access: &UploadAccess| {
        let begun = world.app.begin_chunk(&at(room), access, chunk(1)).await.map(|_| ());
        assert_eq!(world.traces().await, before);
        begun
    };
    refused!(send_to("other", &access).await, Error::Unauthorized(Unauthorized::UploadToken));
    refused!(send_to("nowhere", &access).await, Error::RoomNotFound);
    let garbage = UploadAccess::UploadToken { token: "upl_garbage".into(), upload: None };
    refused!(send_to("box", &garbage).await, Error::Unauthorized(Unauthorized::UploadToken));
    let token_of = |upload| UploadAccess::UploadToken { token: prepared.token.clone(), upload: Some(upload) };
    refused!(send_to("box", &token_of(UploadId(Uuid::nil()))).await, Error::ReservationNotFound);
    assert!(send_to("box", &by_room_token("garbage", &prepared.upload)).await.is_err());

    send(&world.app, &token_of(prepared.upload.id), chunk(1), part(&bytes, 1)).await.unwrap();
    complete(&world.app, &access, &bytes).await.unwrap();
}

#[tokio::test]
async fn preparing_takes_the_sum_at_once_and_completing_moves_it() {
    let world = World::with_policy(Policy::default().room_max_size(300_000));
    let token = world.room("box").await;
    let (one, two) = (large(100_000), large(70_000));
    let files = vec![chunked("one", one.len()), chunked("empty", 0), chunked("two", two.len())];
    let prepared = world.prepare_upload(&token, files).await;
    assert_eq!((prepared.current_size, prepared.max_size), (170_000, 300_000));
    let too_much =
        world.app.prepare_upload(&at("box"), &Caller::token(&token), vec![chunked("x", 130_001)]).await;
    refused!(too_much, Error::RoomFull(full) if (full.requested, full.remaining) == (130_001, 130_000));
    let access = by_upload_token(&prepared);
    send_all(&world.app, &access, 2, &two, 0..2).await;
    let sizes = async || {
        let room = world.app.room(&at("box"), &Caller::token(&token)).await.unwrap();
        (room.stored_size, room.reserved_size)
    };
    assert_eq!(sizes().await, (0, 170_000));
    let done = world.app.complete_upload(&at("box"), &access, 2, Some(sha256(&two))).await.unwrap();
    assert_eq!(
        (done.upload.hold.size, done.upload.status(world.app.now())),
        (100_000, UploadStatus::Uploading)
    );
    assert_eq!(sizes().await, (70_000, 100_000));
    world.app.complete_upload(&at("box"), &access, 1, Some(sha256(b""))).await.unwrap();
    assert_eq!(sizes().await, (70_000, 100_000));
    send_all(&world.app, &access, 0, &one, 0..2).await;
    let done = complete(&world.app, &access, &one).await.unwrap();
    assert_eq!((done.upload.hold.size, done.upload.status(world.app.now())), (0, UploadStatus::Completed));
    assert_eq!(sizes().await, (170_000, 0));
    let listed = world.app.contents(&at("box"), &Caller::token(&token), Default::default()).await.unwrap();
    let names: Vec<_> = listed.iter().map(|content| content.file_name.as_ref().unwrap().as_str()).collect();
    assert_eq!(names, ["two", "empty", "one"]);
    assert!(
        world.app.uploads(&at("box"), &Caller::token(&token), None, 1_000).await.unwrap().items.is_empty()
    );
}

#[tokio::test]
async fn what_was_promised_of_a_file_is_true_of_its_content() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(2 * CHUNK + 100);
    let soon = world.app.now().saturating_add(std::time::Duration::from_secs(3_000));
    let file = FileRequest::new("folder/a.bin", bytes.len() as u64)
        .expire_at(Some(soon))
        .max_downloads(Some(2))
        .mime(Some("image/png".into()));
    let pieces = Pieces::Chunked {
        chunk_size: Some(CHUNK as u64),
        file_hash: Some(format!("sha256:{}", sha256(&bytes).to_hex())),
    };
    let asked = UploadFileRequest::new(file, pieces);
    let prepared = world.prepare_upload(&token, vec![asked]).await;
    let access = by_upload_token(&prepared);
    send_all(&world.app, &access, 0, &bytes, 0..3).await;
    // The hash was announced; another one said at the end would be wrong.
    let completed = world.app.complete_upload(&at("box"), &access, 0, None).await.unwrap();
    let content = world.app.content(&at("box"), &Caller::token(&token), completed.content.id).await.unwrap();
    assert_eq!(content, completed.content);
    assert_eq!((content.expire_at, content.max_downloads), (Some(soon), Some(2)));
    assert_eq!((content.mime_type.as_str(), content.sha256), ("image/png", sha256(&bytes)));
    assert_eq!(content.file_name.unwrap().as_str(), "folder/a.bin");
}

#[tokio::test]
async fn any_range_crosses_the_segments() {
    let world = World::new();
    let token = world.room("box").await;
    let bytes = large(3 * CHUNK + 5);
    let (_, access) = world.chunked_upload(&token, bytes.len()).await;
    send_all(&world.app, &access, 0, &bytes, [1, 0, 3, 2]).await;
    let id = complete(&world.app, &access, &bytes).await.unwrap().content.id;
    let end = bytes.len();
    for (from, to) in [
        (0, 0),
        (0, end),
        (CHUNK - 1, CHUNK),
        (CHUNK, CHUNK + 1),
        (CHUNK - 1, CHUNK + 1),
        (10, 3 * CHUNK + 1),
        (2 * CHUNK, 3 * CHUNK),
        (end - 6, end),
    ] {
        let readable = world.app.readable(&at("box"), &Caller::token(&token), id).await.unwrap();
        let pieces: Vec<Bytes> =
            readable.open(Some(from as u64..to as u64)).await.unwrap().try_collect().await.unwrap();
        assert_eq!(pieces.concat(), bytes[from..to], "{from}..{to}");
    }
}

/// Chunks have a size of their own where a client does not choose one; and all of them end with the server's disk.
#[tokio::test]
async fn a_disk_that_is_almost_full_holds_nothing_for_chunks() {
    let blobs = elizabeth_core::memory::MemoryBlobs::with_capacity(3 << 20);
    let store = elizabeth_core::memory::MemoryStore::new();
    let policy = Policy::default().min_free(1 << 20);
    let world = World::over(blobs.clone(), Arc::new(store), Arc::new(blobs), policy);
    let token = world.room("box").await;
    let in_chunks = Pieces::Chunked { chunk_size: None, file_hash: None };
    let asked = |size| UploadFileRequest::new(FileRequest::new("a", size), in_chunks.clone());
    let too_much =
        world.app.prepare_upload(&at("box"), &Caller::token(&token), vec![asked((2 << 20) + 1)]).await;
    refused!(too_much, Error::StorageFull);
    assert!(world.traces().await.holds.is_empty());
    // The same space is promised once, whatever of it has arrived.
    let upload = by_upload_token(&world.prepare_upload(&token, vec![asked(2 << 20)]).await);
    let one_more =
        async || world.app.prepare_upload(&at("box"), &Caller::token(&token), vec![asked(1)]).await;
    let mib = large(1 << 20);
    for index in 0..2 {
        refused!(one_more().await, Error::StorageFull);
        send(&world.app, &upload, chunk(index), mib.clone()).await.unwrap();
    }
    refused!(one_more().await, Error::StorageFull);
    world.check_blobs().await;
    assert_eq!((world.blobs.len(), world.traces().await.announced), (2, 0));
}

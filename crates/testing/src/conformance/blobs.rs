//! What every blob store must do, one case a promise.

use std::{ops::Range, sync::Arc};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    installation::InstallationId,
    ports::{BlobError, Blobs},
};
use futures::TryStreamExt;
use uuid::Uuid;

use super::{Spawn, run_all, step_aside};

/// A blob store to be tested.
#[async_trait]
pub trait BlobsFixture: Send + Sync + 'static {
    /// A blob store of its own with nothing in it.
    async fn open() -> Self
    where
        Self: Sized;

    /// The blob store.
    fn blobs(&self) -> Arc<dyn Blobs>;

    /// The same blobs as another process would open them, while the first handle stays in use.
    async fn reopen(&self) -> Arc<dyn Blobs>;
}

/// A blob store under test, with what the cases need besides.
pub struct Bench {
    fixture: Box<dyn BlobsFixture>,
    spawn: Spawn,
}

impl Bench {
    /// A bench with a new blob store.
    pub async fn open<F: BlobsFixture>(spawn: Spawn) -> Self {
        Self { fixture: Box::new(F::open().await), spawn }
    }

    fn blobs(&self) -> Arc<dyn Blobs> {
        self.fixture.blobs()
    }

    async fn put(&self, key: &BlobKey, pieces: &[Bytes]) {
        put(&*self.blobs(), key, pieces).await;
    }

    async fn get(&self, key: &BlobKey, range: Range<u64>) -> Result<Vec<u8>, BlobError> {
        get(&*self.blobs(), key, range).await
    }
}

/// Expands the blob suite for a [`BlobsFixture`]: one `#[tokio::test]` a case.
#[macro_export]
macro_rules! blobs_conformance {
    ($fixture:ty) => {
        $crate::__blobs_cases! { $fixture;
            what_was_written_is_read_back,
            ranges_are_read_at_both_ends_and_inside,
            a_range_of_nothing_is_empty,
            many_small_writes_make_one_blob,
            one_large_write_makes_a_blob,
            an_empty_blob_is_a_blob,
            empty_writes_change_nothing,
            a_missing_blob_is_told_before_any_byte,
            a_short_blob_is_an_error_of_the_stream,
            deleting_removes,
            deleting_what_is_not_there_succeeds,
            an_unfinished_blob_can_be_deleted,
            a_dropped_writer_leaves_nothing_once_deleted,
            blobs_do_not_mix,
            many_write_at_once,
            a_finished_blob_is_seen_by_another_process,
            a_deleted_blob_is_gone_in_another_process,
            a_stream_never_ends_early_as_if_whole,
            a_blob_is_read_by_many_at_once,
            the_blob_store_works,
            what_the_blobs_belong_to_comes_back,
        }
    };
}

/// Expands the list of [`blobs_conformance!`](crate::blobs_conformance). Not part of the contract.
#[doc(hidden)]
#[macro_export]
macro_rules! __blobs_cases {
    ($fixture:ty; $($case:ident),+ $(,)?) => {
        $(
            #[::tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $case() {
                $crate::__conformance_run!(
                    $crate::conformance::blobs::Bench,
                    $fixture,
                    $crate::conformance::blobs::$case
                );
            }
        )+
    };
}

fn key(n: u128) -> BlobKey {
    BlobKey::from_random(n.to_be_bytes())
}

/// So many bytes that no shift or swap leaves alike.
fn bytes(seed: u32, size: usize) -> Bytes {
    let mut state = u64::from(seed).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()
    };
    let words: Vec<[u8; 8]> = (0..size.div_ceil(8)).map(|_| next()).collect();
    Bytes::from(words.concat()).slice(..size)
}

async fn put(blobs: &dyn Blobs, key: &BlobKey, pieces: &[Bytes]) {
    let mut writer = blobs.create(key).await.unwrap();
    for piece in pieces {
        writer.write(piece.clone()).await.unwrap();
    }
    writer.finish().await.unwrap();
}

async fn get(blobs: &dyn Blobs, key: &BlobKey, range: Range<u64>) -> Result<Vec<u8>, BlobError> {
    let mut stream = blobs.read(key, range).await?;
    let mut all = Vec::new();
    while let Some(piece) = stream.try_next().await? {
        all.extend_from_slice(&piece);
    }
    Ok(all)
}

fn is_missing<T>(result: &Result<T, BlobError>) -> bool {
    matches!(result, Err(BlobError::Missing(_)))
}

/// Whole, byte for byte.
pub async fn what_was_written_is_read_back(bench: &Bench) {
    let whole = bytes(1, 100_003);
    bench.put(&key(1), std::slice::from_ref(&whole)).await;
    assert_eq!(bench.get(&key(1), 0..100_003).await.unwrap(), whole);
}

/// Also across the borders of what was written at a time.
pub async fn ranges_are_read_at_both_ends_and_inside(bench: &Bench) {
    let pieces = [bytes(1, 1_000), bytes(2, 70_000), bytes(3, 1), bytes(4, 29_000)];
    let whole = pieces.concat();
    let size = whole.len();
    bench.put(&key(1), &pieces).await;
    for (start, end) in [
        (0, 1),
        (0, 1_000),
        (0, size),
        (999, 1_001),
        (1_000, 71_000),
        (70_999, 71_002),
        (71_000, 71_001),
        (500, 99_999),
        (size - 1, size),
        (size - 29_000, size),
    ] {
        let read = bench.get(&key(1), start as u64..end as u64).await.unwrap();
        assert!(read == whole[start..end], "{start}..{end}");
    }
}

/// At the beginning, inside and at the end.
pub async fn a_range_of_nothing_is_empty(bench: &Bench) {
    bench.put(&key(1), &[bytes(1, 100)]).await;
    for at in [0, 50, 100] {
        assert_eq!(bench.get(&key(1), at..at).await, Ok(vec![]), "{at}");
    }
}

/// Ten thousand, of a few bytes each.
pub async fn many_small_writes_make_one_blob(bench: &Bench) {
    let whole = bytes(1, 70_000);
    let pieces: Vec<Bytes> = (0..10_000).map(|n| whole.slice(n * 7..n * 7 + 7)).collect();
    bench.put(&key(1), &pieces).await;
    assert!(bench.get(&key(1), 0..70_000).await.unwrap() == whole);
    assert!(bench.get(&key(1), 3..69_998).await.unwrap() == whole[3..69_998]);
}

/// 5 MiB in a single piece, and a little more.
pub async fn one_large_write_makes_a_blob(bench: &Bench) {
    let size = 5 * 1024 * 1024 + 17;
    let whole = bytes(1, size);
    bench.put(&key(1), std::slice::from_ref(&whole)).await;
    assert!(bench.get(&key(1), 0..size as u64).await.unwrap() == whole);
    assert!(bench.get(&key(1), 4_000_000..4_000_100).await.unwrap() == whole[4_000_000..4_000_100]);
}

/// Nothing written is not the same as nothing there.
pub async fn an_empty_blob_is_a_blob(bench: &Bench) {
    bench.put(&key(1), &[]).await;
    bench.put(&key(2), &[Bytes::new()]).await;
    for n in [1, 2] {
        assert_eq!(bench.get(&key(n), 0..0).await, Ok(vec![]), "{n}");
        bench.blobs().delete(&key(n)).await.unwrap();
    }
}

/// Between others.
pub async fn empty_writes_change_nothing(bench: &Bench) {
    let (a, b) = (bytes(1, 10), bytes(2, 10));
    bench.put(&key(1), &[Bytes::new(), a.clone(), Bytes::new(), b.clone(), Bytes::new()]).await;
    assert_eq!(bench.get(&key(1), 0..20).await.unwrap(), [a, b].concat());
}

/// By [`Blobs::read`] itself, so that an answer can still be another one.
pub async fn a_missing_blob_is_told_before_any_byte(bench: &Bench) {
    bench.put(&key(2), &[bytes(1, 10)]).await;
    for range in [0..0, 0..1, 5..1_000] {
        assert!(is_missing(&bench.blobs().read(&key(1), range.clone()).await), "{range:?}");
    }
}

/// What is there may come first, but then an error, never an end.
pub async fn a_short_blob_is_an_error_of_the_stream(bench: &Bench) {
    bench.put(&key(1), &[bytes(1, 100)]).await;
    for range in [0..101, 99..200, 0..u64::from(u32::MAX)] {
        let ended = match bench.blobs().read(&key(1), range.clone()).await {
            Ok(mut stream) => loop {
                match stream.try_next().await {
                    Ok(Some(_)) => {}
                    Ok(None) => break true,
                    Err(_) => break false,
                }
            },
            Err(error) => {
                assert!(!matches!(error, BlobError::Missing(_)), "it is there: {error}");
                false
            }
        };
        assert!(!ended, "{range:?} ended as if whole");
    }
}

/// Afterwards it is missing.
pub async fn deleting_removes(bench: &Bench) {
    bench.put(&key(1), &[bytes(1, 10)]).await;
    bench.put(&key(2), &[bytes(2, 10)]).await;
    bench.blobs().delete(&key(1)).await.unwrap();
    assert!(is_missing(&bench.blobs().read(&key(1), 0..10).await));
    assert_eq!(bench.get(&key(2), 0..10).await.unwrap(), bytes(2, 10));
}

/// Never written, or deleted before.
pub async fn deleting_what_is_not_there_succeeds(bench: &Bench) {
    bench.blobs().delete(&key(1)).await.unwrap();
    bench.put(&key(2), &[bytes(1, 10)]).await;
    for _ in 0..2 {
        bench.blobs().delete(&key(2)).await.unwrap();
    }
    bench.fixture.reopen().await.delete(&key(2)).await.unwrap();
}

/// Whatever of it was written.
pub async fn an_unfinished_blob_can_be_deleted(bench: &Bench) {
    for (n, pieces) in [(1, 0), (2, 1), (3, 40)] {
        let mut writer = bench.blobs().create(&key(n)).await.unwrap();
        for piece in 0..pieces {
            writer.write(bytes(piece, 200_000)).await.unwrap();
        }
        drop(writer);
        bench.blobs().delete(&key(n)).await.unwrap();
        assert!(is_missing(&bench.blobs().read(&key(n), 0..1).await), "{n}");
    }
}

/// Also where the write itself was cancelled.
pub async fn a_dropped_writer_leaves_nothing_once_deleted(bench: &Bench) {
    for n in 0..4 {
        let mut writer = bench.blobs().create(&key(n)).await.unwrap();
        writer.write(bytes(1, 300_000)).await.unwrap();
        let cancelled = Box::pin(writer.write(bytes(2, 3_000_000)));
        drop(futures::future::select(cancelled, Box::pin(step_aside())).await);
        drop(writer);
        bench.blobs().delete(&key(n)).await.unwrap();
        assert!(is_missing(&bench.fixture.reopen().await.read(&key(n), 0..1).await), "{n}");
    }
}

/// Written in turns.
pub async fn blobs_do_not_mix(bench: &Bench) {
    let blobs = bench.blobs();
    let (mut one, mut other) = (blobs.create(&key(1)).await.unwrap(), blobs.create(&key(2)).await.unwrap());
    for n in 0..20 {
        one.write(bytes(n, 1_000)).await.unwrap();
        other.write(bytes(n + 100, 500)).await.unwrap();
    }
    other.finish().await.unwrap();
    one.finish().await.unwrap();
    let whole = |offset: u32, size| (0..20).map(|n| bytes(n + offset, size)).collect::<Vec<_>>().concat();
    assert!(bench.get(&key(1), 0..20_000).await.unwrap() == whole(0, 1_000));
    assert!(bench.get(&key(2), 0..10_000).await.unwrap() == whole(100, 500));
}

/// Sixteen, from two handles.
pub async fn many_write_at_once(bench: &Bench) {
    let mut tasks = Vec::new();
    for n in 0..16u32 {
        let blobs = if n % 2 == 0 { bench.blobs() } else { bench.fixture.reopen().await };
        tasks.push(Box::pin(async move {
            let key = key(u128::from(n) << 64 | 7);
            let pieces: Vec<Bytes> = (0..8).map(|piece| bytes(n * 100 + piece, 40_000)).collect();
            put(&*blobs, &key, &pieces).await;
            assert!(get(&*blobs, &key, 0..320_000).await.unwrap() == pieces.concat());
        }) as _);
    }
    run_all(bench.spawn, tasks).await;
    for n in 0..16u32 {
        let first = bench.get(&key(u128::from(n) << 64 | 7), 0..40_000).await.unwrap();
        assert!(first == bytes(n * 100, 40_000), "{n}");
    }
}

/// As soon as finish has returned, through a handle opened before as through one opened now.
pub async fn a_finished_blob_is_seen_by_another_process(bench: &Bench) {
    let before = bench.fixture.reopen().await;
    let whole = bytes(1, 123_456);
    bench.put(&key(1), std::slice::from_ref(&whole)).await;
    for blobs in [before, bench.fixture.reopen().await] {
        assert!(get(&*blobs, &key(1), 0..123_456).await.unwrap() == whole);
    }
}

/// As soon as delete has returned.
pub async fn a_deleted_blob_is_gone_in_another_process(bench: &Bench) {
    let other = bench.fixture.reopen().await;
    bench.put(&key(1), &[bytes(1, 10)]).await;
    other.delete(&key(1)).await.unwrap();
    assert!(is_missing(&bench.blobs().read(&key(1), 0..10).await));
}

/// A blob deleted while it is being read: the stream brings all of it, or an error.
pub async fn a_stream_never_ends_early_as_if_whole(bench: &Bench) {
    let size = 8 * 1024 * 1024;
    let whole = bytes(1, size);
    for n in 0..3 {
        bench.put(&key(n), std::slice::from_ref(&whole)).await;
        let mut stream = bench.blobs().read(&key(n), 0..size as u64).await.unwrap();
        let mut read = Vec::new();
        if n > 0 {
            read.extend_from_slice(&stream.try_next().await.unwrap().unwrap());
        }
        bench.blobs().delete(&key(n)).await.unwrap();
        let complete = loop {
            match stream.try_next().await {
                Ok(Some(piece)) => read.extend_from_slice(&piece),
                Ok(None) => break true,
                Err(_) => break false,
            }
        };
        assert!(!complete || read == whole, "{} of {size} bytes, then an end", read.len());
    }
}

/// Each at its own place.
pub async fn a_blob_is_read_by_many_at_once(bench: &Bench) {
    let whole = bytes(1, 1_000_000);
    bench.put(&key(1), std::slice::from_ref(&whole)).await;
    let tasks = (0..12usize).map(|n| {
        let (blobs, whole) = (bench.blobs(), whole.clone());
        Box::pin(async move {
            let (start, end) = (n * 40_000, 1_000_000 - n * 30_000);
            let read = get(&*blobs, &key(1), start as u64..end as u64).await.unwrap();
            assert!(read == whole[start..end], "{n}");
        }) as _
    });
    run_all(bench.spawn, tasks.collect()).await;
}

/// Asked, it says so, and asking leaves nothing that would disturb.
pub async fn the_blob_store_works(bench: &Bench) {
    for _ in 0..2 {
        assert_eq!(bench.blobs().check().await, Ok(()));
        assert_eq!(bench.fixture.reopen().await.check().await, Ok(()));
    }
    assert!(bench.blobs().free_space().await.is_ok());
    bench.put(&key(1), &[bytes(1, 10)]).await;
    assert_eq!(bench.blobs().check().await, Ok(()));
    assert_eq!(bench.get(&key(1), 0..10).await.unwrap(), bytes(1, 10));
}

/// A store that outlives its process keeps it; no other says that it does.
pub async fn what_the_blobs_belong_to_comes_back(bench: &Bench) {
    let (here, there) = (bench.blobs(), bench.fixture.reopen().await);
    assert_eq!(here.installation().await, Ok(None));
    for number in [1, 2] {
        let id = InstallationId(Uuid::from_u128(number));
        let kept = here.set_installation(id).await.unwrap();
        for blobs in [&here, &there] {
            assert_eq!(blobs.installation().await, Ok(kept.then_some(id)));
        }
    }
    assert_eq!(here.check().await, Ok(()));
}

//! What the folder promises beyond the port.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::{fs, io::Write, os::unix::fs::PermissionsExt, path::Path, sync::Arc};

use bytes::Bytes;
use elizabeth_blob_opendal::FolderBlobs;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, Blobs},
};
use futures::{StreamExt, TryStreamExt};
use tempfile::TempDir;

const MIB: usize = 1024 * 1024;

fn key(n: u8) -> BlobKey {
    BlobKey::from_random([n; 16])
}

fn fresh() -> (TempDir, FolderBlobs) {
    let temp = tempfile::tempdir().unwrap();
    let blobs = FolderBlobs::open(temp.path()).unwrap();
    (temp, blobs)
}

/// Bytes that tell where they are from.
fn pattern(size: usize) -> Vec<u8> {
    (0..size).map(|i| (i / 251 + i) as u8).collect()
}

async fn store(blobs: &FolderBlobs, key: &BlobKey, bytes: &[u8], piece: usize) {
    let mut writer = blobs.create(key).await.unwrap();
    for piece in bytes.chunks(piece) {
        writer.write(Bytes::copy_from_slice(piece)).await.unwrap();
    }
    writer.finish().await.unwrap();
}

async fn load(blobs: &FolderBlobs, key: &BlobKey, range: std::ops::Range<u64>) -> Result<Vec<u8>, BlobError> {
    Ok(blobs.read(key, range).await?.try_collect::<Vec<_>>().await?.concat())
}

fn names(root: &Path) -> Vec<String> {
    fs::read_dir(root).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[tokio::test]
async fn the_root_is_created_for_its_owner_only() {
    let temp = tempfile::tempdir().unwrap();
    let root = temp.path().join("a/b");
    FolderBlobs::open(&root).unwrap();
    assert_eq!(fs::metadata(&root).unwrap().permissions().mode() & 0o777, 0o700);
    FolderBlobs::open(&root).unwrap();
}

#[tokio::test]
async fn a_finished_blob_is_exactly_the_file_of_its_key() {
    let (root, blobs) = fresh();
    let bytes = pattern(20 * MIB + 3);
    store(&blobs, &key(1), &bytes, 448 * 1024).await;
    assert_eq!(names(root.path()), [key(1).as_str()]);
    let path = root.path().join(key(1).as_str());
    assert!(fs::read(&path).unwrap() == bytes);
    assert_eq!(fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_delete_a_blob_at_once_none_fails() {
    let (_root, blobs) = fresh();
    let blobs = Arc::new(blobs);
    for n in 0..100 {
        let key = key(n);
        store(&blobs, &key, b"bytes", 5).await;
        let deletions: Vec<_> = (0..8)
            .map(|_| {
                let (blobs, key) = (blobs.clone(), key.clone());
                tokio::spawn(async move { blobs.delete(&key).await })
            })
            .collect();
        for deletion in deletions {
            deletion.await.unwrap().unwrap();
        }
    }
}

#[tokio::test]
async fn an_empty_blob_is_an_empty_file() {
    let (root, blobs) = fresh();
    store(&blobs, &key(1), b"", 1).await;
    assert_eq!(fs::metadata(root.path().join(key(1).as_str())).unwrap().len(), 0);
    assert_eq!(load(&blobs, &key(1), 0..0).await, Ok(vec![]));
}

#[tokio::test]
async fn ranges_of_every_size_read_back() {
    let (_root, blobs) = fresh();
    let bytes = pattern(3 * MIB);
    store(&blobs, &key(1), &bytes, MIB).await;
    let size = bytes.len();
    for (start, end) in
        [(0, 0), (0, 1), (7, 65_543), (0, 65_537), (size - 1, size), (size, size), (1, size - 1), (0, size)]
    {
        let got = load(&blobs, &key(1), start as u64..end as u64).await.unwrap();
        assert!(got == bytes[start..end], "{start}..{end}");
    }
}

#[tokio::test]
async fn a_dropped_writer_leaves_only_what_delete_removes() {
    let (root, blobs) = fresh();
    let mut writer = blobs.create(&key(1)).await.unwrap();
    writer.write(Bytes::from_static(b"half")).await.unwrap();
    drop(writer);
    assert_eq!(names(root.path()), [key(1).as_str()], "nothing lies under a name that nobody knows");
    blobs.delete(&key(1)).await.unwrap();
    assert!(names(root.path()).is_empty());
    blobs.delete(&key(1)).await.unwrap();
}

#[tokio::test]
async fn a_missing_blob_is_told_before_the_stream() {
    let (_root, blobs) = fresh();
    for range in [0..0, 0..1, 0..10 * MIB as u64] {
        assert!(matches!(blobs.read(&key(1), range).await, Err(BlobError::Missing(_))));
    }
}

#[tokio::test]
async fn a_short_file_breaks_the_stream() {
    let (root, blobs) = fresh();
    for (stored, asked) in [(0, 1), (10, 11), (10, 100_000), (2 * MIB, 2 * MIB + 1)] {
        fs::write(root.path().join(key(1).as_str()), pattern(stored)).unwrap();
        let items: Vec<_> = blobs.read(&key(1), 0..asked as u64).await.unwrap().collect().await;
        assert!(matches!(items.last(), Some(Err(BlobError::Unavailable(_)))), "{stored} of {asked}");
    }
}

#[tokio::test]
async fn a_file_cut_while_it_is_read_breaks_the_stream() {
    let (root, blobs) = fresh();
    let path = root.path().join(key(1).as_str());
    fs::write(&path, pattern(4 * MIB)).unwrap();
    let mut stream = blobs.read(&key(1), 0..4 * MIB as u64).await.unwrap();
    stream.next().await.unwrap().unwrap();
    fs::OpenOptions::new().write(true).open(&path).unwrap().set_len(MIB as u64 + 5).unwrap();
    assert!(stream.try_collect::<Vec<_>>().await.is_err());
}

#[tokio::test]
async fn something_unreadable_breaks_the_stream() {
    let (root, blobs) = fresh();
    // A folder under a blob's name opens, and does not read: as a device's error would.
    fs::create_dir(root.path().join(key(1).as_str())).unwrap();
    for asked in [1, MIB as u64] {
        assert!(load(&blobs, &key(1), 0..asked).await.is_err());
    }
}

#[tokio::test]
async fn a_key_is_used_once() {
    let (_root, blobs) = fresh();
    store(&blobs, &key(1), b"first", 9).await;
    let mut second = blobs.create(&key(1)).await.unwrap();
    assert!(second.write(Bytes::from_static(b"second")).await.is_err());
    assert!(second.finish().await.is_err(), "after a failure there is nothing to finish");
    assert_eq!(load(&blobs, &key(1), 0..5).await, Ok(b"first".to_vec()));
}

#[test]
fn a_write_given_up_halfway_cannot_be_finished() {
    // One thread for all that blocks, kept busy: the write cannot be over before it is given up.
    let runtime = tokio::runtime::Builder::new_current_thread().max_blocking_threads(1).build().unwrap();
    runtime.block_on(async {
        let (release, held) = std::sync::mpsc::channel::<()>();
        let busy = tokio::task::spawn_blocking(move || held.recv());
        let (_root, blobs) = fresh();
        let mut writer = blobs.create(&key(1)).await.unwrap();
        let given_up = futures::poll!(writer.write(Bytes::from_static(b"lost")));
        assert!(given_up.is_pending());
        drop(release);
        assert!(busy.await.unwrap().is_err());
        assert!(writer.finish().await.is_err());
    });
}

#[tokio::test]
async fn many_at_once_read_in_small_pieces() {
    let (_root, blobs) = fresh();
    store(&blobs, &key(1), &pattern(4 * MIB), MIB).await;
    let mut open = Vec::new();
    for _ in 0..200 {
        open.push(blobs.read(&key(1), 0..4 * MIB as u64).await.unwrap());
    }
    let last = open.last_mut().unwrap().next().await.unwrap().unwrap();
    assert_eq!(last.len(), 128 * 1024);
    drop(open);
    let mut alone = blobs.read(&key(1), 0..4 * MIB as u64).await.unwrap();
    assert_eq!(alone.next().await.unwrap().unwrap().len(), MIB / 4);
    assert_eq!(alone.next().await.unwrap().unwrap().len(), MIB);
}

#[tokio::test]
async fn check_notices_that_the_folder_is_gone() {
    let (root, blobs) = fresh();
    assert_eq!(blobs.check().await, Ok(()));
    assert!(blobs.free_space().await.unwrap().is_some_and(|free| free > 0));
    fs::remove_dir(root.path()).unwrap();
    assert!(matches!(blobs.check().await, Err(BlobError::Unavailable(_))));
    let mut writer = blobs.create(&key(1)).await.unwrap();
    assert!(matches!(writer.write(Bytes::from_static(b"x")).await, Err(BlobError::Unavailable(_))));
}

#[test]
fn a_file_in_the_place_of_the_root_is_an_error() {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(b"x").unwrap();
    assert!(FolderBlobs::open(file.path()).is_err());
}

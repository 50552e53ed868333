use bytes::Bytes;
use elizabeth_core::ports::{BlobError, Blobs};
use elizabeth_test_servers::S3;
use futures::{FutureExt, StreamExt};

use crate::{MIB, blobs, key, load, options, pattern, soon, store};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_large_blob_goes_in_parts_of_8_mib_under_one_key() {
    let server = S3::open();
    let blobs = blobs(&options(&server));
    let bytes = pattern(64 * MIB);
    store(&blobs, &key(1), &bytes).await.unwrap();
    assert_eq!(server.parts_sent(), 8);
    assert_eq!((server.objects("some/prefix/"), server.objects("")), (1, 1));
    assert_eq!(server.objects(&format!("some/prefix/{}", key(1).as_str())), 1);
    assert_eq!(server.unfinished_uploads(), 0);
    assert!(load(&blobs, &key(1), bytes.len()).await.unwrap() == bytes);
    blobs.delete(&key(1)).await.unwrap();
    assert_eq!(server.objects(""), 0);
}

#[tokio::test]
async fn what_fits_one_part_goes_at_once() {
    let server = S3::open();
    let blobs = blobs(&options(&server));
    for (n, size) in [(1, 0), (2, 1), (3, 8 * MIB)] {
        store(&blobs, &key(n), &pattern(size)).await.unwrap();
        assert!(load(&blobs, &key(n), size).await.unwrap() == pattern(size));
    }
    assert_eq!((server.parts_sent(), server.objects("")), (0, 3));
    store(&blobs, &key(4), &pattern(8 * MIB + 1)).await.unwrap();
    assert_eq!((server.parts_sent(), server.objects("")), (2, 4));
}

#[tokio::test]
async fn pieces_of_a_download_are_bounded() {
    let server = S3::open();
    let blobs = blobs(&options(&server));
    store(&blobs, &key(1), &pattern(20 * MIB)).await.unwrap();
    let mut stream = blobs.read(&key(1), 0..20 * MIB as u64).await.unwrap();
    while let Some(piece) = stream.next().await {
        assert!(piece.unwrap().len() <= MIB);
    }
}

#[tokio::test]
async fn a_dropped_writer_aborts_its_upload() {
    let server = S3::open();
    let blobs = blobs(&options(&server));
    let mut writer = blobs.create(&key(1)).await.unwrap();
    for _ in 0..40 {
        writer.write(pattern(MIB / 2)).await.unwrap();
    }
    assert_eq!((server.unfinished_uploads(), server.objects("")), (1, 0));
    drop(writer);
    soon(|| server.unfinished_uploads() == 0).await;
}

#[tokio::test]
async fn a_write_given_up_halfway_aborts_its_upload() {
    let server = S3::open();
    let blobs = blobs(&options(&server));
    let mut writer = blobs.create(&key(1)).await.unwrap();
    for _ in 0..31 {
        writer.write(pattern(MIB / 2)).await.unwrap();
    }
    // The one with which the first part is sent, and the upload begins.
    assert!(writer.write(pattern(MIB)).now_or_never().is_none());
    drop(writer);
    blobs.delete(&key(1)).await.unwrap();
    soon(|| server.unfinished_uploads() == 0).await;
    assert_eq!(server.objects(""), 0);
}

#[tokio::test]
async fn a_finish_given_up_halfway_leaves_nothing_once_deleted() {
    let server = S3::open();
    let blobs = blobs(&options(&server));
    for (n, size) in [(1, 100), (2, 9 * MIB)] {
        let mut writer = blobs.create(&key(n)).await.unwrap();
        writer.write(pattern(size)).await.unwrap();
        assert!(writer.finish().now_or_never().is_none());
        drop(writer);
        tokio::task::yield_now().await;
        blobs.delete(&key(n)).await.unwrap();
        assert_eq!(server.objects(""), 0);
    }
    soon(|| server.unfinished_uploads() == 0).await;
}

#[tokio::test]
async fn a_deleted_blob_cannot_be_finished() {
    let server = S3::open();
    let blobs = blobs(&options(&server));
    let mut writer = blobs.create(&key(1)).await.unwrap();
    writer.write(Bytes::from_static(b"late")).await.unwrap();
    blobs.delete(&key(1)).await.unwrap();
    assert!(matches!(writer.write(Bytes::from_static(b"r")).await, Err(BlobError::Unavailable(_))));
    assert!(matches!(writer.finish().await, Err(BlobError::Unavailable(_))));
    assert_eq!(server.objects(""), 0);
}

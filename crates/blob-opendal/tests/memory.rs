//! Memory, the store that goes through OpenDAL alone.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use bytes::Bytes;
use elizabeth_blob_opendal::MemoryBlobs;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, Blobs},
};
use futures::{StreamExt, TryStreamExt};

fn key(n: u8) -> BlobKey {
    BlobKey::from_random([n; 16])
}

async fn stored(pieces: &[&'static [u8]]) -> MemoryBlobs {
    let blobs = MemoryBlobs::new().unwrap();
    let mut writer = blobs.create(&key(1)).await.unwrap();
    for piece in pieces {
        writer.write(Bytes::from_static(piece)).await.unwrap();
    }
    writer.finish().await.unwrap();
    blobs
}

#[tokio::test]
async fn ranges_across_pieces_read_back() {
    let blobs = stored(&[b"one", b"", b"two", b"three"]).await;
    for (range, expected) in [(0..11, "onetwothree"), (2..5, "etw"), (3..3, ""), (10..11, "e")] {
        let got = blobs.read(&key(1), range).await.unwrap().try_collect::<Vec<_>>().await.unwrap().concat();
        assert_eq!(got, expected.as_bytes());
    }
}

#[tokio::test]
async fn a_short_blob_breaks_the_stream() {
    let blobs = stored(&[b"one"]).await;
    for range in [0..4, 2..9, 5..6] {
        let items: Vec<_> = blobs.read(&key(1), range.clone()).await.unwrap().collect().await;
        assert!(matches!(items.last(), Some(Err(BlobError::Unavailable(_)))), "{range:?}: {items:?}");
    }
}

#[tokio::test]
async fn a_missing_blob_is_told_before_the_stream() {
    let blobs = stored(&[]).await;
    for range in [0..0, 0..1] {
        assert!(matches!(blobs.read(&key(2), range).await, Err(BlobError::Missing(_))));
    }
    blobs.delete(&key(2)).await.unwrap();
    blobs.delete(&key(1)).await.unwrap();
    assert!(matches!(blobs.read(&key(1), 0..0).await, Err(BlobError::Missing(_))));
    assert_eq!(blobs.check().await, Ok(()));
    assert_eq!(blobs.free_space().await, Ok(None));
}

use std::time::Duration;

use elizabeth_blob_opendal::{MemoryBlobs, S3Options};
use elizabeth_core::ports::{Blobs, PresignRequest};
use elizabeth_test_servers::S3;

use crate::{blobs, key, options, pattern, store};

fn request(expires_in: Duration) -> PresignRequest {
    PresignRequest {
        expires_in,
        content_type: "image/png".into(),
        content_disposition: "attachment; filename=\"a b.png\"; filename*=UTF-8''%C3%A4%20b.png".into(),
        cache_control: "private, no-cache".into(),
    }
}

#[tokio::test]
async fn a_link_gives_the_blob_with_its_type_and_name_for_a_while() {
    let server = S3::open();
    let blobs = blobs(&options(&server));
    let bytes = pattern(100_000);
    store(&blobs, &key(1), &bytes).await.unwrap();

    let link = blobs.presign(&key(1), &request(Duration::from_secs(2))).await.unwrap().unwrap();
    assert!(link.starts_with(&server.endpoint()) && !link.contains("nobody-may-print"), "{link}");
    let answer = reqwest::get(&link).await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "image/png");
    let disposition = request(Duration::ZERO).content_disposition;
    assert_eq!(answer.headers()["content-disposition"], disposition.as_str());
    assert_eq!(answer.headers()["cache-control"], "private, no-cache");
    assert!(answer.bytes().await.unwrap() == bytes);

    let ranged = reqwest::Client::new().get(&link).header("range", "bytes=10-19").send().await.unwrap();
    assert_eq!(ranged.status(), 206);
    assert_eq!(ranged.bytes().await.unwrap(), bytes.slice(10..20));

    // Neither for another blob, nor under another name, nor for ever.
    for changed in [link.replace(key(1).as_str(), key(2).as_str()), link.replace("png", "svg")] {
        assert_eq!(reqwest::get(&changed).await.unwrap().status(), 403);
    }
    tokio::time::sleep(Duration::from_secs(3)).await;
    assert_eq!(reqwest::get(&link).await.unwrap().status(), 403);
}

/// Servers want to see it beside the signature.
#[tokio::test]
async fn a_temporary_key_pair_shows_its_session_token() {
    let server = S3::open();
    let options = S3Options { session_token: Some("of-the-session/1=".into()), ..options(&server) };
    let blobs = blobs(&options);
    blobs.check().await.unwrap();
    store(&blobs, &key(1), &pattern(100)).await.unwrap();
    let link = blobs.presign(&key(1), &request(Duration::from_secs(60))).await.unwrap().unwrap();
    assert!(link.contains("X-Amz-Security-Token=of-the-session%2F1%3D"), "{link}");
    assert!(reqwest::get(&link).await.unwrap().bytes().await.unwrap() == pattern(100));
    assert!(!format!("{options:?}").contains("of-the-session"));
}

#[tokio::test]
async fn other_stores_have_no_links() {
    let blobs = MemoryBlobs::new().unwrap();
    assert_eq!(blobs.presign(&key(1), &request(Duration::from_secs(2))).await, Ok(None));
}

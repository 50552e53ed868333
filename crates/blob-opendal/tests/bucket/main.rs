//! A bucket, on a real S3 server.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod check;
mod full;
mod outage;
mod presign;
mod upload;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use async_trait::async_trait;
use bytes::Bytes;
use elizabeth_blob_opendal::{Addressing, BucketBlobs, S3Options};
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, Blobs},
};
use elizabeth_test_servers::S3;
use elizabeth_testing::conformance::BlobsFixture;
use futures::TryStreamExt;

const MIB: usize = 1024 * 1024;

struct Bucket(S3, BucketBlobs);

#[async_trait]
impl BlobsFixture for Bucket {
    async fn open() -> Self {
        let server = S3::open();
        let blobs = blobs(&options(&server));
        Self(server, blobs)
    }

    fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::new(self.1.clone())
    }

    async fn reopen(&self) -> Arc<dyn Blobs> {
        Arc::new(blobs(&options(&self.0)))
    }
}

elizabeth_testing::blobs_conformance!(Bucket);

fn options(server: &S3) -> S3Options {
    S3Options {
        bucket: S3::BUCKET.into(),
        prefix: "some/prefix".into(),
        endpoint: Some(server.endpoint()),
        region: S3::REGION.into(),
        access_key_id: S3::ACCESS_KEY_ID.into(),
        secret_access_key: S3::SECRET_ACCESS_KEY.into(),
        session_token: None,
        addressing: Addressing::Path,
    }
}

fn blobs(options: &S3Options) -> BucketBlobs {
    // The second time it is there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    BucketBlobs::new(options).unwrap()
}

fn key(n: u8) -> BlobKey {
    BlobKey::from_random([n; 16])
}

/// Bytes that tell where they are from.
fn pattern(size: usize) -> Bytes {
    (0..size).map(|i| (i / 251 + i) as u8).collect()
}

async fn store(blobs: &BucketBlobs, key: &BlobKey, bytes: &Bytes) -> Result<(), BlobError> {
    let mut writer = blobs.create(key).await?;
    let mut rest = bytes.clone();
    while !rest.is_empty() {
        writer.write(rest.split_to(rest.len().min(MIB / 2))).await?;
    }
    writer.finish().await
}

async fn load(blobs: &BucketBlobs, key: &BlobKey, size: usize) -> Result<Vec<u8>, BlobError> {
    Ok(blobs.read(key, 0..size as u64).await?.try_collect::<Vec<_>>().await?.concat())
}

/// Waits for what a task of the adapter does by itself.
async fn soon(mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "not even after a minute");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

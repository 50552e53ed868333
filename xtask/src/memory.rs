//! `cargo xtask memory`: what a large file costs the server.

use std::{path::Path, time::Instant};

use bytesize::ByteSize;
use elizabeth_test_servers::S3;
use futures::StreamExt;
use sha2::{Digest, Sha256};

use crate::{
    Result,
    client::{Room, hash, report},
    server::{self, Server},
    terminal::say,
};

/// Sends a file up and down through the release binary, which keeps it in a folder or in a bucket; fails when the
/// server's peak memory was above the limit or a byte came back different.
pub fn measure(size: ByteSize, limit: ByteSize, in_bucket: bool) -> Result {
    let binary = server::release_binary()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let bucket = in_bucket.then(S3::open);
    let peak = runtime.block_on(up_and_down(&binary, bucket.as_ref(), size.as_u64()))?;
    let place = if in_bucket { "a bucket" } else { "a folder" };
    say(&format!("peak memory of the server over {place}: {} (limit {limit})", ByteSize(peak)));
    if peak > limit.as_u64() { Err("the server needed too much memory".into()) } else { Ok(()) }
}

async fn up_and_down(binary: &Path, bucket: Option<&S3>, size: u64) -> Result<u64> {
    let data = tempfile::tempdir()?;
    let server = Server::start(binary, data.path(), bucket).await?;
    let room = Room::open(&server).await?;
    let id = room.upload("large.bin", size).await?;

    let started = Instant::now();
    let mut hasher = Sha256::new();
    let mut body = room.get(&format!("/contents/{id}/download")).await?.bytes_stream();
    while let Some(bytes) = body.next().await {
        hasher.update(&bytes?);
    }
    report("down", size, started);
    if hasher.finalize().to_vec() != hash(size) {
        return Err("what came back is not what was sent".into());
    }
    server.peak_memory()
}

//! `cargo xtask memory`: what a large file costs the server.

use std::{path::Path, time::Instant};

use bytesize::ByteSize;
use futures::StreamExt;
use sha2::{Digest, Sha256};

use crate::{
    Result,
    client::{Room, hash, report},
    server::{self, Server},
    terminal::say,
};

/// Sends a file up and down through the release binary; fails when the server's peak memory was above the limit
/// or a byte came back different.
pub fn measure(size: ByteSize, limit: ByteSize) -> Result {
    let binary = server::release_binary()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let peak = runtime.block_on(up_and_down(&binary, size.as_u64()))?;
    say(&format!("peak memory of the server: {} (limit {limit})", ByteSize(peak)));
    if peak > limit.as_u64() { Err("the server needed too much memory".into()) } else { Ok(()) }
}

async fn up_and_down(binary: &Path, size: u64) -> Result<u64> {
    let data = tempfile::tempdir()?;
    let server = Server::start(binary, data.path()).await?;
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

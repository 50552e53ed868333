//! `cargo xtask memory`: what a large file costs the server.

use std::{path::Path, time::Instant};

use bytesize::ByteSize;
use elizabeth_test_servers::S3;

use crate::{
    Result,
    client::{Room, report},
    data,
    server::{self, Server},
    terminal::say,
};

/// Sends a file up and down through the server, which keeps it in a folder or in a bucket; fails when the
/// server's peak memory was above the limit or a byte came back different.
pub fn measure(size: ByteSize, limit: ByteSize, in_bucket: bool, server: &Path) -> Result {
    let runtime = tokio::runtime::Runtime::new()?;
    let bucket = in_bucket.then(S3::open);
    let peak = runtime.block_on(up_and_down(server, bucket.as_ref(), size.as_u64()))?;
    let place = if in_bucket { "a bucket" } else { "a folder" };
    say(&format!("peak memory of the server over {place}: {} (limit {limit})", ByteSize(peak)));
    if peak > limit.as_u64() { Err("the server needed too much memory".into()) } else { Ok(()) }
}

async fn up_and_down(binary: &Path, bucket: Option<&S3>, size: u64) -> Result<u64> {
    let folder = tempfile::tempdir()?;
    let env = bucket.map(server::in_bucket).unwrap_or_default();
    let server = Server::start(binary, folder.path(), &env).await?;
    let room = Room::open(&server.url).await?;
    let id = room.upload("large.bin", size).await?;

    let started = Instant::now();
    let downloaded = room.download(&id).await?;
    report("down", size, started);
    if downloaded != data::hash(size) {
        return Err("what came back is not what was sent".into());
    }
    server.peak_memory()
}

//! `cargo xtask archive`: an archive that needs the 64-bit form of zip, as `unzip` reads it.

use std::{
    fs::File,
    io::{Seek, Write},
    path::Path,
    process::Command,
    time::Instant,
};

use bytesize::ByteSize;
use futures::StreamExt;
use tokio::task::block_in_place;

use crate::{
    Result,
    client::{Room, report},
    server::Server,
    terminal::{run, say},
};

/// A file system keeps no zeros of so many bytes that nobody wrote.
const HOLE: usize = 4096;

/// Fetches a room with a file of this size and a small one behind it as one archive, and has `unzip` test it; fails
/// when the server's peak memory was above the limit. The temporary folder has to hold the file; of the archive it keeps
/// what is not zero.
pub fn measure(size: ByteSize, limit: ByteSize, server: &Path) -> Result {
    let runtime = tokio::runtime::Runtime::new()?;
    let peak = runtime.block_on(fetch_and_test(server, size.as_u64()))?;
    say(&format!("peak memory of the server: {} (limit {limit})", ByteSize(peak)));
    if peak > limit.as_u64() { Err("the server needed too much memory".into()) } else { Ok(()) }
}

async fn fetch_and_test(binary: &Path, size: u64) -> Result<u64> {
    let data = tempfile::tempdir()?;
    let server = Server::start(binary, &data.path().join("server"), &[]).await?;
    let room = Room::open(&server.url).await?;
    // One is stored as it is, one is deflated, and one begins beyond what 32 bits can say.
    room.upload("large.bin", size).await?;
    room.upload("text.txt", 64 << 20).await?;
    room.upload("small.bin", 1000).await?;

    let started = Instant::now();
    let path = data.path().join("room.zip");
    let mut file = File::create(&path)?;
    let mut body = room.get("/archive.zip").await?.bytes_stream();
    while let Some(bytes) = body.next().await {
        let bytes = bytes?;
        block_in_place(|| write_sparsely(&mut file, &bytes))?;
    }
    let end = file.stream_position()?;
    file.set_len(end)?;
    report("as an archive", size + (64 << 20), started);
    let started = Instant::now();
    run(Command::new("unzip").args(["-tq"]).arg(&path))?;
    report("tested by unzip", size, started);
    server.peak_memory()
}

/// Writes bytes, and goes past those that are zero.
fn write_sparsely(file: &mut File, bytes: &[u8]) -> Result {
    for block in bytes.chunks(HOLE) {
        if block.iter().all(|byte| *byte == 0) {
            file.seek_relative(block.len() as i64)?;
        } else {
            file.write_all(block)?;
        }
    }
    Ok(())
}

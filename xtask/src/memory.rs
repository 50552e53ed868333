//! `cargo xtask memory`: what a large file costs the server.

use std::{path::Path, time::Instant};

use bytes::Bytes;
use bytesize::ByteSize;
use elizabeth_test_servers::S3;
use futures::{StreamExt, stream};
use reqwest::{Body, Client, multipart};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{
    Result,
    server::Server,
    terminal::{cargo, say},
};

const PIECE: usize = 1 << 20;

/// Sends a file up and down through the release binary, which keeps it in a folder or in a bucket; fails when the
/// server's peak memory was above the limit or a byte came back different.
pub fn measure(size: ByteSize, limit: ByteSize, in_bucket: bool) -> Result {
    cargo(&["build", "--release", "--package", "elizabeth-http"])?;
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| "target".into(), std::path::PathBuf::from);
    let binary = target.join("release").join("elizabeth-http");
    let runtime = tokio::runtime::Runtime::new()?;
    let bucket = in_bucket.then(S3::open);
    let peak = runtime.block_on(up_and_down(&binary, bucket.as_ref(), size.as_u64()))?;
    let place = if in_bucket { "a bucket" } else { "a folder" };
    say(&format!("peak memory of the server over {place}: {} (limit {limit})", ByteSize(peak)));
    if peak > limit.as_u64() { Err("the server needed too much memory".into()) } else { Ok(()) }
}

/// One piece of the file; each is different from the one before.
fn piece(index: u64, size: u64) -> Bytes {
    let start = index * PIECE as u64;
    let len = (size - start).min(PIECE as u64) as usize;
    let mut bytes = vec![(index % 251) as u8; len];
    for (at, chunk) in bytes.chunks_mut(4096).enumerate() {
        let mark = (index << 32 | at as u64).to_le_bytes();
        let len = chunk.len().min(mark.len());
        chunk[..len].copy_from_slice(&mark[..len]);
    }
    Bytes::from(bytes)
}

async fn up_and_down(binary: &Path, bucket: Option<&S3>, size: u64) -> Result<u64> {
    let data = tempfile::tempdir()?;
    let server = Server::start(binary, data.path(), bucket).await?;
    let client = Client::new();
    let room = format!("{}/api/v1/rooms/memory", server.url);
    let pieces = size.div_ceil(PIECE as u64);
    let mut hasher = Sha256::new();
    for index in 0..pieces {
        hasher.update(piece(index, size));
    }
    let expected = hasher.finalize();

    post(&client, &room, None, &json!({})).await?;
    let token = post(&client, &format!("{room}/tokens"), None, &json!({})).await?;
    let token = token["token"].as_str().ok_or("no token")?.to_owned();
    let manifest = json!({"files": [{"name": "large.bin", "size": size}]});
    let prepared = post(&client, &format!("{room}/contents/prepare"), Some(&token), &manifest).await?;

    let started = Instant::now();
    let body = Body::wrap_stream(
        stream::iter(0..pieces).map(move |index| Ok::<_, std::io::Error>(piece(index, size))),
    );
    let part = multipart::Part::stream_with_length(body, size).file_name("large.bin");
    let uploaded: Value = client
        .post(format!("{room}/contents?reservation_id={}", prepared["reservation_id"]))
        .bearer_auth(&token)
        .multipart(multipart::Form::new().part("file", part))
        .send()
        .await?
        .error_for_status()?
        .json()
        .await?;
    report("up", size, started);
    let id = &uploaded["uploaded"][0]["id"];

    let started = Instant::now();
    let mut hasher = Sha256::new();
    let answer = client.get(format!("{room}/contents/{id}/download")).bearer_auth(&token).send().await?;
    let mut body = answer.error_for_status()?.bytes_stream();
    while let Some(bytes) = body.next().await {
        hasher.update(&bytes?);
    }
    report("down", size, started);
    if hasher.finalize() != expected {
        return Err("what came back is not what was sent".into());
    }
    server.peak_memory()
}

fn report(way: &str, size: u64, started: Instant) {
    let speed = size as f64 / started.elapsed().as_secs_f64();
    say(&format!("{} {way}: {}/s", ByteSize(size), ByteSize(speed as u64)));
}

async fn post(client: &Client, url: &str, token: Option<&str>, body: &Value) -> Result<Value> {
    let mut request = client.post(url).json(body);
    if let Some(token) = token {
        request = request.bearer_auth(token);
    }
    let answer = request.send().await?;
    let status = answer.status();
    let text = answer.text().await?;
    if !status.is_success() {
        return Err(format!("{url}: {status}: {text}").into());
    }
    Ok(serde_json::from_str(&text)?)
}

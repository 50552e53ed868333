//! A person with a room: what the measurements do through the server's own interface.

use std::time::Instant;

use bytes::Bytes;
use bytesize::ByteSize;
use futures::{StreamExt, stream};
use reqwest::{Body, Client, Response, multipart};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Result, server::Server, terminal::say};

const PIECE: usize = 1 << 20;

/// A room and its owner's token.
pub struct Room {
    client: Client,
    url: String,
    token: String,
}

impl Room {
    /// Makes a room and enters it.
    pub async fn open(server: &Server) -> Result<Self> {
        let (client, url) = (Client::new(), format!("{}/api/v1/rooms/measured", server.url));
        let mut room = Self { client, url, token: String::new() };
        room.post("", &json!({})).await?;
        let entered = room.post("/tokens", &json!({})).await?;
        entered["token"].as_str().ok_or("no token")?.clone_into(&mut room.token);
        Ok(room)
    }

    /// Uploads a file of so many bytes; its number.
    pub async fn upload(&self, name: &'static str, size: u64) -> Result<String> {
        let manifest = json!({"files": [{"name": name, "size": size}]});
        let prepared = self.post("/contents/prepare", &manifest).await?;
        let started = Instant::now();
        let pieces = stream::iter(0..pieces(size));
        let body = Body::wrap_stream(pieces.map(move |index| Ok::<_, std::io::Error>(piece(index, size))));
        let part = multipart::Part::stream_with_length(body, size).file_name(name);
        let uploaded: Value = self
            .client
            .post(format!("{}/contents?reservation_id={}", self.url, prepared["reservation_id"]))
            .bearer_auth(&self.token)
            .multipart(multipart::Form::new().part("file", part))
            .send()
            .await?
            .error_for_status()?
            .json()
            .await?;
        report("up", size, started);
        Ok(uploaded["uploaded"][0]["id"].to_string())
    }

    /// Asks for what must be there.
    pub async fn get(&self, path: &str) -> Result<Response> {
        let request = self.client.get(format!("{}{path}", self.url)).bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?)
    }

    async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let mut request = self.client.post(format!("{}{path}", self.url)).json(body);
        if !self.token.is_empty() {
            request = request.bearer_auth(&self.token);
        }
        let answer = request.send().await?;
        let status = answer.status();
        let text = answer.text().await?;
        if !status.is_success() {
            return Err(format!("{path}: {status}: {text}").into());
        }
        Ok(serde_json::from_str(&text)?)
    }
}

/// The hash of what [`Room::upload`] sends.
pub fn hash(size: u64) -> Vec<u8> {
    let mut hasher = Sha256::new();
    for index in 0..pieces(size) {
        hasher.update(piece(index, size));
    }
    hasher.finalize().to_vec()
}

/// Says how fast that was.
pub fn report(way: &str, size: u64, started: Instant) {
    let speed = size as f64 / started.elapsed().as_secs_f64();
    say(&format!("{} {way}: {}/s", ByteSize(size), ByteSize(speed as u64)));
}

fn pieces(size: u64) -> u64 {
    size.div_ceil(PIECE as u64)
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

//! A person with a room: what the measurements do through the server's own interface.

use std::time::Instant;

use bytesize::ByteSize;
use futures::{StreamExt, stream};
use reqwest::{Body, Client, ClientBuilder, Method, RequestBuilder, Response, multipart};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::{Result, data, terminal::say};

/// A room and its owner's token.
#[derive(Clone)]
pub struct Room {
    client: Client,
    url: String,
    token: String,
}

impl Room {
    /// Makes a room on a server and enters it.
    pub async fn open(server: &str) -> Result<Self> {
        let mut room = Self { client: http().build()?, url: String::new(), token: String::new() }.at(server);
        room.post("", &json!({})).await?;
        let entered = room.post("/tokens", &json!({})).await?;
        entered["token"].as_str().ok_or("no token")?.clone_into(&mut room.token);
        Ok(room)
    }

    /// The same room, on another server over the same data.
    pub fn at(&self, server: &str) -> Self {
        Self { url: format!("{server}/api/v1/rooms/measured"), ..self.clone() }
    }

    /// Uploads a file of so many bytes; its number.
    pub async fn upload(&self, name: &'static str, size: u64) -> Result<String> {
        let manifest = json!({"files": [{"name": name, "size": size}]});
        let prepared = self.post("/contents/prepare", &manifest).await?;
        let started = Instant::now();
        let body = Body::wrap_stream(stream::iter(data::pieces(size).map(Ok::<_, std::io::Error>)));
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

    /// The SHA-256 of a content as it is downloaded, in hexadecimal.
    pub async fn download(&self, id: &str) -> Result<String> {
        let mut hasher = Sha256::new();
        let mut body = self.get(&format!("/contents/{id}/download")).await?.bytes_stream();
        while let Some(bytes) = body.next().await {
            hasher.update(&bytes?);
        }
        Ok(data::hex(&hasher.finalize()))
    }

    /// Asks for what must be there.
    pub async fn get(&self, path: &str) -> Result<Response> {
        let request = self.request(Method::GET, path).bearer_auth(&self.token);
        Ok(request.send().await?.error_for_status()?)
    }

    /// Sends what must be taken.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value> {
        let mut request = self.request(Method::POST, path).json(body);
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

    /// A request about the room that shows no token yet.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("{}{path}", self.url))
    }
}

/// A client over HTTP.
pub fn http() -> ClientBuilder {
    // Built together with the other programs, it speaks TLS as well, and asks who does the cryptography. That somebody has
    // been named before is no error.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
}

/// Says how fast that was.
pub fn report(way: &str, size: u64, started: Instant) {
    let speed = size as f64 / started.elapsed().as_secs_f64();
    say(&format!("{} {way}: {}/s", ByteSize(size), ByteSize(speed as u64)));
}

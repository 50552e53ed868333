//! Uploads in chunks as a client makes them.

use data_encoding::HEXLOWER;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::{TestServer, ok};

/// The fewest bytes of a chunk.
pub const CHUNK: usize = 64 << 10;

/// Bytes that look like nothing else, chunk for chunk.
pub fn bytes(len: usize) -> Vec<u8> {
    (0..len).map(|at| (at % 251) as u8 ^ (at >> 16) as u8).collect()
}

/// A SHA-256 as clients write it.
pub fn sha256(bytes: &[u8]) -> String {
    HEXLOWER.encode(&Sha256::digest(bytes))
}

/// An upload of one file or several, in chunks of [`CHUNK`] bytes.
pub struct ChunkedUpload<'a> {
    pub server: &'a TestServer,
    /// `/rooms/{room}/uploads/chunks`
    pub path: String,
    pub id: String,
    pub token: String,
    /// What was answered.
    pub prepared: Value,
}

impl TestServer {
    /// Announces files in chunks of [`CHUNK`] bytes.
    pub async fn prepare_chunks(
        &self,
        room: &str,
        token: &str,
        files: &[(&str, usize)],
    ) -> ChunkedUpload<'_> {
        let files: Vec<Value> = files
            .iter()
            .map(|(name, size)| json!({"name": name, "size": size, "chunk_size": CHUNK}))
            .collect();
        let path = format!("/rooms/{room}/uploads/chunks");
        let prepared = self.post(&format!("{path}/prepare"), Some(token), json!({"files": files})).await;
        let text = |name: &str| prepared[name].as_str().unwrap().to_owned();
        ChunkedUpload {
            server: self,
            path,
            id: text("reservation_id"),
            token: text("upload_token"),
            prepared,
        }
    }

    /// Uploads one file in chunks; the content.
    pub async fn upload_chunks(&self, room: &str, token: &str, name: &str, bytes: &[u8]) -> Value {
        let upload = self.prepare_chunks(room, token, &[(name, bytes.len())]).await;
        upload.put_all(0, bytes).await;
        upload.complete(0, bytes).await["content"].take()
    }
}

impl ChunkedUpload<'_> {
    /// A request about it with its own token; what follows `/uploads/chunks`.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.server.request(method, &format!("{}{path}", self.path), Some(&self.token))
    }

    /// A chunk to be sent.
    pub fn put(&self, file: usize, index: usize, bytes: &[u8]) -> RequestBuilder {
        self.request(Method::PUT, &format!("/{file}/{index}")).body(bytes.to_vec())
    }

    /// Sends all chunks of a file, one after the other.
    pub async fn put_all(&self, file: usize, bytes: &[u8]) {
        for (index, chunk) in bytes.chunks(CHUNK).enumerate() {
            ok(self.put(file, index, chunk)).await;
        }
    }

    /// How it stands.
    pub async fn status(&self) -> Value {
        ok(self.request(Method::GET, "/status")).await
    }

    /// That a file is whole, to be sent.
    pub fn completion(&self, file: usize, hash: Option<&str>) -> RequestBuilder {
        let body = json!({"reservation_id": self.id, "file_index": file, "final_hash": hash});
        self.request(Method::POST, "/complete").json(&body)
    }

    /// Makes a file a content.
    pub async fn complete(&self, file: usize, bytes: &[u8]) -> Value {
        ok(self.completion(file, Some(&sha256(bytes)))).await
    }
}

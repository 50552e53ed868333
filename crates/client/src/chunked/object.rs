//! What a server answers of uploads in chunks, as far as it is looked at here.

use elizabeth_api::{Instant, UploadFileObject};
use serde::Deserialize;
use serde_json::Value;

/// An upload that was just made.
#[derive(Deserialize)]
pub(super) struct Prepared {
    pub(super) reservation_id: String,
    pub(super) files: Vec<UploadFileObject<'static>>,
}

/// An upload under way.
#[derive(Deserialize)]
pub(super) struct Listed {
    pub(super) reservation_id: String,
    pub(super) mine: bool,
    pub(super) files: Vec<UploadFileObject<'static>>,
    pub(super) started_at: Instant,
}

/// How an upload stands.
#[derive(Deserialize)]
pub(super) struct Status {
    pub(super) files: Vec<FileStatus>,
    pub(super) chunk_details: Vec<ChunkDetail>,
}

/// How one of its files stands.
#[derive(Deserialize)]
pub(super) struct FileStatus {
    pub(super) content_id: Option<i64>,
}

/// A chunk.
#[derive(Deserialize)]
pub(super) struct ChunkDetail {
    #[serde(default)]
    pub(super) file_index: usize,
    pub(super) chunk_index: u64,
    /// SHA-256 in hexadecimal; `None` while it has not arrived.
    pub(super) chunk_hash: Option<String>,
}

/// A file that has become a content.
#[derive(Deserialize)]
pub(super) struct Completed {
    pub(super) content: Value,
}

use std::borrow::Cow;

use elizabeth_core::{
    content::Sha256Hash,
    upload::{Chunk, ChunkedFile, ChunkedUpload, FileProgress, UploadStatus},
};
use serde::{Deserialize, Serialize, Serializer};

use crate::Instant;

/// A file of an upload in pieces.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UploadFile))]
pub struct UploadFileObject<'a> {
    /// Its place in the manifest, from 0.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub file_index: usize,
    /// Its name, perhaps a relative path.
    pub name: Cow<'a, str>,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub mime: Cow<'a, str>,
    /// Bytes of every chunk but the last; null where pieces of any size come one behind the other.
    pub chunk_size: Option<u64>,
    /// How many chunks it has; null where that is not fixed.
    pub total_chunks: Option<u64>,
    /// The SHA-256 that was announced, hexadecimal.
    pub file_hash: Option<String>,
    /// How often it is going to be downloaded at most; null for no limit.
    pub max_downloads: Option<u64>,
    /// Until when it is going to be kept; null for as long as the room.
    pub expire_at: Option<Instant>,
}

/// The same with how far it has come.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UploadFileSoFar))]
pub struct UploadFileProgress<'a> {
    #[expect(missing_docs, reason = "the document describes the whole by its two parts")]
    #[serde(flatten)]
    pub file: UploadFileObject<'a>,
    /// Chunks that have arrived.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub uploaded_chunks: u64,
    /// Bytes in them.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub uploaded_size: u64,
    /// The content that it has become, once it is complete.
    pub content_id: Option<i64>,
}

/// What was announced of an upload's files, in that order.
pub fn files(upload: &ChunkedUpload) -> Vec<UploadFileObject<'_>> {
    upload.files.iter().enumerate().map(UploadFileObject::from).collect()
}

/// The same with how far each has come.
pub fn files_so_far(upload: &ChunkedUpload) -> Vec<UploadFileProgress<'_>> {
    upload.files.iter().enumerate().zip(&upload.progress).map(UploadFileProgress::from).collect()
}

impl<'a> From<(usize, &'a ChunkedFile)> for UploadFileObject<'a> {
    fn from((file_index, file): (usize, &'a ChunkedFile)) -> Self {
        Self {
            file_index,
            name: file.file.name.as_str().into(),
            size: file.file.size,
            mime: file.file.mime_type.as_str().into(),
            chunk_size: file.chunk_size,
            total_chunks: file.total_chunks(),
            file_hash: file.sha256.map(Sha256Hash::to_hex),
            max_downloads: file.file.max_downloads,
            expire_at: file.file.expire_at.map(Instant),
        }
    }
}

impl<'a> From<((usize, &'a ChunkedFile), &FileProgress)> for UploadFileProgress<'a> {
    fn from((file, progress): ((usize, &'a ChunkedFile), &FileProgress)) -> Self {
        Self {
            file: file.into(),
            uploaded_chunks: progress.chunks,
            uploaded_size: progress.bytes,
            content_id: progress.content.map(|id| id.0),
        }
    }
}

/// A chunk that has arrived and is durable.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Chunk))]
pub struct ChunkObject {
    /// Its file's place in the manifest, from 0.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub file_index: u32,
    /// Its place in the file, from 0.
    pub chunk_index: u64,
    /// Bytes.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub chunk_size: u64,
    /// The SHA-256 of its bytes, hexadecimal.
    #[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 64, max_length = 64))]
    pub chunk_hash: Cow<'static, str>,
    /// Always `uploaded`.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub upload_status: Cow<'static, str>,
    /// When it had arrived.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub uploaded_at: Instant,
}

impl From<&Chunk> for ChunkObject {
    fn from(chunk: &Chunk) -> Self {
        Self {
            file_index: chunk.file,
            chunk_index: chunk.index,
            chunk_size: chunk.size,
            chunk_hash: chunk.sha256.to_hex().into(),
            upload_status: "uploaded".into(),
            uploaded_at: Instant(chunk.uploaded_at),
        }
    }
}

/// Chunks as an array, written one by one.
#[derive(Debug)]
pub struct ChunkList<'a>(pub &'a [Chunk]);

impl Serialize for ChunkList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ChunkObject::from))
    }
}

/// What an upload in pieces is up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = UploadStatus))]
pub enum UploadWord {
    /// Nothing of it has arrived.
    Pending,
    /// Some of it has arrived.
    Uploading,
    /// All its files are contents.
    Completed,
    /// It was silent for too long.
    Expired,
}

impl From<UploadStatus> for UploadWord {
    fn from(status: UploadStatus) -> Self {
        match status {
            UploadStatus::Pending => Self::Pending,
            UploadStatus::Uploading => Self::Uploading,
            UploadStatus::Completed => Self::Completed,
            UploadStatus::Expired => Self::Expired,
        }
    }
}

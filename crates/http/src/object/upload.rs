use elizabeth_core::{
    content::Sha256Hash,
    upload::{Chunk, ChunkedFile, ChunkedUpload, FileProgress, UploadStatus},
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::{Instant, content::hex};

/// A file of an upload in pieces.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UploadFile)]
pub struct UploadFileObject<'a> {
    /// Its place in the manifest, from 0.
    file_index: usize,
    /// Its name, perhaps a relative path.
    name: &'a str,
    /// Bytes.
    size: u64,
    /// Its media type.
    mime: &'a str,
    /// Bytes of every chunk but the last; null where pieces of any size come one behind the other.
    chunk_size: Option<u64>,
    /// How many chunks it has; null where that is not fixed.
    total_chunks: Option<u64>,
    /// The SHA-256 that was announced, hexadecimal.
    file_hash: Option<String>,
}

/// The same with how far it has come.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = UploadFileSoFar)]
pub struct UploadFileProgress<'a> {
    #[serde(flatten)]
    file: UploadFileObject<'a>,
    /// Chunks that have arrived.
    uploaded_chunks: u64,
    /// Bytes in them.
    uploaded_size: u64,
    /// The content that it has become, once it is complete.
    content_id: Option<i64>,
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
            name: file.file.name.as_str(),
            size: file.file.size,
            mime: &file.file.mime_type,
            chunk_size: file.chunk_size,
            total_chunks: file.total_chunks(),
            file_hash: file.sha256.map(Sha256Hash::to_hex),
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
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Chunk)]
pub struct ChunkObject {
    /// Its file's place in the manifest, from 0.
    file_index: u32,
    /// Its place in the file, from 0.
    chunk_index: u64,
    /// Bytes.
    chunk_size: u64,
    /// The SHA-256 of its bytes, hexadecimal.
    #[serde(serialize_with = "hex")]
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    chunk_hash: Sha256Hash,
    /// Always `uploaded`.
    upload_status: &'static str,
    /// When it had arrived.
    uploaded_at: Instant,
}

impl From<&Chunk> for ChunkObject {
    fn from(chunk: &Chunk) -> Self {
        Self {
            file_index: chunk.file,
            chunk_index: chunk.index,
            chunk_size: chunk.size,
            chunk_hash: chunk.sha256,
            upload_status: "uploaded",
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = UploadStatus)]
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

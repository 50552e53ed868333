use std::{ops::Range, time::Duration};

use async_trait::async_trait;
use bytes::Bytes;
use futures::stream::BoxStream;

use crate::{id::BlobKey, installation::InstallationId};

/// Why a blob could not be written or read. The texts are for the log only: they are never shown to a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BlobError {
    /// Nothing is stored under this key.
    #[error("blob missing: {0}")]
    Missing(String),
    /// The store has no space left.
    #[error("blob store full: {0}")]
    Full(String),
    /// The store cannot be reached or failed; trying again later may help.
    #[error("blob store: {0}")]
    Unavailable(String),
}

/// A blob's bytes, in pieces of a size that is good to send. It ends early only with an error.
pub type BlobStream = BoxStream<'static, Result<Bytes, BlobError>>;

/// What a link to a blob's bytes shall do. See [`Blobs::presign`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PresignRequest {
    /// How long the link works, in whole seconds.
    pub expires_in: Duration,
    /// The `Content-Type` that the bytes are sent with.
    pub content_type: String,
    /// The `Content-Disposition` that the bytes are sent with (RFC 6266), which names the file.
    pub content_disposition: String,
    /// The `Cache-Control` that the bytes are sent with.
    pub cache_control: String,
}

/// Immutable bytes under random keys. Implementations MUST keep the memory they need independent of a blob's size.
#[async_trait]
pub trait Blobs: Send + Sync {
    /// Begins a blob. A key is used once; what a reader sees of it before [`BlobWriter::finish`] is undefined.
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError>;

    /// The bytes of a range that lies within the blob. A missing blob is reported here, not by the stream;
    /// a blob that turns out shorter than the range is an error of the stream.
    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError>;

    /// Removes a blob, finished or not. Removing what is not there succeeds.
    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError>;

    /// Really asks the store whether it works.
    async fn check(&self) -> Result<(), BlobError>;

    /// Bytes that can still be stored, where the store can tell.
    async fn free_space(&self) -> Result<Option<u64>, BlobError>;

    /// What the installation is known by that these blobs belong to: what [`Blobs::set_installation`] was given last, by
    /// whatever process. `None` where it was given nothing, or where the store keeps none.
    async fn installation(&self) -> Result<Option<InstallationId>, BlobError> {
        Ok(None)
    }

    /// Keeps what the installation is known by, durably, beside the blobs. `false` from a store that keeps none, because
    /// all of it is gone with its process.
    async fn set_installation(&self, _id: InstallationId) -> Result<bool, BlobError> {
        Ok(false)
    }

    /// A link from which anybody who has it may fetch the whole blob until it expires, past this process; `None`
    /// where the store has no such links. It is a credential: it MUST NOT be logged. Whether the blob is there is
    /// not asked.
    async fn presign(&self, _key: &BlobKey, _request: &PresignRequest) -> Result<Option<String>, BlobError> {
        Ok(None)
    }
}

/// A blob being written. Dropping it leaves what was written so far for [`Blobs::delete`].
#[async_trait]
pub trait BlobWriter: Send {
    /// Appends bytes. Not cancel-safe: after a cancelled or failed call the blob must be deleted.
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError>;

    /// Ends the blob. When this returns `Ok`, the blob MUST survive a power cut: its bytes and its name.
    async fn finish(&mut self) -> Result<(), BlobError>;
}

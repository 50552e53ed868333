//! Bytes that arrive: written, counted and hashed on the way into a blob, or kept in memory while they are few.

use std::time::Duration;

use bytes::{Bytes, BytesMut};
use sha2::{Digest, Sha256};

use crate::{
    Elizabeth, Error, Result,
    content::{BlobLocation, Segment, Sha256Hash},
    id::BlobKey,
    ports::BlobWriter,
    sniff::{HEAD_BYTES, Sniffed},
    time::Timestamp,
};

/// Bytes of one file, or of one piece of it, that are arriving. Dropping it leaves its blob to who announced it.
pub(crate) struct Receiving {
    destination: Destination,
    hasher: Sha256,
    size: u64,
    /// The first bytes, of which the file is known for what it is.
    head: Vec<u8>,
}

enum Destination {
    Inline(BytesMut),
    Blob(BlobKey, Box<dyn BlobWriter>),
}

/// What has arrived whole. A blob of it is durable.
pub(crate) struct Received {
    pub(crate) sha256: Sha256Hash,
    /// What its first bytes are.
    pub(crate) sniffed: Option<Sniffed>,
    /// `None` when it is empty.
    pub(crate) segment: Option<Segment>,
}

impl Receiving {
    /// Into memory, to be kept in the store itself.
    pub(crate) fn inline() -> Self {
        Self::into_destination(Destination::Inline(BytesMut::new()))
    }

    /// Into a blob, which has been announced.
    pub(crate) async fn blob(app: &Elizabeth, key: &BlobKey) -> Result<Self> {
        let writer = app.ports.blobs.create(key).await?;
        Ok(Self::into_destination(Destination::Blob(key.clone(), writer)))
    }

    fn into_destination(destination: Destination) -> Self {
        Self { destination, hasher: Sha256::new(), size: 0, head: Vec::new() }
    }

    /// Bytes that have been written.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Takes bytes in. They are counted once they are written: what failed, or was cut off, has not got its size.
    ///
    /// # Errors
    ///
    /// [`Error::StorageFull`] when the server has no space left for them by now; [`Error::Blob`].
    pub(crate) async fn write(&mut self, app: &Elizabeth, bytes: &Bytes) -> Result<()> {
        match &mut self.destination {
            Destination::Inline(buffer) => buffer.extend_from_slice(bytes),
            Destination::Blob(_, writer) => {
                // Asked again: others than we may have taken of the disk since these bytes were promised.
                app.admit_promised(bytes.len() as u64).await?;
                if let Err(error) = writer.write(bytes.clone()).await {
                    let error = Error::from(error);
                    // This upload fails; what deletes is to find space.
                    app.yields_to(&error);
                    return Err(error);
                }
            }
        }
        self.size = self.size.saturating_add(bytes.len() as u64);
        self.hasher.update(bytes);
        let missing = HEAD_BYTES.saturating_sub(self.head.len());
        self.head.extend_from_slice(&bytes[..bytes.len().min(missing)]);
        Ok(())
    }

    /// What is in memory moves into a blob, and what follows goes there; one that is a blob stays it.
    pub(crate) async fn move_into_blob(&mut self, app: &Elizabeth, key: &BlobKey) -> Result<()> {
        if let Destination::Inline(buffer) = &mut self.destination {
            let mut writer = app.ports.blobs.create(key).await?;
            if !buffer.is_empty() {
                writer.write(std::mem::take(buffer).freeze()).await?;
            }
            self.destination = Destination::Blob(key.clone(), writer);
        }
        Ok(())
    }

    /// Everything has come; a blob is durable when this returns.
    pub(crate) async fn finish(self) -> Result<Received> {
        let Self { destination, hasher, size, head } = self;
        let location = match destination {
            Destination::Blob(key, mut writer) => {
                writer.finish().await?;
                BlobLocation::Blob(key)
            }
            Destination::Inline(buffer) => BlobLocation::Inline(buffer.freeze()),
        };
        let segment = (size > 0).then_some(Segment { size, location });
        Ok(Received { sha256: Sha256Hash(hasher.finalize().into()), sniffed: Sniffed::of(&head), segment })
    }
}

impl Received {
    /// Bytes that are all there already, to be kept in the store itself.
    pub(crate) fn inline(bytes: Bytes) -> Self {
        let sha256 = Sha256Hash(Sha256::digest(&bytes).into());
        let (size, sniffed) = (bytes.len() as u64, Sniffed::of(&bytes));
        let segment = (size > 0).then_some(Segment { size, location: BlobLocation::Inline(bytes) });
        Self { sha256, sniffed, segment }
    }

    /// Bytes.
    pub(crate) fn size(&self) -> u64 {
        self.segment.as_ref().map_or(0, |segment| segment.size)
    }
}

/// When a lease was renewed last. It is due again when a tenth of it has gone by, not later: what has gone by since
/// the last time is missing from the silence that an upload survives.
#[derive(Clone, Copy)]
pub(crate) struct Renewal {
    at: Timestamp,
    every: Duration,
}

impl Renewal {
    /// Of a lease of this length that begins now.
    pub(crate) fn new(lease: Duration, now: Timestamp) -> Self {
        Self { at: now, every: lease / 10 }
    }

    pub(crate) fn is_due(self, now: Timestamp) -> bool {
        now.since(self.at) >= self.every
    }

    pub(crate) fn renewed(&mut self, at: Timestamp) {
        self.at = at;
    }
}

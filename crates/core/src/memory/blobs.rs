use std::{
    collections::BTreeMap,
    ops::Range,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use bytes::Bytes;
use futures::{StreamExt, stream};

use crate::{
    id::BlobKey,
    ports::{BlobError, BlobStream, BlobWriter, Blobs},
};

/// Blobs in memory. Clones are handles to the same blobs.
#[derive(Clone, Default)]
pub struct MemoryBlobs {
    shared: Arc<Mutex<Shelf>>,
    capacity: Option<u64>,
}

#[derive(Default)]
struct Shelf {
    blobs: BTreeMap<BlobKey, Blob>,
    used: u64,
}

/// The pieces of a blob, each with the offset at which it begins.
#[derive(Default)]
struct Blob {
    pieces: Vec<(u64, Bytes)>,
    size: u64,
}

impl MemoryBlobs {
    /// A blob store with nothing in it, and no limit but the memory there is.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that takes so many bytes in all; past them it is [`BlobError::Full`].
    pub fn with_capacity(bytes: u64) -> Self {
        Self { capacity: Some(bytes), ..Self::default() }
    }

    /// How many blobs there are, unfinished ones among them.
    pub fn len(&self) -> usize {
        self.shelf().blobs.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        // Nothing on the shelf is ever half changed, so what a panicking thread leaves behind can be used.
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl std::fmt::Debug for MemoryBlobs {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemoryBlobs").field("capacity", &self.capacity).finish_non_exhaustive()
    }
}

fn missing(key: &BlobKey) -> BlobError {
    BlobError::Missing(key.as_str().to_owned())
}

impl Blob {
    /// The pieces that make up a range. They share the blob's bytes, so they stay when it is deleted.
    fn cut(&self, range: &Range<u64>) -> Vec<Bytes> {
        let first = self.pieces.partition_point(|(start, piece)| start + piece.len() as u64 <= range.start);
        let touched = self.pieces.iter().skip(first).take_while(|(start, _)| *start < range.end);
        let cut = touched.map(|(start, piece)| {
            // Both differences lie within the piece, so they fit in memory.
            let from = range.start.saturating_sub(*start) as usize;
            let to = (range.end - start).min(piece.len() as u64) as usize;
            piece.slice(from..to)
        });
        cut.filter(|piece| !piece.is_empty()).collect()
    }
}

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        let mut shelf = self.shelf();
        if shelf.blobs.contains_key(key) {
            return Err(BlobError::Unavailable(format!("the key {} is in use", key.as_str())));
        }
        shelf.blobs.insert(key.clone(), Blob::default());
        Ok(Box::new(Writer { blobs: self.clone(), key: key.clone() }))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        let shelf = self.shelf();
        let blob = shelf.blobs.get(key).ok_or_else(|| missing(key))?;
        let short = (range.end > blob.size).then(|| {
            BlobError::Unavailable(format!("{} ends at {}, not {}", key.as_str(), blob.size, range.end))
        });
        let pieces = blob.cut(&range).into_iter().map(Ok).chain(short.map(Err));
        Ok(stream::iter(pieces.collect::<Vec<_>>()).boxed())
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let mut shelf = self.shelf();
        if let Some(blob) = shelf.blobs.remove(key) {
            shelf.used -= blob.size;
        }
        Ok(())
    }

    async fn check(&self) -> Result<(), BlobError> {
        Ok(())
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        Ok(self.capacity.map(|capacity| capacity.saturating_sub(self.shelf().used)))
    }
}

struct Writer {
    blobs: MemoryBlobs,
    key: BlobKey,
}

#[async_trait]
impl BlobWriter for Writer {
    async fn write(&mut self, bytes: Bytes) -> Result<(), BlobError> {
        let mut shelf = self.blobs.shelf();
        let used = shelf.used + bytes.len() as u64;
        let blob = shelf.blobs.get_mut(&self.key).ok_or_else(|| missing(&self.key))?;
        if self.blobs.capacity.is_some_and(|capacity| used > capacity) {
            return Err(BlobError::Full(format!("{used} bytes asked for in all")));
        }
        let start = blob.size;
        if !bytes.is_empty() {
            blob.size += bytes.len() as u64;
            blob.pieces.push((start, bytes));
            shelf.used = used;
        }
        Ok(())
    }

    async fn finish(&mut self) -> Result<(), BlobError> {
        let shelf = self.blobs.shelf();
        if shelf.blobs.contains_key(&self.key) { Ok(()) } else { Err(missing(&self.key)) }
    }
}

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{
    Elizabeth, Error, Invalid, Result,
    content::Sha256Hash,
    name::RoomRef,
    permission::Permission,
    ports::StoreError,
    service::uploads::{
        access::UploadAccess,
        chunk_upload::{Arrived, ChunkUpload, Slot},
    },
    upload::{Chunk, ChunkedUpload, HashProgress, HashState},
};

/// Which chunk is to come, and what is claimed of it.
#[derive(Clone, Debug, Default)]
pub struct ChunkRequest {
    /// Its file's place in the manifest.
    pub file: u64,
    /// Its place in the file.
    pub index: u64,
    /// Bytes, where announced.
    pub size: Option<u64>,
    /// Its hash, where announced.
    pub sha256: Option<Sha256Hash>,
}

/// What becomes of a chunk's bytes.
pub enum BegunChunk {
    /// They need not come: the chunk with that hash is there.
    Stored(Chunk),
    /// They are to be written.
    Writing(Box<ChunkWriter>),
}

/// A chunk on its way. After an error of [`ChunkWriter::write`] call [`ChunkWriter::abort`]; dropping it leaves what
/// came so far to [`Elizabeth::gc`].
pub struct ChunkWriter {
    app: Elizabeth,
    slot: Slot,
    /// Bytes that it must have.
    expected: u64,
    claimed: Option<Sha256Hash>,
    sink: Sink,
}

enum Sink {
    ChunkUpload(Box<ChunkUpload>),
    /// The chunk has come before: this one is compared and not kept.
    Compare {
        stored: Chunk,
        hasher: Sha256,
        size: u64,
    },
}

impl Elizabeth {
    /// Begins a chunk of an upload: any of its chunks, in any order, several at a time.
    ///
    /// # Errors
    ///
    /// Without a credential that may add to the upload; [`Error::ReservationNotFound`]; [`Error::ReservationExpired`];
    /// [`Invalid::FileIndex`]; [`Invalid::ChunkIndex`]; [`Error::ChunkMismatch`] when its size is not what its index
    /// says; [`Error::ChunkConflict`] when another one has come under its index.
    pub async fn begin_chunk(
        &self,
        room: &RoomRef,
        access: &UploadAccess,
        request: ChunkRequest,
    ) -> Result<BegunChunk> {
        self.retried(|| async {
            let (mut tx, grant, now) = self.access_upload_locked(room, access, Permission::EDIT).await?;
            let upload = grant.live(now)?.upload;
            let (file, expected) = place(&upload, &request)?;
            let slot = Slot { room: upload.room_id, upload: upload.id, file, index: request.index };
            let claimed = request.sha256;
            let writer = |sink| {
                let writer = ChunkWriter { app: self.clone(), slot, expected, claimed, sink };
                BegunChunk::Writing(Box::new(writer))
            };
            if let Some(stored) = tx.chunk(upload.reservation, file, request.index).await? {
                if claimed.is_some_and(|claimed| claimed != stored.sha256) {
                    return Err(conflict(slot));
                }
                return Ok(match claimed {
                    Some(_) => BegunChunk::Stored(stored),
                    None => writer(Sink::Compare { stored, hasher: Sha256::new(), size: 0 }),
                });
            }
            let hash_progress = &upload.progress[file as usize].hash_progress;
            let hash_progress = (hash_progress.chunks == request.index)
                .then(|| HashState::from_bytes(&hash_progress.state))
                .flatten();
            let piece = self.begin_chunk_upload(tx, &upload, slot, hash_progress, now).await?;
            Ok(writer(Sink::ChunkUpload(Box::new(piece))))
        })
        .await
    }
}

/// The file of a chunk, and the bytes that the chunk has to have.
fn place(upload: &ChunkedUpload, request: &ChunkRequest) -> Result<(u32, u64)> {
    let &ChunkRequest { file: asked, index, size, .. } = request;
    let number = u32::try_from(asked).ok();
    let found = number.and_then(|number| Some((number, upload.files.get(number as usize)?)));
    let (number, file) = found.ok_or(Invalid::FileIndex { asked, files: upload.files.len() })?;
    // One whose pieces come one behind the other has no chunks.
    let chunks = file.total_chunks().ok_or(Error::ReservationNotFound)?;
    let expected = file.chunk_len(index).ok_or(Invalid::ChunkIndex { asked: index, chunks })?;
    match size {
        Some(size) if size != expected => Err(wrong_size(size, expected)),
        Some(_) | None => Ok((number, expected)),
    }
}

fn wrong_size(size: u64, expected: u64) -> Error {
    Error::ChunkMismatch(format!("it has {size} bytes, the chunk of that index {expected}"))
}

fn conflict(slot: Slot) -> Error {
    Error::ChunkConflict { file: slot.file, index: slot.index }
}

impl ChunkWriter {
    /// The hash that the chunk is to have, where that comes behind its bytes.
    pub fn claim(&mut self, sha256: Sha256Hash) {
        self.claimed = Some(sha256);
    }

    /// Bytes of the chunk.
    ///
    /// # Errors
    ///
    /// [`Error::ChunkMismatch`] as soon as there are too many; [`Error::ReservationExpired`] when the upload ended
    /// meanwhile; [`Error::StorageFull`]; [`Error::Blob`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        let so_far = match &self.sink {
            Sink::ChunkUpload(piece) => piece.size(),
            Sink::Compare { size, .. } => *size,
        };
        let size_now = so_far.saturating_add(bytes.len() as u64);
        if size_now > self.expected {
            let text = format!("it is longer than the {} bytes of its index", self.expected);
            return Err(Error::ChunkMismatch(text));
        }
        match &mut self.sink {
            Sink::ChunkUpload(piece) => piece.write(bytes).await,
            Sink::Compare { hasher, size, .. } => {
                hasher.update(&bytes);
                *size = size_now;
                Ok(())
            }
        }
    }

    /// Everything has come. When this returns `Ok` the chunk is durable, and says the same as the first time if it had
    /// come before. When it fails, nothing is kept.
    ///
    /// # Errors
    ///
    /// [`Error::ChunkMismatch`] when its size or its hash is wrong; [`Error::ChunkConflict`] when another one was
    /// first; [`Error::ReservationExpired`]; [`Error::RoomNotFound`] or [`Error::RoomExpired`] when the room went
    /// meanwhile; [`Error::Blob`].
    pub async fn finish(self) -> Result<Chunk> {
        let Self { app, slot, expected, claimed, sink } = self;
        let check = |size, sha256: Sha256Hash| {
            if size != expected {
                return Err(wrong_size(size, expected));
            }
            match claimed.filter(|&claimed| claimed != sha256) {
                Some(claimed) => {
                    let (actual, claimed) = (sha256.to_hex(), claimed.to_hex());
                    Err(Error::ChunkMismatch(format!("its SHA-256 is {actual}, not {claimed}")))
                }
                None => Ok(()),
            }
        };
        match sink {
            Sink::ChunkUpload(piece) if piece.size() != expected => {
                let size = piece.size();
                piece.discard().await;
                Err(wrong_size(size, expected))
            }
            Sink::ChunkUpload(piece) => {
                let arrived = piece.finish().await?;
                if let Err(error) = check(arrived.size, arrived.sha256) {
                    app.discard_blob(&arrived.key).await;
                    return Err(error);
                }
                app.keep_chunk(slot, arrived).await
            }
            Sink::Compare { stored, hasher, size } => {
                let sha256 = Sha256Hash(hasher.finalize().into());
                check(size, sha256)?;
                if sha256 == stored.sha256 { Ok(stored) } else { Err(conflict(slot)) }
            }
        }
    }

    /// Keeps nothing. Never fails.
    pub async fn abort(self) {
        match self.sink {
            Sink::ChunkUpload(piece) => piece.discard().await,
            Sink::Compare { .. } => {}
        }
    }
}

impl Elizabeth {
    /// A chunk has arrived: it gets its row, unless it came twice.
    async fn keep_chunk(&self, slot: Slot, arrived: Arrived) -> Result<Chunk> {
        let kept = self
            .retried(|| async {
                let (mut tx, _, upload, now) = self.lock_upload(slot.room, slot.upload).await?;
                if let Some(first) = tx.chunk(upload.reservation, slot.file, slot.index).await? {
                    return Ok((first, false));
                }
                let so_far = upload.unsettled().saturating_add(arrived.size);
                let hold = upload.hold.arrive(now, so_far, true, self.policy().chunked_ttl)?;
                let all = upload.arrived().saturating_add(arrived.size);
                self.keep_hold(&mut tx, &upload, hold, all).await?;
                if !tx.retract_announcement(&arrived.key).await? {
                    return Err(Error::PieceLost);
                }
                let chunk = arrived.chunk(slot, now);
                let hash_progress = arrived.hash_progress(slot.index);
                tx.insert_chunk(upload.reservation, &chunk, hash_progress.as_ref()).await?;
                tx.commit().await?;
                Ok((chunk, true))
            })
            .await;
        match kept {
            Ok((chunk, true)) => return Ok(chunk),
            // Whether the transaction took place is unknown: the blob may be a chunk's by now.
            Err(error @ Error::Store(StoreError::Unavailable(_))) => return Err(error),
            Ok((_, false)) | Err(_) => self.discard_blob(&arrived.key).await,
        }
        let (first, _) = kept?;
        if first.sha256 == arrived.sha256 { Ok(first) } else { Err(conflict(slot)) }
    }
}

impl Arrived {
    /// As it stands in the upload.
    pub(crate) fn chunk(&self, slot: Slot, now: crate::time::Timestamp) -> Chunk {
        let Slot { file, index, .. } = slot;
        let blob = Some(self.key.clone());
        let sniffed = self.sniffed.filter(|_| index == 0);
        Chunk { file, index, size: self.size, sha256: self.sha256, sniffed, blob, uploaded_at: now }
    }

    /// How far the file's hash has come with this piece.
    pub(crate) fn hash_progress(&self, index: u64) -> Option<HashProgress> {
        let state = self.hash_progress.as_ref()?.to_bytes();
        Some(HashProgress { chunks: index.saturating_add(1), state })
    }
}

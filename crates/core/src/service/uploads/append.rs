use std::slice;

use bytes::Bytes;

use crate::{
    Elizabeth, Error, Result,
    content::Content,
    name::RoomRef,
    permission::Permission,
    policy::{CHUNK_SIZE_MAX, CHUNKS_MAX},
    ports::StoreError,
    service::uploads::{
        access::{UploadAccess, check_session},
        chunk_upload::{Arrived, ChunkUpload, Slot},
        complete::Known,
    },
    sniff::Sniffed,
    time::Timestamp,
    upload::{ChunkedUpload, HashState},
};

/// Bytes after which what has come is made durable and counted, at least: a process that is killed costs no more of a
/// file of up to 128 GiB.
const DURABLE_STEP: u64 = 16 << 20;

/// Where a file stands to which pieces are appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    /// Bytes that have arrived and are durable.
    pub offset: u64,
    /// The first instant at which the upload is gone unless more comes.
    pub expires_at: Timestamp,
    /// The content that the file has become, once it is whole.
    pub content: Option<Content>,
}

/// Bytes on their way to the end of a file. End it with [`Append::finish`], also when they broke off in the middle, or
/// with [`Append::abort`]; dropping it leaves what is not durable yet to [`Elizabeth::gc`].
pub struct Append {
    app: Elizabeth,
    upload: ChunkedUpload,
    piece: Option<ChunkUpload>,
    /// Where the next bytes belong.
    position: u64,
    /// Whether all of it is kept, or nothing.
    whole: bool,
    step: u64,
    content: Option<Content>,
}

impl Elizabeth {
    /// An upload whose pieces come one behind the other, made by [`Elizabeth::create_upload`].
    ///
    /// # Errors
    ///
    /// Without a credential of the upload; [`Error::ReservationNotFound`], also of an upload in chunks;
    /// [`Error::ReservationExpired`].
    pub async fn appendable(&self, room: &RoomRef, access: &UploadAccess) -> Result<ChunkedUpload> {
        let (_, grant, now) = self.access_upload(room, access, Permission::empty()).await?;
        check_appendable(&grant.upload)?;
        Ok(grant.live(now)?.upload)
    }

    /// Begins to append to an upload's file, from `offset` on, which is where it ends. What comes is made durable in
    /// steps; with `whole` it is kept whole or not at all, and has [`CHUNK_SIZE_MAX`] bytes at most.
    ///
    /// The credential is judged once, as the bytes may take longer to come than it lives. What ends the upload, or takes
    /// the right to add away from its session, ends this too, at the next step.
    ///
    /// # Errors
    ///
    /// Without a credential that may add to the upload; [`Error::ReservationNotFound`], also of an upload in chunks;
    /// [`Error::ReservationExpired`]; [`Error::OffsetConflict`].
    pub async fn begin_append(
        &self,
        room: &RoomRef,
        access: &UploadAccess,
        offset: u64,
        whole: bool,
    ) -> Result<Append> {
        let (_, grant, now) = self.access_upload(room, access, Permission::EDIT).await?;
        check_appendable(&grant.upload)?;
        let upload = grant.live(now)?.upload;
        check_offset(&upload, offset)?;
        let step = durable_step(upload.announced());
        Ok(Append { app: self.clone(), upload, piece: None, position: offset, whole, step, content: None })
    }

    /// Announces the next piece of an upload that stands as it did.
    async fn begin_next(&self, upload: &ChunkedUpload) -> Result<ChunkUpload> {
        let index = upload.progress[0].chunks;
        if index >= CHUNKS_MAX {
            return Err(Error::TooManyPieces);
        }
        let hash_progress = &upload.progress[0].hash_progress;
        let hash_progress =
            match HashState::from_bytes(&hash_progress.state).filter(|_| hash_progress.chunks == index) {
                Some(hash_progress) => hash_progress,
                // Put aside by another version of this program.
                None => {
                    let chunks = self.ports.store.read().await?.chunks(upload.reservation, Some(0)).await?;
                    self.hash_chunks(hash_progress, &chunks, slice::from_ref(upload), 0).await?
                }
            };
        let slot = Slot { room: upload.room_id, upload: upload.id, file: 0, index };
        self.retried(|| async {
            let (tx, room, found, now) = self.lock_upload(slot.room, slot.upload).await?;
            check_session(&room, &found, Permission::EDIT)?;
            check_offset(&found, upload.arrived())?;
            self.begin_chunk_upload(tx, &found, slot, Some(hash_progress.clone()), now).await
        })
        .await
    }

    /// What the first bytes of a file are, where this piece is its last one. Parts are sniffed when they are joined.
    async fn sniff_last(&self, upload: &ChunkedUpload, slot: Slot, arrived: &Arrived) -> Option<Sniffed> {
        let file = &upload.files[0];
        if file.part || upload.arrived().saturating_add(arrived.size) < file.file.size {
            return None;
        }
        let mut chunks = match slot.index {
            0 => vec![],
            _ => self.ports.store.read().await.ok()?.chunks(upload.reservation, Some(0)).await.ok()?,
        };
        chunks.push(arrived.chunk(slot, self.now()));
        self.sniff_chunks(&chunks).await
    }

    /// A piece has arrived: it gets its row, and the file becomes a content when it was the last, unless it is a part.
    async fn keep_piece(
        &self,
        upload: &ChunkedUpload,
        slot: Slot,
        arrived: &Arrived,
    ) -> Result<(ChunkedUpload, Option<Content>)> {
        let offset = upload.arrived();
        let sniffed = self.sniff_last(upload, slot, arrived).await;
        let kept = self
            .retried(|| async {
                let (mut tx, _, mut upload, now) = self.lock_upload(slot.room, slot.upload).await?;
                check_offset(&upload, offset)?;
                let so_far = upload.arrived().saturating_add(arrived.size);
                let is_whole = so_far >= upload.files[0].file.size;
                let hold = upload.hold.arrive(now, so_far, is_whole, self.policy().chunked_ttl)?;
                upload.hold = self.keep_hold(&mut tx, &upload, hold, so_far).await?;
                if !tx.retract_announcement(&arrived.key).await? {
                    return Err(Error::PieceLost);
                }
                let hash_progress = arrived.hash_progress(slot.index);
                tx.insert_chunk(upload.reservation, &arrived.chunk(slot, now), hash_progress.as_ref())
                    .await?;
                let progress = &mut upload.progress[0];
                progress.hash_progress = hash_progress.unwrap_or_default();
                progress.chunks += 1;
                progress.bytes += arrived.size;
                if progress.bytes < upload.files[0].file.size || upload.files[0].part {
                    tx.commit().await?;
                    return Ok((upload, None));
                }
                let hash = arrived
                    .hash_progress
                    .clone()
                    .ok_or_else(|| StoreError::Corrupt("a piece without a hash".into()))?;
                let completed =
                    self.settle_in(&mut tx, upload, 0, Known { sha256: hash.finish(), sniffed }, now).await?;
                tx.commit().await?;
                Ok((completed.upload, Some(completed.content)))
            })
            .await;
        // Whether a transaction of unknown end took place is unknown: the blob may be a chunk's by now.
        if kept.as_ref().is_err_and(|error| !matches!(error, Error::Store(StoreError::Unavailable(_)))) {
            self.discard_blob(&arrived.key).await;
        }
        kept
    }
}

/// Bytes after which what comes of a file is made durable: half as many pieces as there may be suffice for it.
fn durable_step(size: u64) -> u64 {
    DURABLE_STEP.max(size.div_ceil(CHUNKS_MAX / 2))
}

pub(crate) fn check_appendable(upload: &ChunkedUpload) -> Result<()> {
    match upload.files.as_slice() {
        [file] if file.chunk_size.is_none() => Ok(()),
        _ => Err(Error::ReservationNotFound),
    }
}

fn check_offset(upload: &ChunkedUpload, offset: u64) -> Result<()> {
    let at = upload.arrived();
    if at == offset { Ok(()) } else { Err(Error::OffsetConflict { offset: at }) }
}

impl Append {
    /// The upload as it stood after what is durable.
    pub fn upload(&self) -> &ChunkedUpload {
        &self.upload
    }

    /// The next bytes.
    ///
    /// # Errors
    ///
    /// [`Error::FileTooLong`] as soon as the file grows past its size; [`Error::ChunkMismatch`] when what is to be kept
    /// whole is too long for that; [`Error::OffsetConflict`] when somebody else has appended meanwhile;
    /// [`Error::ReservationExpired`], [`Error::PermissionDenied`], [`Error::RoomClosed`] when the upload, or the right
    /// to add, ended meanwhile; [`Error::TooManyPieces`]; [`Error::StorageFull`]; [`Error::Blob`].
    ///
    /// Then, or when this is cancelled, nothing is kept of what was not durable before, and nothing can follow it.
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let written = self.append(bytes).await;
        if written.is_err()
            && let Some(piece) = self.piece.take()
        {
            piece.discard().await;
        }
        written
    }

    async fn append(&mut self, bytes: Bytes) -> Result<()> {
        let from = self.position;
        // Ahead of what may fail or be cut off, so that nothing is written behind a gap.
        self.position = from.saturating_add(bytes.len() as u64);
        let file = &self.upload.files[0].file;
        if self.position > file.size {
            return Err(Error::FileTooLong { name: file.name.clone(), declared: file.size });
        }
        if self.whole && self.position.saturating_sub(self.upload.arrived()) > CHUNK_SIZE_MAX {
            let text = format!("what is to be kept whole or not at all has {CHUNK_SIZE_MAX} bytes at most");
            return Err(Error::ChunkMismatch(text));
        }
        let mut piece = match self.piece.take() {
            Some(piece) => piece,
            None => {
                check_offset(&self.upload, from)?;
                self.app.begin_next(&self.upload).await?
            }
        };
        if let Err(error) = piece.write(bytes).await {
            // What was written of it is unknown: it must not become part of the file.
            piece.discard().await;
            return Err(error);
        }
        let is_due = !self.whole && piece.size() >= self.step;
        self.piece = Some(piece);
        if is_due { self.keep().await } else { Ok(()) }
    }

    /// No more comes now. What has come is durable when this returns `Ok`; the file has become a content if it is
    /// whole and no part.
    ///
    /// # Errors
    ///
    /// As [`Append::write`]. What was durable before stays; after an error of that, it alone is reported.
    pub async fn finish(mut self) -> Result<Appended> {
        self.keep().await?;
        let expires_at = self.upload.hold.deadline;
        Ok(Appended { offset: self.upload.arrived(), expires_at, content: self.content })
    }

    /// Keeps nothing of what is not durable yet. Never fails.
    pub async fn abort(self) {
        if let Some(piece) = self.piece {
            piece.discard().await;
        }
    }

    async fn keep(&mut self) -> Result<()> {
        let Some(piece) = self.piece.take() else { return Ok(()) };
        let slot = piece.slot;
        let arrived = piece.finish().await?;
        (self.upload, self.content) = self.app.keep_piece(&self.upload, slot, &arrived).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_of_any_size_needs_half_the_pieces_there_may_be() {
        assert_eq!(durable_step(0), 16 << 20);
        assert_eq!((durable_step(128 << 30), durable_step((128 << 30) + 1)), (16 << 20, (16 << 20) + 1));
        for size in [1 << 40, (1 << 45) + 1, i64::MAX as u64] {
            assert!(size.div_ceil(durable_step(size)) <= CHUNKS_MAX / 2, "{size}");
        }
    }
}

use bytes::Bytes;

use super::{
    piece::{Arrived, Piece, Slot},
    retried::retried,
    upload_access::UploadAccess,
};
use crate::{
    Elizabeth, Error, Result,
    content::Content,
    name::RoomRef,
    permission::Permission,
    policy::{CHUNK_SIZE_MAX, CHUNKS_MAX},
    ports::StoreError,
    time::Timestamp,
    upload::{ChunkedUpload, HashState},
};

/// Bytes after which what has come is made durable and counted, of files up to half as many steps as there may be
/// chunks: a process that is killed costs no more.
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
    room: RoomRef,
    access: UploadAccess,
    upload: ChunkedUpload,
    piece: Option<Piece>,
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
    /// # Errors
    ///
    /// Without a credential that may add to the upload; [`Error::ReservationNotFound`], also of an upload in chunks;
    /// [`Error::ReservationExpired`]; [`Error::OffsetConflict`]; [`Error::TooManyPieces`].
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
        let step = DURABLE_STEP.max(upload.announced() / (CHUNKS_MAX / 2)).min(CHUNK_SIZE_MAX);
        Ok(Append {
            app: self.clone(),
            room: room.clone(),
            access: access.clone(),
            upload,
            piece: None,
            whole,
            step,
            content: None,
        })
    }

    /// Announces the next piece.
    async fn begin_next(&self, room: &RoomRef, access: &UploadAccess, offset: u64) -> Result<Piece> {
        retried(|| async {
            let (mut tx, grant, now) = self.access_upload_locked(room, access, Permission::EDIT).await?;
            let upload = grant.live(now)?.upload;
            check_offset(&upload, offset)?;
            let index = upload.progress[0].chunks;
            if index >= CHUNKS_MAX {
                return Err(Error::TooManyPieces);
            }
            let along = &upload.progress[0].along;
            let along = match HashState::from_bytes(&along.state).filter(|_| along.chunks == index) {
                Some(along) => along,
                // Put aside by another version of this program.
                None => {
                    let chunks = tx.chunks(upload.reservation, Some(0)).await?;
                    self.hash_chunks(along.clone(), &chunks).await?
                }
            };
            let slot = Slot { room: upload.room_id, upload: upload.id, file: 0, index };
            self.begin_piece(tx, &upload, slot, Some(along), now).await
        })
        .await
    }

    /// A piece has arrived: it gets its row, and the file becomes a content when it was the last, unless it is a part.
    async fn keep_piece(
        &self,
        slot: Slot,
        offset: u64,
        arrived: &Arrived,
    ) -> Result<(ChunkedUpload, Option<Content>)> {
        let kept = retried(|| async {
            let (mut tx, _, mut upload, now) = self.lock_upload(slot.room, slot.upload).await?;
            check_offset(&upload, offset)?;
            upload.hold = upload.hold.go_on(now, self.policy().chunked_ttl)?;
            let held = tx.update_hold(upload.reservation, upload.hold).await?;
            if !held || !tx.retract_announcement(&arrived.key).await? {
                return Err(Error::ReservationExpired);
            }
            let along = arrived.along(slot.index);
            tx.insert_chunk(upload.reservation, &arrived.chunk(slot, now), along.as_ref()).await?;
            let progress = &mut upload.progress[0];
            progress.chunks += 1;
            progress.bytes += arrived.size;
            if progress.bytes < upload.files[0].file.size || upload.files[0].part {
                tx.commit().await?;
                return Ok((upload, None));
            }
            let hash =
                arrived.along.clone().ok_or_else(|| StoreError::Corrupt("a piece without a hash".into()))?;
            let completed = self.settle_in(tx.as_mut(), upload, 0, hash.finish(), now).await?;
            tx.commit().await?;
            Ok((completed.upload, Some(completed.content)))
        })
        .await;
        // Whether a transaction of unknown end took place cannot be told: the blob may be a chunk's by now.
        if kept.as_ref().is_err_and(|error| !matches!(error, Error::Store(StoreError::Unavailable(_)))) {
            self.discard_blob(&arrived.key).await;
        }
        kept
    }
}

pub(super) fn check_appendable(upload: &ChunkedUpload) -> Result<()> {
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
    /// [`Error::ReservationExpired`]; [`Error::TooManyPieces`]; [`Error::StorageFull`]; [`Error::Blob`].
    pub async fn write(&mut self, bytes: Bytes) -> Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let size = bytes.len() as u64;
        let piece_size = self.piece.as_ref().map_or(0, Piece::size).saturating_add(size);
        let file = &self.upload.files[0].file;
        if self.upload.arrived().saturating_add(piece_size) > file.size {
            return Err(Error::FileTooLong { name: file.name.clone(), declared: file.size });
        }
        if self.whole && piece_size > CHUNK_SIZE_MAX {
            let text = format!("what is to be kept whole or not at all has {CHUNK_SIZE_MAX} bytes at most");
            return Err(Error::ChunkMismatch(text));
        }
        let piece = match self.piece.take() {
            Some(piece) => piece,
            None => self.app.begin_next(&self.room, &self.access, self.upload.arrived()).await?,
        };
        if let Err(error) = self.piece.insert(piece).write(bytes).await {
            // What was written of it is unknown: it must not become part of the file.
            if let Some(piece) = self.piece.take() {
                piece.discard().await;
            }
            return Err(error);
        }
        if !self.whole && piece_size >= self.step {
            self.keep().await?;
        }
        Ok(())
    }

    /// No more comes now. What has come is durable when this returns `Ok`; the file has become a content if it is
    /// whole and no part.
    ///
    /// # Errors
    ///
    /// As [`Append::write`]. What was durable before stays.
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
        (self.upload, self.content) = self.app.keep_piece(slot, self.upload.arrived(), &arrived).await?;
        Ok(())
    }
}

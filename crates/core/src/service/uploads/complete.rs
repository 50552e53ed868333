use std::slice;

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    Elizabeth, Error, Invalid, Result,
    content::{BlobLocation, Content, ContentKind, NewContent, Segment, Sha256Hash},
    id::{ContentId, RoomId, UploadId},
    name::RoomRef,
    permission::Permission,
    ports::{BlobError, ReadTx, StoreError},
    service::{room_tx::RoomTx, uploads::access::UploadAccess},
    sniff::{HEAD_BYTES, Sniffed},
    time::Timestamp,
    upload::{Chunk, ChunkedUpload, HashProgress, HashState},
};

/// How many chunks are being opened ahead of the one that is hashed.
const READ_AHEAD: usize = 4;
/// How many missing chunks an error names.
const MISSING_NAMED: usize = 1000;

/// A file of an upload that has become a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompletedFile {
    /// The upload as it stands now.
    pub upload: ChunkedUpload,
    /// The content.
    pub content: Content,
}

/// What is known of the bytes of a file whose chunks are all there.
#[derive(Clone, Copy)]
pub(crate) struct Known {
    /// Their hash.
    pub(crate) sha256: Sha256Hash,
    /// What the first of them are.
    pub(crate) sniffed: Option<Sniffed>,
}

impl Elizabeth {
    /// A file of an upload is whole: it becomes a content, made of its chunks, of which no byte is copied. Its hash is
    /// what its chunks hash to: as far as they came in order that is known, the rest is read once. Twice is as good
    /// as once.
    ///
    /// # Errors
    ///
    /// Without a credential that may add to the upload; [`Error::ReservationNotFound`]; [`Error::ReservationExpired`];
    /// [`Invalid::FileIndex`]; [`Error::ChunksMissing`]; [`Error::HashMismatch`], after which its chunks are kept;
    /// [`Error::ContentNotFound`] when it was complete and has been deleted.
    pub async fn complete_upload(
        &self,
        room: &RoomRef,
        access: &UploadAccess,
        file_index: u64,
        final_hash: Option<Sha256Hash>,
    ) -> Result<CompletedFile> {
        let (mut tx, grant, now) = self.access_upload(room, access, Permission::EDIT).await?;
        let upload = grant.live(now)?.upload;
        let number = u32::try_from(file_index).ok().filter(|&number| (number as usize) < upload.files.len());
        let number = number.ok_or(Invalid::FileIndex { asked: file_index, files: upload.files.len() })?;
        let (file, progress) = (&upload.files[number as usize], &upload.progress[number as usize]);
        let total = file.total_chunks().ok_or(Error::ReservationNotFound)?;
        let announced = [final_hash, file.sha256];
        if announced == [None, None] {
            return Err(Invalid::FinalHashMissing.into());
        }
        let check = |actual: Sha256Hash| match announced.into_iter().flatten().find(|&hash| hash != actual) {
            Some(expected) => Err(Error::HashMismatch { expected, actual }),
            None => Ok(()),
        };
        if let Some(content) = progress.content {
            let content = settled_content(tx.as_mut(), upload.room_id, content).await?;
            check(content.sha256)?;
            return Ok(CompletedFile { upload, content });
        }
        let chunks = tx.chunks(upload.reservation, Some(number)).await?;
        drop(tx);
        if (chunks.len() as u64) < total {
            return Err(missing(number, total, &chunks));
        }
        let hashed =
            self.hash_chunks(&progress.hash_progress, &chunks, slice::from_ref(&upload), number).await;
        if let Err(Error::Blob(BlobError::Missing(_)) | Error::Store(StoreError::Corrupt(_))) = hashed {
            // A blob goes after its row: perhaps the upload was given up, or somebody else completed it.
            let (mut tx, _, upload, _) = self.lock_upload(upload.room_id, upload.id).await?;
            if let Some(content) = upload.progress[number as usize].content {
                let content = settled_content(tx.as_mut(), upload.room_id, content).await?;
                check(content.sha256)?;
                return Ok(CompletedFile { upload, content });
            }
        }
        let hashed = hashed?;
        if progress.hash_progress.chunks < total {
            // Who asks again, with another hash or because the answer was lost, need not wait for it again.
            let hash_progress = HashProgress { chunks: total, state: hashed.to_bytes() };
            self.keep_upload(&upload, number, Some(&hash_progress)).await?;
        }
        let actual = hashed.finish();
        check(actual)?;
        let known = Known { sha256: actual, sniffed: self.sniff_chunks(&chunks).await };
        self.settle_file(upload.room_id, upload.id, number, known).await
    }

    /// The hash of chunks, which are all there, from what is known of the first ones. Reading the rest takes a while, and
    /// is a sign of life for that file of each of the uploads which the chunks are of.
    pub(crate) async fn hash_chunks(
        &self,
        hash_progress: &HashProgress,
        chunks: &[Chunk],
        uploads: &[ChunkedUpload],
        file: u32,
    ) -> Result<HashState> {
        let known = usize::try_from(hash_progress.chunks).ok().filter(|&known| known <= chunks.len());
        let (known, mut state) = match (known, HashState::from_bytes(&hash_progress.state)) {
            (Some(known), Some(state)) => (known, state),
            // Put aside by another version of this program.
            _ => (0, HashState::default()),
        };
        if known == chunks.len() {
            return Ok(state);
        }
        let mut renewed_at = self.keep_uploads(uploads, file).await?;
        let blobs = &self.ports.blobs;
        let rest: Vec<_> = chunks[known..].iter().map(|chunk| (chunk.size, chunk.blob.clone())).collect();
        let mut opened = stream::iter(rest)
            .map(|(size, blob)| async move {
                let key = blob.ok_or_else(|| StoreError::Corrupt("a chunk without its blob".into()))?;
                Ok::<_, Error>((size, blobs.read(&key, 0..size).await?))
            })
            .buffered(READ_AHEAD);
        while let Some((size, mut bytes)) = opened.try_next().await? {
            let mut read = 0;
            while let Some(piece) = bytes.try_next().await? {
                read += piece.len() as u64;
                state.update(&piece);
                if self.now().since(renewed_at) >= self.policy().chunked_ttl / 10 {
                    renewed_at = self.keep_uploads(uploads, file).await?;
                }
            }
            if read != size {
                return Err(BlobError::Unavailable("a chunk has another size".into()).into());
            }
        }
        drop(opened);
        Ok(state)
    }

    /// What the first bytes of chunks are. Nothing is read where the first one has them all. That they cannot be read is no
    /// reason to refuse a file: its name and type tell what it is as well.
    pub(crate) async fn sniff_chunks(&self, chunks: &[Chunk]) -> Option<Sniffed> {
        if let [first, rest @ ..] = chunks
            && (first.size >= HEAD_BYTES as u64 || rest.is_empty())
        {
            return first.sniffed;
        }
        let mut head = Vec::new();
        for chunk in chunks {
            let missing = HEAD_BYTES.saturating_sub(head.len()) as u64;
            if missing == 0 {
                break;
            }
            let part = 0..chunk.size.min(missing);
            let mut bytes = self.ports.blobs.read(chunk.blob.as_ref()?, part).await.ok()?;
            while let Some(piece) = bytes.try_next().await.ok()? {
                head.extend_from_slice(&piece);
            }
        }
        Sniffed::of(&head)
    }

    /// A file whose chunks are all there becomes a content of that hash, unless it has already.
    pub(crate) async fn settle_file(
        &self,
        room: RoomId,
        upload: UploadId,
        file: u32,
        known: Known,
    ) -> Result<CompletedFile> {
        self.retried(|| async {
            let (mut tx, _, upload, now) = self.lock_upload(room, upload).await?;
            if let Some(content) = upload.progress[file as usize].content {
                let content = settled_content(tx.as_mut(), room, content).await?;
                return Ok(CompletedFile { upload, content });
            }
            let completed = self.settle_in(&mut tx, upload, file, known, now).await?;
            tx.commit().await?;
            Ok(completed)
        })
        .await
    }

    /// The same within a transaction that goes on to its end.
    pub(crate) async fn settle_in(
        &self,
        tx: &mut RoomTx,
        mut upload: ChunkedUpload,
        file: u32,
        known: Known,
        now: Timestamp,
    ) -> Result<CompletedFile> {
        let index = file as usize;
        let others = upload.progress.iter().enumerate().filter(|&(at, _)| at != index);
        let last = others.map(|(_, progress)| progress).all(|progress| progress.content.is_some());
        let (size, row) = (upload.files[index].file.size, upload.files[index].row());
        let hold = upload.hold.settle_part(now, size, row, last, self.policy().chunked_ttl)?;
        // First: it waits for whoever deletes the upload, and sees it.
        if !tx.update_upload(&upload, hold, upload.arrived()).await? {
            return Err(Error::ReservationExpired);
        }
        upload.hold = hold;
        let chunks = tx.chunks(upload.reservation, Some(file)).await?;
        let new = new_content(&upload, index, known, chunks, now)?;
        let id = tx.insert_content(&new).await?;
        tx.settle_file(upload.reservation, file, id).await?;
        upload.progress[index].content = Some(id);
        Ok(CompletedFile { content: new.into_content(id), upload })
    }

    /// Uploads are alive. Says since when for sure.
    async fn keep_uploads(&self, uploads: &[ChunkedUpload], file: u32) -> Result<Timestamp> {
        let now = self.now();
        for upload in uploads {
            self.keep_upload(upload, file, None).await?;
        }
        Ok(now)
    }

    /// An upload is alive, for the sake of a file of it, of whose hash more may be known; once that is a content, there is
    /// nothing to keep.
    async fn keep_upload(
        &self,
        upload: &ChunkedUpload,
        file: u32,
        hash_progress: Option<&HashProgress>,
    ) -> Result<()> {
        self.retried(|| async {
            let (mut tx, _, found, now) = self.lock_upload(upload.room_id, upload.id).await?;
            if found.progress[file as usize].content.is_some() {
                return Ok(());
            }
            self.renew_hold(&mut tx, &found, now).await?;
            if let Some(hash_progress) = hash_progress {
                tx.save_hash(found.reservation, file, hash_progress).await?;
            }
            tx.commit().await
        })
        .await
    }
}

/// The content that a file of an upload becomes, made of these chunks.
pub(crate) fn new_content(
    upload: &ChunkedUpload,
    file: usize,
    known: Known,
    chunks: Vec<Chunk>,
    now: Timestamp,
) -> Result<NewContent> {
    let promised = &upload.files[file].file;
    let new = NewContent {
        file_name: Some(promised.name.clone()),
        mime_type: promised.mime_type.clone(),
        sniffed: known.sniffed,
        sha256: known.sha256,
        max_downloads: promised.max_downloads,
        expire_at: promised.expire_at,
        segments: segments(chunks)?,
        ..NewContent::empty(upload.room_id, upload.sid, ContentKind::File, now)
    };
    if new.size() != promised.size {
        return Err(StoreError::Corrupt("the chunks do not add up to their file".into()).into());
    }
    Ok(new)
}

fn segments(chunks: Vec<Chunk>) -> Result<Vec<Segment>> {
    let segment = |chunk: Chunk| {
        let key = chunk.blob.ok_or_else(|| StoreError::Corrupt("a chunk without its blob".into()))?;
        Ok(Segment { size: chunk.size, location: BlobLocation::Blob(key) })
    };
    chunks.into_iter().map(segment).collect()
}

/// A content that was just completed, or was before.
async fn settled_content<T: ReadTx + ?Sized>(tx: &mut T, room: RoomId, id: ContentId) -> Result<Content> {
    let found = tx.contents_by_id(room, &[id]).await?.into_iter().next();
    found.ok_or(Error::ContentNotFound(id))
}

fn missing(file: u32, total: u64, chunks: &[Chunk]) -> Error {
    let mut arrived = chunks.iter().map(|chunk| chunk.index).peekable();
    let missing = (0..total).filter(|index| arrived.next_if_eq(index).is_none());
    let first: Vec<u64> = missing.take(MISSING_NAMED).collect();
    Error::ChunksMissing { file, count: total - chunks.len() as u64, first }
}

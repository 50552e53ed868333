//! Uploads in pieces, and what they leave behind: what the tests of them begin and end with.

use std::collections::BTreeSet;

use bytes::Bytes;
use elizabeth_core::{
    Caller, Elizabeth, Result,
    content::{BlobLocation, FileRequest, Sha256Hash},
    id::{BlobKey, ReservationId},
    ports::{ContentPage, UploadRange},
    service::{BegunChunk, ChunkRequest, ChunkWriter, CompletedFile, PreparedUpload, UploadAccess},
    time::Timestamp,
    upload::{Chunk, ChunkedUpload, Pieces, UploadFileRequest},
};
use sha2::{Digest, Sha256};

use crate::support::{World, at};

/// The least size of a chunk.
pub const CHUNK: usize = 64 << 10;

fn end_of_time() -> Timestamp {
    Timestamp::from_micros(i64::MAX)
}

pub fn sha256(bytes: &[u8]) -> Sha256Hash {
    Sha256Hash(Sha256::digest(bytes).into())
}

/// A file in chunks of the least size.
pub fn chunked(name: &str, size: usize) -> UploadFileRequest {
    let pieces = Pieces::Chunked { chunk_size: Some(CHUNK as u64), file_hash: None };
    UploadFileRequest::new(FileRequest::new(name, size as u64), pieces)
}

pub fn by_upload_token(prepared: &PreparedUpload) -> UploadAccess {
    UploadAccess::UploadToken { token: prepared.token.clone(), upload: None }
}

pub fn by_room_token(token: &str, upload: &ChunkedUpload) -> UploadAccess {
    UploadAccess::Caller { caller: Caller::token(token), upload: upload.id }
}

/// The chunk of an index as it is asked for.
pub fn chunk(index: u64) -> ChunkRequest {
    ChunkRequest { index, ..ChunkRequest::default() }
}

/// The bytes of the chunk of an index.
pub fn part(bytes: &Bytes, index: u64) -> Bytes {
    let start = index as usize * CHUNK;
    bytes.slice(start..bytes.len().min(start + CHUNK))
}

/// Begins a chunk that has not arrived.
pub async fn begin(app: &Elizabeth, access: &UploadAccess, request: ChunkRequest) -> Box<ChunkWriter> {
    match app.begin_chunk(&at("box"), access, request).await.unwrap() {
        BegunChunk::Writing(writer) => writer,
        BegunChunk::Stored(chunk) => unreachable!("{chunk:?} has arrived"),
    }
}

/// Sends a chunk in two strokes, as a server does: what fails is given up.
pub async fn send(
    app: &Elizabeth,
    access: &UploadAccess,
    request: ChunkRequest,
    mut bytes: Bytes,
) -> Result<Chunk> {
    let mut writer = match app.begin_chunk(&at("box"), access, request).await? {
        BegunChunk::Stored(chunk) => return Ok(chunk),
        BegunChunk::Writing(writer) => writer,
    };
    for stroke in [bytes.split_to(bytes.len() / 2), bytes] {
        if let Err(error) = writer.write(stroke).await {
            writer.abort().await;
            return Err(error);
        }
    }
    writer.finish().await
}

/// Sends those chunks of a file, in that order.
pub async fn send_all(
    app: &Elizabeth,
    access: &UploadAccess,
    file: u64,
    bytes: &Bytes,
    order: impl IntoIterator<Item = u64>,
) {
    for index in order {
        send(app, access, ChunkRequest { file, ..chunk(index) }, part(bytes, index)).await.unwrap();
    }
}

/// Completes an upload's first file.
pub async fn complete(app: &Elizabeth, access: &UploadAccess, bytes: &[u8]) -> Result<CompletedFile> {
    app.complete_upload(&at("box"), access, 0, Some(sha256(bytes))).await
}

impl World {
    /// An upload in pieces into the room `box`.
    pub async fn prepare_upload(&self, token: &str, files: Vec<UploadFileRequest>) -> PreparedUpload {
        self.app.prepare_upload(&at("box"), &Caller::token(token), files).await.unwrap()
    }

    /// An upload of one file in chunks of the least size, and what alone is needed to go on with it.
    pub async fn chunked_upload(&self, token: &str, size: usize) -> (PreparedUpload, UploadAccess) {
        let prepared = self.prepare_upload(token, vec![chunked("a.bin", size)]).await;
        let access = by_upload_token(&prepared);
        (prepared, access)
    }

    /// What the room `box` takes up, and what is on its way.
    pub async fn traces(&self) -> Traces {
        let mut tx = self.store.read().await.unwrap();
        let access = tx.access(&at("box"), None, self.app.now()).await.unwrap();
        let room = access.unwrap().room;
        let holds = tx.live_holds(room.id, self.app.now()).await.unwrap().into_iter();
        Traces {
            stored: room.stored_size,
            holds: holds.map(|(id, hold)| (id, hold.size)).collect(),
            blobs: self.blobs.len(),
            announced: tx.lapsed_announcements(end_of_time()).await.unwrap(),
            queued: tx.queued_blob_count().await.unwrap(),
        }
    }

    /// No row is without its blob, and no blob without a row, an announcement or a place in the queue. The room `box`
    /// is the only one.
    pub async fn check_blobs(&self) {
        let mut rows: BTreeSet<BlobKey> = BTreeSet::new();
        let mut tx = self.store.read().await.unwrap();
        if let Some(access) = tx.access(&at("box"), None, self.app.now()).await.unwrap() {
            for upload in
                tx.live_uploads(access.room.id, None, UploadRange::default(), Timestamp::EPOCH).await.unwrap()
            {
                let chunks = tx.chunks(upload.reservation, None).await.unwrap();
                rows.extend(chunks.into_iter().filter_map(|chunk| chunk.blob));
            }
            for content in tx.contents(access.room.id, ContentPage::default()).await.unwrap() {
                let found = tx.content_access(&at("box"), None, content.id, self.app.now()).await.unwrap();
                for segment in found.unwrap().content.unwrap().segments {
                    match segment.location {
                        BlobLocation::Blob(key) => assert!(rows.insert(key), "a blob has two rows"),
                        BlobLocation::Inline(_) => {}
                    }
                }
            }
        }
        let waiting = tx.queued_blobs(None, u64::MAX).await.unwrap();
        assert!(waiting.iter().all(|key| !rows.contains(key)), "a blob with a row waits to be deleted");
        let on_their_way = waiting.len() as u64 + tx.lapsed_announcements(end_of_time()).await.unwrap();
        let blobs = self.blobs.len();
        assert!(blobs >= rows.len(), "{blobs} blobs, {} rows", rows.len());
        assert!((blobs - rows.len()) as u64 <= on_their_way, "blobs that nobody knows");
    }

    /// After a sweep of all that is over there are so many blobs, each with its row, and nothing is on its way.
    pub async fn check_swept(&self, blobs: usize) {
        self.app.gc(false).await.unwrap();
        self.check_blobs().await;
        let mut tx = self.store.read().await.unwrap();
        let announced = tx.lapsed_announcements(end_of_time()).await.unwrap();
        assert_eq!((self.blobs.len(), announced, tx.queued_blob_count().await.unwrap()), (blobs, 0, 0));
    }
}

/// What a room takes up, and what is on its way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Traces {
    pub stored: u64,
    pub holds: Vec<(ReservationId, u64)>,
    pub blobs: usize,
    pub announced: u64,
    pub queued: u64,
}

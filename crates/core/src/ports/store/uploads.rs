use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    id::{ContentId, ReservationId, RoomId, SessionId, UploadId},
    secret::KeyHash,
    time::Timestamp,
    upload::{Chunk, ChunkedUpload, HashProgress, NewUpload},
};

/// How many uploads in pieces are under way.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UploadCounts {
    /// In a room.
    pub room: u64,
    /// Of them, those of one session.
    pub session: u64,
}

/// Which uploads of a room are asked for, by the numbers of their holds; all of them by default.
#[derive(Clone, Copy, Debug, Default)]
pub struct UploadRange {
    /// Only those behind this one.
    pub after: Option<ReservationId>,
    /// Only those up to this one.
    pub until: Option<ReservationId>,
}

/// What is known of an upload without its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UploadOutline {
    /// What clients know it by.
    pub id: UploadId,
    /// The number of its hold.
    pub reservation: ReservationId,
    /// The session that made it.
    pub sid: SessionId,
    /// Whether that session is an owner's.
    pub owner: bool,
    /// What its rows cost: see [`Rows`](crate::counts::Rows).
    pub rows_size: u64,
}

/// An upload in pieces that was silent for too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LapsedUpload {
    /// Its room.
    pub room: RoomId,
    /// What clients know it by.
    pub id: UploadId,
    /// The number of its hold.
    pub reservation: ReservationId,
    /// The session that made it.
    pub sid: SessionId,
}

/// What can be asked about uploads in pieces, each of which has a reservation, and their chunks.
#[async_trait]
pub trait ReadUploads: Send {
    /// An upload in pieces, lapsed or complete ones included.
    async fn upload(&mut self, room: RoomId, id: UploadId) -> StoreResult<Option<ChunkedUpload>>;

    /// The same by what its holder shows, whatever its room.
    async fn upload_by_token(&mut self, hash: KeyHash) -> StoreResult<Option<ChunkedUpload>>;

    /// The uploads in pieces of a room that are live at an instant and not complete, of one session where one is
    /// named; the oldest first.
    async fn live_uploads(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        range: UploadRange,
        now: Timestamp,
    ) -> StoreResult<Vec<ChunkedUpload>>;

    /// The same without their files, behind one where that is given: so many at most.
    async fn upload_outlines(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        after: Option<ReservationId>,
        limit: u64,
        now: Timestamp,
    ) -> StoreResult<Vec<UploadOutline>>;

    /// How many uploads in pieces of a room are live at an instant and not complete, and how many of those are one
    /// session's.
    async fn upload_counts(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<UploadCounts>;

    /// Uploads in pieces that have lapsed by themselves, the first that did in front, at most so many: none that was
    /// complete, and none that [`WriteReservations::lapse_session_holds`](super::WriteReservations::lapse_session_holds) or
    /// [`WriteSessions::revoke_guests`](super::WriteSessions::revoke_guests) has ended.
    async fn lapsed_uploads(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<LapsedUpload>>;

    /// A chunk that has arrived.
    async fn chunk(&mut self, upload: ReservationId, file: u32, index: u64) -> StoreResult<Option<Chunk>>;

    /// The chunks of an upload that have arrived, of one file where one is named; by file and index.
    async fn chunks(&mut self, upload: ReservationId, file: Option<u32>) -> StoreResult<Vec<Chunk>>;
}

/// What can be done to uploads in pieces, each of which has a reservation, and their chunks.
#[async_trait]
pub trait WriteUploads: Send {
    /// Adds an upload in pieces with its hold, which is a reservation like any other, of an empty manifest.
    async fn insert_upload(&mut self, upload: &NewUpload) -> StoreResult<ReservationId>;

    /// Adds a chunk and counts it. The hold of its upload MUST have been updated before, in this transaction: what
    /// is deleted meanwhile is seen by that. With `hash_progress` the file's hash has come further.
    async fn insert_chunk(
        &mut self,
        upload: ReservationId,
        chunk: &Chunk,
        hash_progress: Option<&HashProgress>,
    ) -> StoreResult<()>;

    /// The hash of a file's chunks has come further. Nothing happens when nothing of the file has arrived.
    async fn save_hash(
        &mut self,
        upload: ReservationId,
        file: u32,
        hash_progress: &HashProgress,
    ) -> StoreResult<()>;

    /// A file of an upload has become a content, to which the blobs of its chunks belong from here on.
    async fn settle_file(&mut self, upload: ReservationId, file: u32, content: ContentId) -> StoreResult<()>;
}

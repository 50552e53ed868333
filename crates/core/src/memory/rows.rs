//! What the tables keep.

use std::sync::Arc;

use uuid::Uuid;

use super::table::Row;
use crate::{
    content::{Content, Reservation, Segment, StoredContent},
    edits::KeptEdit,
    event::RoomEvent,
    id::{BlobKey, ContentId, Jti, ReservationId, RoomId, TicketId},
    room::Room,
    secret::KeyHash,
    thumbnail::Thumbnail,
    ticket::Ticket,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
    upload::{Chunk, ChunkedUpload},
};

#[derive(Clone)]
pub(super) struct ContentRow {
    pub(super) content: Content,
    pub(super) segments: Arc<[Segment]>,
    pub(super) thumbnail: Option<Thumbnail>,
}

impl ContentRow {
    pub(super) fn to_stored(&self) -> StoredContent {
        StoredContent { content: self.content.clone(), segments: self.segments.to_vec() }
    }
}

/// An upload as it is read, but for its hold, which its reservation has.
#[derive(Clone)]
pub(super) struct UploadRow {
    pub(super) upload: ChunkedUpload,
    pub(super) token_hash: KeyHash,
    /// Whether it was ended by force, and not by silence.
    pub(super) ended: bool,
}

#[derive(Clone)]
pub(super) struct ChunkRow {
    pub(super) upload: ReservationId,
    pub(super) chunk: Chunk,
}

#[derive(Clone)]
pub(super) struct EventRow {
    pub(super) room: RoomId,
    pub(super) event: RoomEvent,
}

#[derive(Clone)]
pub(super) struct Announcement {
    pub(super) reservation: ReservationId,
    pub(super) key: BlobKey,
    pub(super) until: Timestamp,
}

#[derive(Clone)]
pub(super) struct EditRow {
    pub(super) room: RoomId,
    pub(super) content: ContentId,
    pub(super) kept: KeptEdit,
}

impl Row for Room {
    type Key = RoomId;
    type Owner = ();

    fn least_key() -> RoomId {
        RoomId(i64::MIN)
    }

    fn key(&self) -> RoomId {
        self.id
    }

    fn owner(&self) {}

    fn end(&self) -> Option<Timestamp> {
        self.expire_at
    }
}

impl Row for ContentRow {
    type Key = ContentId;
    type Owner = RoomId;

    fn least_key() -> ContentId {
        ContentId(i64::MIN)
    }

    fn key(&self) -> ContentId {
        self.content.id
    }

    fn owner(&self) -> RoomId {
        self.content.room_id
    }

    /// One whose downloads are used up may be taken at any time.
    fn end(&self) -> Option<Timestamp> {
        if self.content.is_spent() { Some(Timestamp::EPOCH) } else { self.content.expire_at }
    }
}

impl Row for EditRow {
    type Key = (ContentId, u64);
    type Owner = ContentId;

    fn least_key() -> Self::Key {
        (ContentId(i64::MIN), 0)
    }

    fn key(&self) -> Self::Key {
        (self.content, self.kept.version)
    }

    fn owner(&self) -> ContentId {
        self.content
    }

    /// Newer ones take its place.
    fn end(&self) -> Option<Timestamp> {
        None
    }
}

impl Row for TokenRecord {
    type Key = Jti;
    type Owner = RoomId;

    fn least_key() -> Jti {
        Jti(Uuid::nil())
    }

    fn key(&self) -> Jti {
        self.jti
    }

    fn owner(&self) -> RoomId {
        self.room_id
    }

    fn end(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Row for RefreshRecord {
    type Key = KeyHash;
    type Owner = RoomId;

    fn least_key() -> KeyHash {
        KeyHash([0; 32])
    }

    fn key(&self) -> KeyHash {
        self.hash
    }

    fn owner(&self) -> RoomId {
        self.room_id
    }

    fn end(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Row for Ticket {
    type Key = TicketId;
    type Owner = RoomId;

    fn least_key() -> TicketId {
        TicketId(i64::MIN)
    }

    fn key(&self) -> TicketId {
        self.id
    }

    fn owner(&self) -> RoomId {
        self.room_id
    }

    fn end(&self) -> Option<Timestamp> {
        Some(self.expires_at)
    }
}

impl Row for Reservation {
    type Key = ReservationId;
    type Owner = RoomId;

    fn least_key() -> ReservationId {
        ReservationId(i64::MIN)
    }

    fn key(&self) -> ReservationId {
        self.id
    }

    fn owner(&self) -> RoomId {
        self.room_id
    }

    fn end(&self) -> Option<Timestamp> {
        Some(self.hold.deadline)
    }
}

impl Row for UploadRow {
    type Key = ReservationId;
    type Owner = RoomId;

    fn least_key() -> ReservationId {
        ReservationId(i64::MIN)
    }

    fn key(&self) -> ReservationId {
        self.upload.reservation
    }

    fn owner(&self) -> RoomId {
        self.upload.room_id
    }

    /// Its reservation ends, and takes it along.
    fn end(&self) -> Option<Timestamp> {
        None
    }
}

impl Row for ChunkRow {
    type Key = (ReservationId, u32, u64);
    type Owner = ReservationId;

    fn least_key() -> Self::Key {
        (ReservationId(i64::MIN), 0, 0)
    }

    fn key(&self) -> Self::Key {
        (self.upload, self.chunk.file, self.chunk.index)
    }

    fn owner(&self) -> ReservationId {
        self.upload
    }

    /// Its reservation ends, and takes it along.
    fn end(&self) -> Option<Timestamp> {
        None
    }
}

impl Row for EventRow {
    type Key = (RoomId, u64);
    type Owner = RoomId;

    fn least_key() -> Self::Key {
        (RoomId(i64::MIN), 0)
    }

    fn key(&self) -> Self::Key {
        (self.room, self.event.seq)
    }

    fn owner(&self) -> RoomId {
        self.room
    }

    /// How many there are by then decides too.
    fn end(&self) -> Option<Timestamp> {
        None
    }
}

impl Row for Announcement {
    type Key = BlobKey;
    type Owner = ReservationId;

    fn least_key() -> BlobKey {
        BlobKey::from_random([0; 16])
    }

    fn key(&self) -> BlobKey {
        self.key.clone()
    }

    fn owner(&self) -> ReservationId {
        self.reservation
    }

    fn end(&self) -> Option<Timestamp> {
        Some(self.until)
    }
}

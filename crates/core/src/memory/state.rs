use std::sync::Arc;

use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};
use uuid::Uuid;

use super::table::{Row, Table};
use crate::{
    change::ContentChange,
    content::{Content, Reservation, Segment, StoredContent},
    id::{BlobKey, ContentId, Jti, LeaseHolder, ReservationId, RoomId, TicketId, UploadId},
    ports::{Counts, StoreError, StoreResult, SweepReport},
    room::Room,
    secret::KeyHash,
    ticket::Ticket,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
    upload::{Chunk, ChunkedUpload, FileProgress},
};

/// Everything the store knows at one instant. A clone takes constant time.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) last_room: i64,
    pub(super) last_content: i64,
    pub(super) last_reservation: i64,
    pub(super) last_ticket: i64,
    /// As they are read, but for `reserved_size`, which depends on when one asks.
    pub(super) rooms: Table<Room>,
    /// Names and slugs alike.
    pub(super) addresses: RedBlackTreeMapSync<String, RoomId>,
    pub(super) tokens: Table<TokenRecord>,
    pub(super) refresh: Table<RefreshRecord>,
    pub(super) tickets: Table<Ticket>,
    pub(super) ticket_hashes: RedBlackTreeMapSync<KeyHash, TicketId>,
    pub(super) reservations: Table<Reservation>,
    pub(super) uploads: Table<UploadRow>,
    pub(super) upload_ids: RedBlackTreeMapSync<UploadId, ReservationId>,
    pub(super) upload_tokens: RedBlackTreeMapSync<KeyHash, ReservationId>,
    pub(super) chunks: Table<ChunkRow>,
    pub(super) announcements: Table<Announcement>,
    pub(super) contents: Table<ContentRow>,
    pub(super) queue: RedBlackTreeSetSync<BlobKey>,
    /// By name: who has it, until when.
    pub(super) leases: RedBlackTreeMapSync<String, (LeaseHolder, Timestamp)>,
    stored_size: u64,
}

#[derive(Clone)]
pub(super) struct Announcement {
    pub(super) reservation: ReservationId,
    pub(super) key: BlobKey,
    pub(super) until: Timestamp,
}

/// An upload as it is read, but for its hold, which its reservation has.
#[derive(Clone)]
pub(super) struct UploadRow {
    pub(super) upload: ChunkedUpload,
    pub(super) token_hash: KeyHash,
}

#[derive(Clone)]
pub(super) struct ChunkRow {
    pub(super) upload: ReservationId,
    pub(super) chunk: Chunk,
}

#[derive(Clone)]
pub(super) struct ContentRow {
    pub(super) content: Content,
    pub(super) segments: Arc<[Segment]>,
}

impl ContentRow {
    pub(super) fn to_stored(&self) -> StoredContent {
        StoredContent { content: self.content.clone(), segments: self.segments.to_vec() }
    }
}

impl State {
    pub(super) fn counts(&self) -> Counts {
        Counts { rooms: self.rooms.len(), contents: self.contents.len(), stored_size: self.stored_size }
    }

    /// What a foreign key would refuse: a row of a room that is not there.
    pub(super) fn check_room(&self, id: RoomId) -> StoreResult<()> {
        match self.rooms.get(&id) {
            Some(_) => Ok(()),
            None => Err(StoreError::Corrupt(format!("no room {id}"))),
        }
    }

    /// Whether an address leads nowhere, or to this very room.
    pub(super) fn is_free(&self, address: &str, id: Option<RoomId>) -> bool {
        self.addresses.get(address).is_none_or(|holder| Some(*holder) == id)
    }

    /// Changes one room as a whole; nothing happens when it is not there.
    pub(super) fn edit_room(&mut self, id: RoomId, edit: impl FnOnce(&mut Room)) {
        if let Some(room) = self.rooms.get(&id) {
            let mut room = Room::clone(room);
            edit(&mut room);
            self.rooms.put(room);
        }
    }

    /// The only two places where stored bytes come and go are this one and [`State::take_content`].
    pub(super) fn add_content(&mut self, row: ContentRow) {
        let size = row.content.size;
        self.edit_room(row.content.room_id, |room| room.stored_size = room.stored_size.saturating_add(size));
        self.stored_size = self.stored_size.saturating_add(size);
        self.contents.put(row);
    }

    /// Adds a ticket, or replaces the one of its number.
    pub(super) fn put_ticket(&mut self, ticket: Ticket) {
        self.ticket_hashes.insert_mut(ticket.hash, ticket.id);
        self.tickets.put(ticket);
    }

    pub(super) fn remove_ticket(&mut self, id: TicketId) {
        if let Some(ticket) = self.tickets.remove(&id) {
            self.ticket_hashes.remove_mut(&ticket.hash);
        }
    }

    /// Removes a content with the tickets that open it, and queues its blobs.
    pub(super) fn remove_content(&mut self, id: ContentId, report: &mut SweepReport) {
        let Some(row) = self.take_content(id) else { return };
        let of_room = self.tickets.owned(row.content.room_id, None);
        for ticket in keys(of_room.filter(|ticket| ticket.content_id == Some(id))) {
            self.remove_ticket(ticket);
        }
        report.contents += 1;
        report.freed_size = report.freed_size.saturating_add(row.content.size);
    }

    fn take_content(&mut self, id: ContentId) -> Option<Arc<ContentRow>> {
        let row = self.contents.remove(&id)?;
        let size = row.content.size;
        self.edit_room(row.content.room_id, |room| room.stored_size = room.stored_size.saturating_sub(size));
        self.stored_size = self.stored_size.saturating_sub(size);
        for segment in row.segments.iter() {
            match &segment.location {
                crate::content::BlobLocation::Blob(key) => self.queue.insert_mut(key.clone()),
                crate::content::BlobLocation::Inline(_) => {}
            }
        }
        Some(row)
    }

    /// Changes a content and queues the blobs that its new segments replace. `false` when it is not there.
    pub(super) fn change_content(&mut self, id: ContentId, change: &ContentChange, now: Timestamp) -> bool {
        let Some(row) = self.contents.get(&id) else { return false };
        let mut stored = row.to_stored();
        change.apply(&mut stored, now);
        let row = ContentRow { content: stored.content, segments: stored.segments.into() };
        if change.body.is_some() {
            self.take_content(id);
            self.add_content(row);
        } else {
            self.contents.put(row);
        }
        true
    }

    /// Removes a reservation and, of an upload in pieces, its chunks, whose blobs are queued.
    pub(super) fn remove_reservation(&mut self, id: ReservationId) -> bool {
        for chunk in keys(self.chunks.owned(id, None)) {
            if let Some(key) = self.chunks.remove(&chunk).and_then(|row| row.chunk.blob.clone()) {
                self.queue.insert_mut(key);
            }
        }
        if let Some(row) = self.uploads.remove(&id) {
            self.upload_ids.remove_mut(&row.upload.id);
            self.upload_tokens.remove_mut(&row.token_hash);
        }
        self.reservations.remove(&id).is_some()
    }

    /// Changes how far a file of an upload has come; nothing happens when it is not there.
    pub(super) fn edit_progress(
        &mut self,
        id: ReservationId,
        file: u32,
        edit: impl FnOnce(&mut FileProgress),
    ) {
        let Some(row) = self.uploads.get(&id) else { return };
        let mut row = UploadRow::clone(row);
        if let Some(progress) = row.upload.progress.get_mut(file as usize) {
            edit(progress);
            self.uploads.put(row);
        }
    }

    /// Ends those of a room's live reservations that are asked for.
    pub(super) fn lapse(
        &mut self,
        room: RoomId,
        now: Timestamp,
        ended: impl Fn(&Self, &Reservation) -> bool,
    ) {
        let of_room = self.reservations.owned(room, None).filter(|held| held.hold.is_live(now));
        let live: Vec<Reservation> =
            of_room.filter(|held| ended(self, held)).map(|held| Reservation::clone(held)).collect();
        for mut held in live {
            held.hold.deadline = now;
            self.reservations.put(held);
        }
    }

    /// Removes a room and everything that is its own.
    pub(super) fn remove_room(&mut self, id: RoomId) -> SweepReport {
        let mut report = SweepReport::default();
        for ticket in keys(self.tickets.owned(id, None)) {
            self.remove_ticket(ticket);
        }
        for content in keys(self.contents.owned(id, None)) {
            self.remove_content(content, &mut report);
        }
        for jti in keys(self.tokens.owned(id, None)) {
            self.tokens.remove(&jti);
        }
        for hash in keys(self.refresh.owned(id, None)) {
            self.refresh.remove(&hash);
        }
        for reservation in keys(self.reservations.owned(id, None)) {
            self.remove_reservation(reservation);
        }
        if let Some(room) = self.rooms.remove(&id) {
            self.addresses.remove_mut(room.name.as_str());
            self.addresses.remove_mut(&room.slug);
        }
        report
    }
}

/// The keys of rows, apart from the table, so that it can be changed meanwhile.
pub(super) fn keys<'a, R: Row + 'a>(rows: impl Iterator<Item = &'a Arc<R>>) -> Vec<R::Key> {
    rows.map(|row| row.key()).collect()
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

use std::sync::Arc;

use rpds::{RedBlackTreeMapSync, RedBlackTreeSetSync};

use super::{
    rows::{Announcement, ChunkRow, ContentRow, EditRow, EventRow, UploadRow},
    table::{Row, Table},
};
use crate::{
    content::Reservation,
    id::{BlobKey, ContentId, LeaseHolder, ReservationId, RoomId, TicketId, UploadId},
    installation::Installation,
    ports::{StoreError, StoreResult},
    room::Room,
    secret::KeyHash,
    ticket::Ticket,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
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
    pub(super) edits: Table<EditRow>,
    /// By their places in their rooms.
    pub(super) edit_places: RedBlackTreeMapSync<(RoomId, u64), (ContentId, u64)>,
    pub(super) events: Table<EventRow>,
    pub(super) queue: RedBlackTreeSetSync<BlobKey>,
    /// By name: who has it, until when.
    pub(super) leases: RedBlackTreeMapSync<String, (LeaseHolder, Timestamp)>,
    pub(super) stored_size: u64,
    pub(super) installation: Installation,
}

impl State {
    /// What a foreign key would refuse: a row of a room that is not there.
    pub(super) fn check_room(&self, id: RoomId) -> StoreResult<()> {
        match self.rooms.get(&id) {
            Some(_) => Ok(()),
            None => Err(StoreError::Corrupt(format!("no room {id}"))),
        }
    }
}

/// The keys of rows, apart from the table, so that it can be changed meanwhile.
pub(super) fn keys<'a, R: Row + 'a>(rows: impl Iterator<Item = &'a Arc<R>>) -> Vec<R::Key> {
    rows.map(|row| row.key()).collect()
}

/// A limit as a count of rows in memory.
pub(super) fn limited(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

/// The next number of a sequence.
pub(super) fn next(last: &mut i64) -> StoreResult<i64> {
    *last = last.checked_add(1).ok_or_else(|| StoreError::Corrupt("out of numbers".into()))?;
    Ok(*last)
}

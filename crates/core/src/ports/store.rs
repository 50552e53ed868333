use async_trait::async_trait;

use crate::{
    change::ContentChange,
    content::{Content, Manifest, NewContent, Reservation, StoredContent},
    id::{BlobKey, ContentId, Jti, LeaseHolder, ReservationId, RoomId, SessionId, TicketId, UploadId},
    name::{FileName, RoomRef},
    quota::Hold,
    room::{NewRoom, Room, RoomChange},
    secret::KeyHash,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
    upload::{Chunk, ChunkedUpload, HashProgress, NewUpload},
};

/// Why the store did not answer. The texts are for the log only: they are never shown to a client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    /// A room's name or slug that another room answers to.
    #[error("the address is taken")]
    AddressTaken,
    /// The transaction collided with another, and the store undid it: nothing of it is left. Running it again from
    /// its beginning, on a new one, is safe and may well succeed.
    #[error("transactions collided: {0}")]
    Contended(String),
    /// The store cannot be reached or is overloaded; trying again later may help. Of a commit that ends so it is
    /// unknown whether it took place.
    #[error("store unavailable: {0}")]
    Unavailable(String),
    /// The store refused a statement or holds what cannot be: a defect, here or there.
    #[error("store corrupt: {0}")]
    Corrupt(String),
}

/// What a store answers.
pub type StoreResult<T> = Result<T, StoreError>;

/// A room as a request reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The room.
    pub room: Room,
    /// The token asked about, when it is one of this room's.
    pub token: Option<TokenRecord>,
}

/// A room and one of its contents as a request reaches them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentAccess {
    /// The room.
    pub room: Room,
    /// The token asked about, when it is one of this room's.
    pub token: Option<TokenRecord>,
    /// The content asked about, when it is one of this room's.
    pub content: Option<StoredContent>,
}

/// A part of a room's list of contents, by ascending number.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContentPage {
    /// Only contents behind this one.
    pub after: Option<ContentId>,
    /// Only what this session added.
    pub sid: Option<SessionId>,
    /// At most so many.
    pub limit: Option<u64>,
    /// Without [`Content::text`], whatever it would be.
    pub without_texts: bool,
}

/// How much there is of everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rooms, expired ones that were not collected among them.
    pub rooms: u64,
    /// Contents.
    pub contents: u64,
    /// Bytes stored.
    pub stored_size: u64,
}

/// What one step of the sweeper removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Contents removed.
    pub contents: u64,
    /// Bytes that were stored in them.
    pub freed_size: u64,
}

/// Everything that is kept but the blobs. The adapter's part is to be durable and isolated; all rules are core's.
///
/// What a store must promise:
///
/// - A write transaction sees nothing of another that is not committed, and once [`WriteTx::lock_room`] has
///   returned, no other one changes that room, its holds or its contents until this one ends.
/// - When [`WriteTx::commit`] returns `Ok`, what was written survives a power cut.
/// - A transaction that is dropped leaves no trace.
/// - Numbers of rooms, contents, reservations and tickets ascend and are never given twice.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a write transaction; waits while others hold what it needs.
    async fn begin(&self) -> StoreResult<Box<dyn WriteTx>>;

    /// Takes a connection to read with: each read by itself sees one consistent state.
    async fn read(&self) -> StoreResult<Box<dyn ReadTx>>;

    /// Really asks the store whether it works.
    async fn check(&self) -> StoreResult<()>;

    /// What kind of store this is, for the operator: `memory`, `sqlite`, `postgres`.
    fn kind(&self) -> &'static str;
}

/// What can be asked. What is not there is `None`, an empty list or zero, never an error.
#[async_trait]
pub trait ReadTx: Send {
    /// The room that answers to an address, with the token `jti` when that is one of this room's (revoked and
    /// expired ones included). `now` tells which holds count. One indexed read.
    async fn access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>>;

    /// The same with one of the room's contents and its segments. One indexed read.
    async fn content_access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        content: ContentId,
        now: Timestamp,
    ) -> StoreResult<Option<ContentAccess>>;

    /// A room by its number.
    async fn room(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>>;

    /// All rooms by ascending number, expired ones among them; behind `after` where that is given.
    async fn rooms(&mut self, after: Option<RoomId>, limit: u64, now: Timestamp) -> StoreResult<Vec<Room>>;

    /// A room's contents, by ascending number. Texts of up to [`crate::policy::TEXT_LISTED_MAX`] bytes and links come with
    /// [`Content::text`] where their downloads are not limited, if the page does not go without.
    async fn contents(&mut self, room: RoomId, page: ContentPage) -> StoreResult<Vec<Content>>;

    /// Those of the named contents that are this room's, by ascending number, without their texts.
    async fn contents_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>>;

    /// The same with their texts, as [`ReadTx::contents`] has them.
    async fn listed_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>>;

    /// The newest content of a room with a name, of those that are neither expired nor out of downloads, and that one
    /// session added where it is named. One indexed read.
    async fn newest_content(
        &mut self,
        room: RoomId,
        name: &FileName,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Option<ContentId>>;

    /// A token by its identifier.
    async fn token(&mut self, room: RoomId, jti: Jti) -> StoreResult<Option<TokenRecord>>;

    /// The tokens of a room that are live at an instant, of one session where one is named; the oldest first.
    async fn live_tokens(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<TokenRecord>>;

    /// A ticket by its number (revoked, spent and expired ones included).
    async fn ticket(&mut self, room: RoomId, id: TicketId) -> StoreResult<Option<Ticket>>;

    /// A ticket by what its holder shows, whatever its room (revoked, spent and expired ones included).
    async fn ticket_by_hash(&mut self, hash: KeyHash) -> StoreResult<Option<Ticket>>;

    /// The tickets of a room that are neither expired nor revoked at an instant, spent ones among them, of one
    /// session where one is named; by ascending number.
    async fn live_tickets(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<Ticket>>;

    /// A reservation, lapsed or not.
    async fn reservation(&mut self, room: RoomId, id: ReservationId) -> StoreResult<Option<Reservation>>;

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
        now: Timestamp,
    ) -> StoreResult<Vec<ChunkedUpload>>;

    /// A chunk that has arrived.
    async fn chunk(&mut self, upload: ReservationId, file: u32, index: u64) -> StoreResult<Option<Chunk>>;

    /// The chunks of an upload that have arrived, of one file where one is named; by file and index.
    async fn chunks(&mut self, upload: ReservationId, file: Option<u32>) -> StoreResult<Vec<Chunk>>;

    /// A room's holds that are live at an instant.
    async fn live_holds(&mut self, room: RoomId, now: Timestamp) -> StoreResult<Vec<(ReservationId, Hold)>>;

    /// Rooms whose time is over, the one that expired first in front.
    async fn expired_rooms(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<RoomId>>;

    /// Contents whose time is over or whose downloads are used up, with their rooms.
    async fn dead_contents(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<(RoomId, ContentId)>>;

    /// How many reservations have lapsed, those of complete uploads not among them, and the bytes they held.
    async fn lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<(u64, u64)>;

    /// How many announcements have lapsed.
    async fn lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<u64>;

    /// How many tokens, refresh tokens and tickets have expired.
    async fn dead_tokens(&mut self, now: Timestamp) -> StoreResult<u64>;

    /// Blobs that wait to be deleted, by ascending key, behind `after` where that is given.
    async fn queued_blobs(&mut self, after: Option<&BlobKey>, limit: u64) -> StoreResult<Vec<BlobKey>>;

    /// How many blobs wait to be deleted.
    async fn queued_blob_count(&mut self) -> StoreResult<u64>;

    /// How much there is of everything.
    async fn counts(&mut self) -> StoreResult<Counts>;
}

/// A unit of work. Dropping it undoes it; [`WriteTx::commit`] makes it durable.
#[async_trait]
pub trait WriteTx: ReadTx {
    /// As [`ReadTx::access`], after locking the room: what it returns stays true until this transaction ends.
    async fn lock_room(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>>;

    /// As [`ReadTx::room`], after locking the room.
    async fn lock_room_by_id(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>>;

    /// Adds a room, no token of it issued, no entry counted. [`StoreError::AddressTaken`] when its name or slug is a
    /// name or slug of another room; the transaction can go on then.
    async fn insert_room(&mut self, room: &NewRoom) -> StoreResult<RoomId>;

    /// Changes those columns of a room that are given. [`StoreError::AddressTaken`] as for
    /// [`WriteTx::insert_room`].
    async fn change_room(&mut self, id: RoomId, change: &RoomChange) -> StoreResult<()>;

    /// Removes a room with its contents, tokens, refresh tokens, tickets, reservations and chunks, and queues its blobs
    /// for deletion. Announcements stay until they lapse.
    async fn delete_room(&mut self, id: RoomId) -> StoreResult<SweepReport>;

    /// Adds a token.
    async fn insert_token(&mut self, token: &TokenRecord) -> StoreResult<()>;

    /// Revokes a token that is not revoked yet.
    async fn revoke_token(&mut self, jti: Jti, now: Timestamp) -> StoreResult<()>;

    /// Revokes a session's tokens that are not revoked yet.
    async fn revoke_session_tokens(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()>;

    /// Revokes a session's refresh tokens that are not revoked yet.
    async fn revoke_session_refresh(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()>;

    /// Revokes the tickets that a session made and that are not revoked yet.
    async fn revoke_session_tickets(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()>;

    /// Revokes a room's tokens, refresh tokens and tickets that are not an owner's and not revoked yet, and ends
    /// uploads in pieces that are not an owner's.
    async fn revoke_guests(&mut self, room: RoomId, now: Timestamp) -> StoreResult<()>;

    /// Adds a refresh token.
    async fn insert_refresh(&mut self, refresh: &RefreshRecord) -> StoreResult<()>;

    /// A refresh token, locked until this transaction ends.
    async fn lock_refresh(&mut self, hash: KeyHash) -> StoreResult<Option<RefreshRecord>>;

    /// Marks a refresh token as used. `false` when it was already.
    async fn use_refresh(&mut self, hash: KeyHash, now: Timestamp) -> StoreResult<bool>;

    /// Adds a ticket, not used yet.
    async fn insert_ticket(&mut self, ticket: &NewTicket) -> StoreResult<TicketId>;

    /// Counts a use of a ticket. `false` when its uses are used up, or it is revoked or gone: one guarded statement,
    /// so that of many at once no more succeed than it allows.
    async fn use_ticket(&mut self, id: TicketId) -> StoreResult<bool>;

    /// Revokes a ticket that is not revoked yet.
    async fn revoke_ticket(&mut self, id: TicketId, now: Timestamp) -> StoreResult<()>;

    /// Adds a reservation.
    async fn insert_reservation(
        &mut self,
        room: RoomId,
        sid: SessionId,
        hold: Hold,
        manifest: &Manifest,
        now: Timestamp,
    ) -> StoreResult<ReservationId>;

    /// Gives a reservation's hold a new size, state and deadline. `false` when the reservation is gone.
    async fn update_hold(&mut self, id: ReservationId, hold: Hold) -> StoreResult<bool>;

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

    /// Ends the reservations of a session that are live, uploads in pieces among them: `now` is their deadline.
    async fn lapse_session_holds(&mut self, room: RoomId, sid: SessionId, now: Timestamp) -> StoreResult<()>;

    /// Removes a reservation. Of an upload in pieces the chunks go with it, and their blobs are queued for deletion.
    /// `false` when it is gone.
    async fn delete_reservation(&mut self, id: ReservationId) -> StoreResult<bool>;

    /// Announces blobs about to be written for a reservation. From `until` on they count as left behind.
    async fn announce(&mut self, id: ReservationId, keys: &[BlobKey], until: Timestamp) -> StoreResult<()>;

    /// Moves the end of a reservation's announcements.
    async fn extend_announcements(&mut self, id: ReservationId, until: Timestamp) -> StoreResult<()>;

    /// Moves the end of one announcement. `false` when it is gone.
    async fn extend_announcement(&mut self, key: &BlobKey, until: Timestamp) -> StoreResult<bool>;

    /// Removes one announcement. `false` when it is gone.
    async fn retract_announcement(&mut self, key: &BlobKey) -> StoreResult<bool>;

    /// Removes a reservation's announcements; says how many there were.
    async fn retract_announcements(&mut self, id: ReservationId) -> StoreResult<u64>;

    /// Adds a content with its segments.
    async fn insert_content(&mut self, content: &NewContent) -> StoreResult<ContentId>;

    /// Changes those columns of a content that are given, counts the change in its version and says when it was. New
    /// segments take the place of all old ones, whose blobs are queued for deletion. `false` when the content is gone.
    async fn change_content(
        &mut self,
        id: ContentId,
        change: &ContentChange,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// Removes those of the named contents that are this room's with the tickets that open them, and queues their
    /// blobs for deletion.
    async fn delete_contents(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<SweepReport>;

    /// Counts a download of a content that limits them. `false` when they are used up or the content is gone: one
    /// guarded statement, so that of many at once no more succeed than the limit says.
    async fn count_download(&mut self, id: ContentId) -> StoreResult<bool>;

    /// Adds downloads of a content that does not limit them. Where it does by now, those from before are not counted:
    /// they would use it up without anybody having had them under the limit.
    async fn add_downloads(&mut self, id: ContentId, count: u64) -> StoreResult<()>;

    /// Removes lapsed reservations; of uploads in pieces as [`WriteTx::delete_reservation`] does.
    async fn delete_lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<()>;

    /// Turns lapsed announcements into blobs that wait to be deleted, in one step: an upload whose announcements
    /// are gone can not settle any more.
    async fn queue_lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<()>;

    /// Removes tokens, refresh tokens and tickets that have expired; revoked and used ones stay until then.
    async fn delete_dead_tokens(&mut self, now: Timestamp) -> StoreResult<()>;

    /// Queues blobs for deletion. What waits already goes on waiting, once.
    async fn queue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()>;

    /// Takes blobs off the queue: they are deleted.
    async fn unqueue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()>;

    /// Takes a lease until an instant: one that nobody has, that was over by `now`, or that this holder has already,
    /// whose end moves then. `false` when it is another's. One guarded statement, so that of many at once one gets
    /// it.
    async fn take_lease(
        &mut self,
        name: &str,
        holder: LeaseHolder,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool>;

    /// Gives a lease back before its end. `false` when this holder does not have it.
    async fn release_lease(&mut self, name: &str, holder: LeaseHolder) -> StoreResult<bool>;

    /// Makes everything durable and ends the transaction.
    async fn commit(self: Box<Self>) -> StoreResult<()>;
}

//! A store in memory whose commits end as a test wants it, and that may list what has changed since.

use std::{
    ops::Range,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use async_trait::async_trait;
use elizabeth_core::{
    change::ContentChange,
    content::{Content, Manifest, NewContent, Reservation},
    edits::{EditPlace, KeptEdit, OldestEdits, TextEdit},
    event::{EventRange, Happening, RoomEvent},
    id::{BlobKey, ContentId, Jti, LeaseHolder, ReservationId, RoomId, SessionId, TicketId, UploadId},
    installation::{Installation, InstallationId},
    memory::MemoryStore,
    name::{FileName, RoomRef},
    ports::{
        Access, ContentAccess, ContentPage, Counts, CredentialKind, LapsedUpload, ReadAnnouncements,
        ReadBlobQueue, ReadContents, ReadEdits, ReadEvents, ReadInstallation, ReadReservations, ReadRooms,
        ReadSessions, ReadTickets, ReadTotals, ReadTx, ReadUploads, Store, StoreError, StoreResult,
        SweepReport, Totals, UploadCounts, UploadOutline, UploadRange, WriteAnnouncements, WriteBlobQueue,
        WriteContents, WriteEdits, WriteEvents, WriteInstallation, WriteLeases, WriteReservations,
        WriteRooms, WriteSessions, WriteTickets, WriteTotals, WriteTx, WriteUploads,
    },
    quota::Hold,
    room::{NewRoom, Room, RoomChange},
    secret::KeyHash,
    thumbnail::Thumbnail,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
    upload::{Chunk, ChunkedUpload, HashProgress, NewUpload},
};

/// How a commit ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommitEnd {
    /// Well.
    Committed,
    /// The transaction is undone, and the store says so.
    Collided,
    /// It took place, and nobody heard of it.
    Unheard,
    /// It did not take place, and nobody heard of that.
    Lost,
}

/// A store in memory whose commits end as a test wants. Clones are handles to the same data.
#[derive(Clone)]
pub struct FaultyStore {
    inner: MemoryStore,
    /// How the commit of this number ends; they count from 1.
    end: fn(u64) -> CommitEnd,
    /// The commits of these numbers end in another way.
    others: Arc<Mutex<(Range<u64>, CommitEnd)>>,
    commits: Arc<AtomicU64>,
    /// How far the next list of dead contents looks ahead, in seconds: it lists what somebody gave more time.
    stale: Arc<AtomicU64>,
}

impl FaultyStore {
    /// A store with nothing in it, whose commit of a number, counted from 1, ends as `end` has it.
    pub fn new(end: fn(u64) -> CommitEnd) -> Self {
        let others = Arc::new(Mutex::new((0..0, CommitEnd::Committed)));
        Self { inner: MemoryStore::new(), end, others, commits: Arc::default(), stale: Arc::default() }
    }

    /// How often it was asked to commit.
    pub fn commits(&self) -> u64 {
        self.commits.load(Ordering::SeqCst)
    }

    /// Of the commits to come those of these places, counted from 1, end so.
    pub fn end_next(&self, places: Range<u64>, end: CommitEnd) {
        let so_far = self.commits();
        *self.others.lock().unwrap() = (so_far + places.start..so_far + places.end, end);
    }

    fn end_of(&self, commit: u64) -> CommitEnd {
        let (others, end) = &*self.others.lock().unwrap();
        if others.contains(&commit) { *end } else { (self.end)(commit) }
    }

    /// The next list of dead contents looks so many seconds ahead.
    pub fn list_ahead_once(&self, seconds: u64) {
        self.stale.store(seconds, Ordering::SeqCst);
    }
}

#[async_trait]
impl Store for FaultyStore {
    async fn begin(&self) -> StoreResult<Box<dyn WriteTx>> {
        Ok(Box::new(Faulty { inner: self.inner.begin().await?, store: self.clone() }))
    }

    async fn read(&self) -> StoreResult<Box<dyn ReadTx>> {
        Ok(Box::new(Faulty { inner: self.inner.read().await?, store: self.clone() }))
    }

    async fn check(&self) -> StoreResult<()> {
        self.inner.check().await
    }

    async fn close(&self) -> StoreResult<()> {
        self.inner.close().await
    }

    fn kind(&self) -> &'static str {
        self.inner.kind()
    }
}

struct Faulty<T: ?Sized> {
    store: FaultyStore,
    inner: Box<T>,
}

/// Writes the methods that the inner transaction answers.
macro_rules! answered_within {
    ({ $($head:tt)* } { $($own:item)* } $($method:ident($($arg:ident: $kind:ty),*) -> $answer:ty;)*) => {
        #[async_trait]
        $($head)* {
            $($own)*
            $(async fn $method(&mut self, $($arg: $kind),*) -> StoreResult<$answer> {
                self.inner.$method($($arg),*).await
            })*
        }
    };
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadRooms for Faulty<T> } {}
    access(address: &RoomRef, jti: Option<Jti>, now: Timestamp) -> Option<Access>;
    room(id: RoomId, now: Timestamp) -> Option<Room>;
    rooms(after: Option<RoomId>, limit: u64, now: Timestamp) -> Vec<Room>;
    expired_rooms(now: Timestamp, limit: u64) -> Vec<RoomId>;
    counts() -> Counts;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadContents for Faulty<T> }
    {
        async fn dead_contents(
            &mut self,
            now: Timestamp,
            limit: u64,
        ) -> StoreResult<Vec<(RoomId, ContentId)>> {
            let ahead = Duration::from_secs(self.store.stale.swap(0, Ordering::SeqCst));
            self.inner.dead_contents(now.saturating_add(ahead), limit).await
        }
    }
    content_access(address: &RoomRef, jti: Option<Jti>, content: ContentId, now: Timestamp)
        -> Option<ContentAccess>;
    contents(room: RoomId, page: ContentPage) -> Vec<Content>;
    content_ids(room: RoomId, page: ContentPage, skip: u64) -> Vec<ContentId>;
    contents_by_id(room: RoomId, ids: &[ContentId]) -> Vec<Content>;
    listed_by_id(room: RoomId, ids: &[ContentId]) -> Vec<Content>;
    thumbnail(room: RoomId, id: ContentId) -> Option<Thumbnail>;
    newest_content(room: RoomId, name: &FileName, sid: Option<SessionId>, now: Timestamp) -> Option<ContentId>;
    total_downloads(room: RoomId, sid: Option<SessionId>) -> u64;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadEdits for Faulty<T> } {}
    edits(content: ContentId, from: u64, to: u64) -> Vec<TextEdit>;
    edits_end(room: RoomId, content: ContentId) -> EditPlace;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadSessions for Faulty<T> } {}
    token(room: RoomId, jti: Jti) -> Option<TokenRecord>;
    live_tokens(room: RoomId, sid: Option<SessionId>, now: Timestamp) -> Vec<TokenRecord>;
    credential_count(room: RoomId, kind: CredentialKind) -> u64;
    dead_tokens(now: Timestamp) -> u64;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadTickets for Faulty<T> } {}
    ticket(room: RoomId, id: TicketId) -> Option<Ticket>;
    ticket_by_hash(hash: KeyHash) -> Option<Ticket>;
    live_tickets(room: RoomId, sid: Option<SessionId>, now: Timestamp) -> Vec<Ticket>;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadReservations for Faulty<T> } {}
    reservation(room: RoomId, id: ReservationId) -> Option<Reservation>;
    live_holds(room: RoomId, now: Timestamp) -> Vec<(ReservationId, Hold)>;
    lapsed_reservations(now: Timestamp) -> (u64, u64);
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadUploads for Faulty<T> } {}
    upload(room: RoomId, id: UploadId) -> Option<ChunkedUpload>;
    upload_by_token(hash: KeyHash) -> Option<ChunkedUpload>;
    live_uploads(room: RoomId, sid: Option<SessionId>, range: UploadRange, now: Timestamp) -> Vec<ChunkedUpload>;
    upload_outlines(
        room: RoomId, sid: Option<SessionId>, after: Option<ReservationId>, limit: u64, now: Timestamp
    ) -> Vec<UploadOutline>;
    upload_counts(room: RoomId, sid: SessionId, now: Timestamp) -> UploadCounts;
    lapsed_uploads(now: Timestamp, limit: u64) -> Vec<LapsedUpload>;
    chunk(upload: ReservationId, file: u32, index: u64) -> Option<Chunk>;
    chunks(upload: ReservationId, file: Option<u32>) -> Vec<Chunk>;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadAnnouncements for Faulty<T> } {}
    lapsed_announcements(now: Timestamp) -> u64;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadBlobQueue for Faulty<T> } {}
    queued_blobs(after: Option<&BlobKey>, limit: u64) -> Vec<BlobKey>;
    queued_blob_count() -> u64;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadInstallation for Faulty<T> } {}
    installation() -> Installation;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadTotals for Faulty<T> } {}
    outstanding(now: Timestamp) -> u64;
    totals(now: Timestamp) -> Totals;
}

answered_within! {
    { impl<T: ReadTx + ?Sized> ReadEvents for Faulty<T> } {}
    events(room: RoomId, after: u64, limit: u64) -> Vec<RoomEvent>;
    event_ranges(rooms: &[RoomId]) -> Vec<(RoomId, EventRange)>;
    first_event_since(room: RoomId, since: Timestamp) -> Option<u64>;
    rooms_of_old_events(after: Option<RoomId>, since: Timestamp, kept: u64, most: u64, limit: u64) -> Vec<RoomId>;
}

answered_within! {
    { impl WriteRooms for Faulty<dyn WriteTx> } {}
    lock_room(address: &RoomRef, jti: Option<Jti>, now: Timestamp) -> Option<Access>;
    lock_room_by_id(id: RoomId, now: Timestamp) -> Option<Room>;
    insert_room(room: &NewRoom) -> RoomId;
    change_room(id: RoomId, change: &RoomChange) -> ();
    delete_room(id: RoomId) -> SweepReport;
}

answered_within! {
    { impl WriteContents for Faulty<dyn WriteTx> } {}
    insert_content(content: &NewContent) -> ContentId;
    change_content(id: ContentId, change: &ContentChange, now: Timestamp) -> bool;
    put_thumbnail(id: ContentId, thumbnail: &Thumbnail) -> bool;
    delete_contents(room: RoomId, ids: &[ContentId]) -> SweepReport;
    count_download(id: ContentId) -> bool;
    add_downloads(id: ContentId, count: u64) -> ();
}

answered_within! {
    { impl WriteEdits for Faulty<dyn WriteTx> } {}
    insert_edits(room: RoomId, content: ContentId, edits: &[KeptEdit]) -> ();
    delete_edits(room: RoomId, content: ContentId, oldest: OldestEdits) -> ();
}

answered_within! {
    { impl WriteSessions for Faulty<dyn WriteTx> } {}
    insert_token(token: &TokenRecord) -> ();
    revoke_token(jti: Jti, now: Timestamp) -> ();
    revoke_session_tokens(room: RoomId, sid: SessionId, now: Timestamp) -> ();
    insert_refresh(refresh: &RefreshRecord) -> ();
    lock_refresh(hash: KeyHash) -> Option<RefreshRecord>;
    use_refresh(hash: KeyHash, now: Timestamp) -> bool;
    revoke_session_refresh(room: RoomId, sid: SessionId, now: Timestamp) -> ();
    revoke_guests(room: RoomId, now: Timestamp) -> ();
    delete_session_tokens(room: RoomId, sid: SessionId) -> ();
    delete_dead_credentials(room: RoomId, kind: CredentialKind, now: Timestamp) -> ();
    delete_dead_tokens(now: Timestamp) -> ();
}

answered_within! {
    { impl WriteTickets for Faulty<dyn WriteTx> } {}
    insert_ticket(ticket: &NewTicket) -> TicketId;
    use_ticket(id: TicketId) -> bool;
    revoke_ticket(id: TicketId, now: Timestamp) -> ();
    revoke_session_tickets(room: RoomId, sid: SessionId, now: Timestamp) -> ();
}

answered_within! {
    { impl WriteReservations for Faulty<dyn WriteTx> } {}
    insert_reservation(room: RoomId, sid: SessionId, hold: Hold, manifest: &Manifest, now: Timestamp)
        -> ReservationId;
    update_hold(id: ReservationId, hold: Hold) -> bool;
    delete_reservation(id: ReservationId) -> bool;
    lapse_session_holds(room: RoomId, sid: SessionId, now: Timestamp) -> ();
    delete_lapsed_reservations(now: Timestamp) -> ();
}

answered_within! {
    { impl WriteUploads for Faulty<dyn WriteTx> } {}
    insert_upload(upload: &NewUpload) -> ReservationId;
    insert_chunk(upload: ReservationId, chunk: &Chunk, hash_progress: Option<&HashProgress>) -> ();
    save_hash(upload: ReservationId, file: u32, hash_progress: &HashProgress) -> ();
    settle_file(upload: ReservationId, file: u32, content: ContentId) -> ();
}

answered_within! {
    { impl WriteAnnouncements for Faulty<dyn WriteTx> } {}
    announce(id: ReservationId, keys: &[BlobKey], until: Timestamp) -> ();
    extend_announcements(id: ReservationId, until: Timestamp) -> ();
    extend_announcement(key: &BlobKey, until: Timestamp) -> bool;
    retract_announcement(key: &BlobKey) -> bool;
    retract_announcements(id: ReservationId) -> u64;
    queue_lapsed_announcements(now: Timestamp) -> ();
}

answered_within! {
    { impl WriteBlobQueue for Faulty<dyn WriteTx> } {}
    queue_blobs(keys: &[BlobKey]) -> ();
    unqueue_blobs(keys: &[BlobKey]) -> ();
}

answered_within! {
    { impl WriteLeases for Faulty<dyn WriteTx> } {}
    take_lease(name: &str, holder: LeaseHolder, now: Timestamp, until: Timestamp) -> bool;
    release_lease(name: &str, holder: LeaseHolder) -> bool;
}

answered_within! {
    { impl WriteInstallation for Faulty<dyn WriteTx> } {}
    name_installation(id: InstallationId) -> ();
    mark_blobs() -> ();
    set_removed_until(until: Timestamp) -> ();
    probe(now: Timestamp) -> ();
}

answered_within! {
    { impl WriteTotals for Faulty<dyn WriteTx> } {}
    lock_totals() -> ();
    share_totals() -> ();
}

answered_within! {
    { impl WriteEvents for Faulty<dyn WriteTx> } {}
    record(room: RoomId, happened: &[(Option<SessionId>, Happening)], now: Timestamp) -> u64;
    delete_events(room: RoomId, up_to: u64) -> u64;
}

#[async_trait]
impl WriteTx for Faulty<dyn WriteTx> {
    async fn commit(self: Box<Self>) -> StoreResult<()> {
        let number = self.store.commits.fetch_add(1, Ordering::SeqCst) + 1;
        match self.store.end_of(number) {
            CommitEnd::Committed => self.inner.commit().await,
            CommitEnd::Collided => Err(StoreError::Contended("as the test wants it".into())),
            CommitEnd::Unheard => {
                self.inner.commit().await?;
                Err(StoreError::Unavailable("as the test wants it".into()))
            }
            CommitEnd::Lost => Err(StoreError::Unavailable("as the test wants it".into())),
        }
    }
}

use std::{collections::BTreeSet, ops::Bound, sync::Arc};

use async_trait::async_trait;

use super::{
    Shared,
    state::{ContentRow, State},
};
use crate::{
    content::{Content, Reservation, StoredContent},
    id::{BlobKey, ContentId, Jti, ReservationId, RoomId, SessionId, TicketId, UploadId},
    name::{FileName, RoomRef},
    ports::{Access, ContentAccess, ContentPage, Counts, ReadTx, StoreResult},
    quota::{Hold, HoldState},
    room::Room,
    secret::KeyHash,
    ticket::Ticket,
    time::Timestamp,
    token::TokenRecord,
    upload::{Chunk, ChunkedUpload},
};

/// Where a state to ask comes from.
pub(super) trait Sees: Send + Sync {
    fn state(&self) -> &State;
    /// Called before each question.
    fn refresh(&mut self);
}

/// What was committed last, anew for each question.
pub(super) struct Latest {
    shared: Arc<Shared>,
    state: Arc<State>,
}

impl Latest {
    pub(super) fn new(shared: Arc<Shared>) -> Self {
        Self { state: shared.committed(), shared }
    }
}

impl Sees for Latest {
    fn state(&self) -> &State {
        &self.state
    }

    fn refresh(&mut self) {
        self.state = self.shared.committed();
    }
}

/// Answers questions about a state.
pub(super) struct View<S>(pub(super) S);

impl<S: Sees> View<S> {
    fn now(&mut self) -> &State {
        self.0.refresh();
        self.0.state()
    }
}

fn limited(limit: u64) -> usize {
    usize::try_from(limit).unwrap_or(usize::MAX)
}

impl State {
    fn room_at(&self, id: RoomId, now: Timestamp) -> Option<Room> {
        let mut room = Room::clone(self.rooms.get(&id)?);
        let live = self.holds(id, now).map(|(_, hold)| hold.size);
        room.reserved_size = live.fold(0, u64::saturating_add);
        Some(room)
    }

    fn holds(&self, room: RoomId, now: Timestamp) -> impl Iterator<Item = (ReservationId, Hold)> {
        let of_room = self.reservations.owned(room, None).map(|held| (held.id, held.hold));
        of_room.filter(move |(_, hold)| hold.is_live(now))
    }

    fn upload_of(&self, id: ReservationId) -> Option<ChunkedUpload> {
        let (row, held) = (self.uploads.get(&id)?, self.reservations.get(&id)?);
        Some(ChunkedUpload { hold: held.hold, ..row.upload.clone() })
    }

    fn token_of(&self, room: RoomId, jti: Jti) -> Option<TokenRecord> {
        let token = self.tokens.get(&jti).filter(|token| token.room_id == room)?;
        Some(TokenRecord::clone(token))
    }

    fn content_of(&self, room: RoomId, id: ContentId) -> Option<StoredContent> {
        let row = self.contents.get(&id).filter(|row| row.content.room_id == room)?;
        Some(row.to_stored())
    }

    /// Those of the named contents that are this room's, each once and in order.
    fn named(&self, room: RoomId, ids: &[ContentId]) -> impl Iterator<Item = &ContentRow> {
        let ids: BTreeSet<ContentId> = ids.iter().copied().collect();
        let rows = ids.into_iter().filter_map(|id| self.contents.get(&id));
        rows.map(Arc::as_ref).filter(move |row| row.content.room_id == room)
    }

    fn access_by(&self, address: &RoomRef, jti: Option<Jti>, now: Timestamp) -> Option<Access> {
        let room = self.room_at(*self.addresses.get(address.as_str())?, now)?;
        let token = jti.and_then(|jti| self.token_of(room.id, jti));
        Some(Access { room, token })
    }
}

#[async_trait]
impl<S: Sees> ReadTx for View<S> {
    async fn access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>> {
        Ok(self.now().access_by(address, jti, now))
    }

    async fn content_access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        content: ContentId,
        now: Timestamp,
    ) -> StoreResult<Option<ContentAccess>> {
        let state = self.now();
        Ok(state.access_by(address, jti, now).map(|Access { room, token }| ContentAccess {
            content: state.content_of(room.id, content),
            room,
            token,
        }))
    }

    async fn room(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>> {
        Ok(self.now().room_at(id, now))
    }

    async fn rooms(&mut self, after: Option<RoomId>, limit: u64, now: Timestamp) -> StoreResult<Vec<Room>> {
        let state = self.now();
        let listed = state.rooms.behind(after).take(limited(limit));
        Ok(listed.filter_map(|room| state.room_at(room.id, now)).collect())
    }

    async fn contents(&mut self, room: RoomId, page: ContentPage) -> StoreResult<Vec<Content>> {
        let rows = self.now().contents.owned(room, page.after);
        let rows = rows.filter(|row| page.sid.is_none_or(|sid| row.content.sid == sid));
        Ok(rows
            .take(page.limit.map_or(usize::MAX, limited))
            .map(|row| if page.without_texts { row.content.clone() } else { row.to_stored().into_listed() })
            .collect())
    }

    async fn contents_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>> {
        Ok(self.now().named(room, ids).map(|row| row.content.clone()).collect())
    }

    async fn listed_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>> {
        Ok(self.now().named(room, ids).map(|row| row.to_stored().into_listed()).collect())
    }

    async fn newest_content(
        &mut self,
        room: RoomId,
        name: &FileName,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Option<ContentId>> {
        let rows = self.now().contents.owned(room, None);
        let named = rows.map(|row| &row.content).filter(|content| content.file_name.as_ref() == Some(name));
        let live = named.filter(|content| !content.is_expired(now) && !content.is_spent());
        let seen = live.filter(|content| sid.is_none_or(|sid| content.sid == sid));
        Ok(seen.last().map(|content| content.id))
    }

    async fn token(&mut self, room: RoomId, jti: Jti) -> StoreResult<Option<TokenRecord>> {
        Ok(self.now().token_of(room, jti))
    }

    async fn live_tokens(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<TokenRecord>> {
        let of_room = self.now().tokens.owned(room, None);
        let of_session = of_room.filter(|token| sid.is_none_or(|sid| token.sid == sid));
        let mut live: Vec<_> =
            of_session.filter(|token| token.is_live(now)).map(|token| TokenRecord::clone(token)).collect();
        live.sort_by_key(|token| (token.created_at, token.jti));
        Ok(live)
    }

    async fn ticket(&mut self, room: RoomId, id: TicketId) -> StoreResult<Option<Ticket>> {
        let found = self.now().tickets.get(&id).filter(|ticket| ticket.room_id == room);
        Ok(found.map(|ticket| Ticket::clone(ticket)))
    }

    async fn ticket_by_hash(&mut self, hash: KeyHash) -> StoreResult<Option<Ticket>> {
        let state = self.now();
        let found = state.ticket_hashes.get(&hash).and_then(|id| state.tickets.get(id));
        Ok(found.map(|ticket| Ticket::clone(ticket)))
    }

    async fn live_tickets(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<Ticket>> {
        let of_room = self.now().tickets.owned(room, None).filter(|ticket| ticket.is_live(now));
        let of_session = of_room.filter(|ticket| sid.is_none_or(|sid| ticket.sid == sid));
        Ok(of_session.map(|ticket| Ticket::clone(ticket)).collect())
    }

    async fn reservation(&mut self, room: RoomId, id: ReservationId) -> StoreResult<Option<Reservation>> {
        let found = self.now().reservations.get(&id).filter(|found| found.room_id == room);
        Ok(found.map(|found| Reservation::clone(found)))
    }

    async fn upload(&mut self, room: RoomId, id: UploadId) -> StoreResult<Option<ChunkedUpload>> {
        let state = self.now();
        let found = state.upload_ids.get(&id).and_then(|id| state.upload_of(*id));
        Ok(found.filter(|upload| upload.room_id == room))
    }

    async fn upload_by_token(&mut self, hash: KeyHash) -> StoreResult<Option<ChunkedUpload>> {
        let state = self.now();
        Ok(state.upload_tokens.get(&hash).and_then(|id| state.upload_of(*id)))
    }

    async fn live_uploads(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<ChunkedUpload>> {
        let state = self.now();
        let of_room =
            state.uploads.owned(room, None).filter_map(|row| state.upload_of(row.upload.reservation));
        let of_session = of_room.filter(|upload| sid.is_none_or(|sid| upload.sid == sid));
        let live =
            of_session.filter(|upload| upload.hold.is_live(now) && upload.hold.state != HoldState::Done);
        Ok(live.collect())
    }

    async fn chunk(&mut self, upload: ReservationId, file: u32, index: u64) -> StoreResult<Option<Chunk>> {
        Ok(self.now().chunks.get(&(upload, file, index)).map(|row| row.chunk.clone()))
    }

    async fn chunks(&mut self, upload: ReservationId, file: Option<u32>) -> StoreResult<Vec<Chunk>> {
        let rows = self.now().chunks.owned(upload, None).map(|row| &row.chunk);
        Ok(rows.filter(|chunk| file.is_none_or(|file| chunk.file == file)).cloned().collect())
    }

    async fn live_holds(&mut self, room: RoomId, now: Timestamp) -> StoreResult<Vec<(ReservationId, Hold)>> {
        Ok(self.now().holds(room, now).collect())
    }

    async fn expired_rooms(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<RoomId>> {
        Ok(self.now().rooms.ended(now).take(limited(limit)).map(|room| room.id).collect())
    }

    async fn dead_contents(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<(RoomId, ContentId)>> {
        let dead = self.now().contents.ended(now).take(limited(limit));
        Ok(dead.map(|row| (row.content.room_id, row.content.id)).collect())
    }

    async fn lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<(u64, u64)> {
        let lapsed = self.now().reservations.ended(now);
        let lapsed = lapsed.filter(|held| held.hold.state != HoldState::Done);
        Ok(lapsed.fold((0, 0), |(count, size), held| (count + 1, held.hold.size.saturating_add(size))))
    }

    async fn lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<u64> {
        Ok(self.now().announcements.ended(now).count() as u64)
    }

    async fn dead_tokens(&mut self, now: Timestamp) -> StoreResult<u64> {
        let state = self.now();
        let tokens = state.tokens.ended(now).count() + state.refresh.ended(now).count();
        Ok((tokens + state.tickets.ended(now).count()) as u64)
    }

    async fn queued_blobs(&mut self, after: Option<&BlobKey>, limit: u64) -> StoreResult<Vec<BlobKey>> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let waiting = self.now().queue.range::<BlobKey, _>((from, Bound::Unbounded));
        Ok(waiting.take(limited(limit)).cloned().collect())
    }

    async fn queued_blob_count(&mut self) -> StoreResult<u64> {
        Ok(self.now().queue.size() as u64)
    }

    async fn counts(&mut self) -> StoreResult<Counts> {
        Ok(self.now().counts())
    }
}

use std::sync::Arc;

use async_trait::async_trait;
use futures::lock::OwnedMutexGuard;

use super::{
    Shared,
    read::{Sees, View},
    state::{Announcement, ChunkRow, ContentRow, State, UploadRow, keys},
    table::Row,
};
use crate::{
    change::ContentChange,
    content::{Content, Manifest, NewContent, Reservation},
    id::{BlobKey, ContentId, Jti, LeaseHolder, ReservationId, RoomId, SessionId, TicketId},
    name::RoomRef,
    ports::{Access, ReadTx, StoreError, StoreResult, SweepReport, WriteTx},
    quota::Hold,
    room::{NewRoom, Room, RoomChange, RoomStatus},
    secret::KeyHash,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
    upload::{Chunk, HashProgress, NewUpload},
};

/// A copy of the state that nobody else sees, and the turn to write.
pub(super) struct Draft {
    shared: Arc<Shared>,
    state: State,
    _turn: OwnedMutexGuard<()>,
}

impl Draft {
    pub(super) fn new(shared: Arc<Shared>, turn: OwnedMutexGuard<()>) -> Self {
        let state = State::clone(&shared.committed());
        Self { shared, state, _turn: turn }
    }
}

impl Sees for Draft {
    fn state(&self) -> &State {
        &self.state
    }

    fn refresh(&mut self) {}
}

impl View<Draft> {
    fn state(&mut self) -> &mut State {
        &mut self.0.state
    }

    /// Changes tokens that are not revoked yet.
    fn revoke(&mut self, tokens: Vec<Arc<TokenRecord>>, now: Timestamp) {
        for token in tokens.into_iter().filter(|token| token.revoked_at.is_none()) {
            self.state().tokens.put(TokenRecord { revoked_at: Some(now), ..TokenRecord::clone(&token) });
        }
    }

    /// Changes refresh tokens that are not revoked yet.
    fn revoke_refresh(&mut self, tokens: Vec<Arc<RefreshRecord>>, now: Timestamp) {
        for token in tokens.into_iter().filter(|token| token.revoked_at.is_none()) {
            self.state().refresh.put(RefreshRecord { revoked_at: Some(now), ..RefreshRecord::clone(&token) });
        }
    }

    /// Changes tickets that are not revoked yet.
    fn revoke_tickets(&mut self, tickets: Vec<Arc<Ticket>>, now: Timestamp) {
        for ticket in tickets.into_iter().filter(|ticket| ticket.revoked_at.is_none()) {
            self.state().put_ticket(Ticket { revoked_at: Some(now), ..Ticket::clone(&ticket) });
        }
    }

    /// Changes a content's count of downloads, when that is allowed.
    fn add_to_count(&mut self, id: ContentId, count: u64, allowed: impl FnOnce(&Content) -> bool) -> bool {
        let contents = &mut self.state().contents;
        let Some(row) = contents.get(&id).filter(|row| allowed(&row.content)) else { return false };
        let mut row = ContentRow::clone(row);
        row.content.download_count = row.content.download_count.saturating_add(count);
        contents.put(row);
        true
    }
}

/// The next number of a sequence.
fn next(last: &mut i64) -> StoreResult<i64> {
    *last = last.checked_add(1).ok_or_else(|| StoreError::Corrupt("out of numbers".into()))?;
    Ok(*last)
}

fn set<T: Clone>(column: &mut T, change: &Option<T>) {
    if let Some(value) = change {
        column.clone_from(value);
    }
}

#[async_trait]
impl WriteTx for View<Draft> {
    async fn lock_room(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>> {
        // Whoever writes has locked everything.
        self.access(address, jti, now).await
    }

    async fn lock_room_by_id(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>> {
        self.room(id, now).await
    }

    async fn insert_room(&mut self, room: &NewRoom) -> StoreResult<RoomId> {
        let state = self.state();
        if !state.is_free(room.name.as_str(), None) || !state.is_free(&room.slug, None) {
            return Err(StoreError::AddressTaken);
        }
        let id = RoomId(next(&mut state.last_room)?);
        state.addresses.insert_mut(room.name.as_str().to_owned(), id);
        state.addresses.insert_mut(room.slug.clone(), id);
        state.rooms.put(Room {
            id,
            name: room.name.clone(),
            slug: room.slug.clone(),
            password_hash: room.password_hash.clone(),
            owner_key_hash: room.owner_key_hash,
            owner_claimed: false,
            status: RoomStatus::Open,
            permission: room.permission,
            max_size: room.max_size,
            stored_size: 0,
            reserved_size: 0,
            max_entries: room.max_entries,
            entries: 0,
            expire_at: room.expire_at,
            created_at: room.created_at,
            updated_at: room.created_at,
        });
        Ok(id)
    }

    async fn change_room(&mut self, id: RoomId, change: &RoomChange) -> StoreResult<()> {
        let state = self.state();
        let Some(before) = state.rooms.get(&id).cloned() else { return Ok(()) };
        if let Some(slug) = &change.slug {
            if !state.is_free(slug, Some(id)) {
                return Err(StoreError::AddressTaken);
            }
            if before.slug != before.name.as_str() {
                state.addresses.remove_mut(&before.slug);
            }
            state.addresses.insert_mut(slug.clone(), id);
        }
        // Named one by one, so that a column added to the change is not forgotten here.
        let RoomChange {
            permission,
            slug,
            status,
            password_hash,
            max_size,
            max_entries,
            entries,
            expire_at,
            owner_claimed,
            updated_at,
        } = change;
        state.edit_room(id, |room| {
            set(&mut room.permission, permission);
            set(&mut room.slug, slug);
            set(&mut room.status, status);
            set(&mut room.password_hash, password_hash);
            set(&mut room.max_size, max_size);
            set(&mut room.max_entries, max_entries);
            set(&mut room.entries, entries);
            set(&mut room.expire_at, expire_at);
            set(&mut room.owner_claimed, owner_claimed);
            set(&mut room.updated_at, updated_at);
        });
        Ok(())
    }

    async fn delete_room(&mut self, id: RoomId) -> StoreResult<SweepReport> {
        Ok(self.state().remove_room(id))
    }

    async fn insert_token(&mut self, token: &TokenRecord) -> StoreResult<()> {
        self.state().check_room(token.room_id)?;
        self.state().tokens.put(token.clone());
        Ok(())
    }

    async fn revoke_token(&mut self, jti: Jti, now: Timestamp) -> StoreResult<()> {
        let named = self.state().tokens.get(&jti).cloned();
        self.revoke(Vec::from_iter(named), now);
        Ok(())
    }

    async fn revoke_session_tokens(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let session = self.state().tokens.owned(room, None).filter(|token| token.sid == sid);
        let session = session.cloned().collect();
        self.revoke(session, now);
        Ok(())
    }

    async fn revoke_session_refresh(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let session = self.state().refresh.owned(room, None).filter(|token| token.sid == sid);
        let session = session.cloned().collect();
        self.revoke_refresh(session, now);
        Ok(())
    }

    async fn revoke_session_tickets(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let session = self.state().tickets.owned(room, None).filter(|ticket| ticket.sid == sid);
        let session = session.cloned().collect();
        self.revoke_tickets(session, now);
        Ok(())
    }

    async fn revoke_guests(&mut self, room: RoomId, now: Timestamp) -> StoreResult<()> {
        let guests = self.state().tokens.owned(room, None).filter(|token| !token.owner);
        let guests = guests.cloned().collect();
        self.revoke(guests, now);
        let guests = self.state().refresh.owned(room, None).filter(|token| !token.owner);
        let guests = guests.cloned().collect();
        self.revoke_refresh(guests, now);
        let guests = self.state().tickets.owned(room, None).filter(|ticket| !ticket.owner);
        let guests = guests.cloned().collect();
        self.revoke_tickets(guests, now);
        self.state()
            .lapse(room, now, |state, held| state.uploads.get(&held.id).is_some_and(|row| !row.upload.owner));
        Ok(())
    }

    async fn insert_refresh(&mut self, refresh: &RefreshRecord) -> StoreResult<()> {
        self.state().check_room(refresh.room_id)?;
        self.state().refresh.put(refresh.clone());
        Ok(())
    }

    async fn lock_refresh(&mut self, hash: KeyHash) -> StoreResult<Option<RefreshRecord>> {
        Ok(self.state().refresh.get(&hash).map(|found| RefreshRecord::clone(found)))
    }

    async fn use_refresh(&mut self, hash: KeyHash, now: Timestamp) -> StoreResult<bool> {
        let refresh = &mut self.state().refresh;
        let Some(found) = refresh.get(&hash).filter(|found| found.used_at.is_none()) else {
            return Ok(false);
        };
        let used = RefreshRecord { used_at: Some(now), ..RefreshRecord::clone(found) };
        refresh.put(used);
        Ok(true)
    }

    async fn insert_ticket(&mut self, ticket: &NewTicket) -> StoreResult<TicketId> {
        let state = self.state();
        state.check_room(ticket.room_id)?;
        let id = TicketId(next(&mut state.last_ticket)?);
        state.put_ticket(ticket.clone().into_ticket(id));
        Ok(id)
    }

    async fn use_ticket(&mut self, id: TicketId) -> StoreResult<bool> {
        let usable = |ticket: &&Arc<Ticket>| ticket.revoked_at.is_none() && !ticket.is_spent();
        let Some(found) = self.state().tickets.get(&id).filter(usable) else { return Ok(false) };
        let used = Ticket { uses: found.uses.saturating_add(1), ..Ticket::clone(found) };
        self.state().put_ticket(used);
        Ok(true)
    }

    async fn revoke_ticket(&mut self, id: TicketId, now: Timestamp) -> StoreResult<()> {
        let named = self.state().tickets.get(&id).cloned();
        self.revoke_tickets(Vec::from_iter(named), now);
        Ok(())
    }

    async fn insert_reservation(
        &mut self,
        room: RoomId,
        sid: SessionId,
        hold: Hold,
        manifest: &Manifest,
        _now: Timestamp,
    ) -> StoreResult<ReservationId> {
        let state = self.state();
        state.check_room(room)?;
        let id = ReservationId(next(&mut state.last_reservation)?);
        state.reservations.put(Reservation { id, room_id: room, sid, hold, manifest: manifest.clone() });
        Ok(id)
    }

    async fn update_hold(&mut self, id: ReservationId, hold: Hold) -> StoreResult<bool> {
        let reservations = &mut self.state().reservations;
        let Some(found) = reservations.get(&id) else { return Ok(false) };
        let mut changed = Reservation::clone(found);
        changed.hold = hold;
        reservations.put(changed);
        Ok(true)
    }

    async fn delete_reservation(&mut self, id: ReservationId) -> StoreResult<bool> {
        Ok(self.state().remove_reservation(id))
    }

    async fn insert_upload(&mut self, upload: &NewUpload) -> StoreResult<ReservationId> {
        let &NewUpload { id, room_id, sid, token_hash, hold, .. } = upload;
        let state = self.state();
        state.check_room(room_id)?;
        let reservation = ReservationId(next(&mut state.last_reservation)?);
        let manifest = Manifest::default();
        state.reservations.put(Reservation { id: reservation, room_id, sid, hold, manifest });
        state.upload_ids.insert_mut(id, reservation);
        state.upload_tokens.insert_mut(token_hash, reservation);
        state.uploads.put(UploadRow { upload: upload.clone().into_upload(reservation), token_hash });
        Ok(reservation)
    }

    async fn insert_chunk(
        &mut self,
        upload: ReservationId,
        chunk: &Chunk,
        hash_progress: Option<&HashProgress>,
    ) -> StoreResult<()> {
        let state = self.state();
        if state.uploads.get(&upload).is_none() {
            return Err(StoreError::Corrupt(format!("no upload {upload}")));
        }
        let row = ChunkRow { upload, chunk: chunk.clone() };
        if state.chunks.get(&row.key()).is_some() {
            return Err(StoreError::Corrupt(format!("chunk {:?} is there", row.key())));
        }
        state.chunks.put(row);
        state.edit_progress(upload, chunk.file, |progress| {
            progress.chunks += 1;
            progress.bytes += chunk.size;
            set(&mut progress.hash_progress, &hash_progress.cloned());
        });
        Ok(())
    }

    async fn save_hash(
        &mut self,
        upload: ReservationId,
        file: u32,
        hash_progress: &HashProgress,
    ) -> StoreResult<()> {
        self.state().edit_progress(upload, file, |progress| {
            if progress.chunks > 0 {
                progress.hash_progress = hash_progress.clone();
            }
        });
        Ok(())
    }

    async fn settle_file(&mut self, upload: ReservationId, file: u32, content: ContentId) -> StoreResult<()> {
        let state = self.state();
        let rows = state.chunks.owned(upload, None).filter(|row| row.chunk.file == file);
        let rows: Vec<ChunkRow> = rows.map(|row| ChunkRow::clone(row)).collect();
        for mut row in rows {
            row.chunk.blob = None;
            state.chunks.put(row);
        }
        state.edit_progress(upload, file, |progress| progress.content = Some(content));
        Ok(())
    }

    async fn lapse_session_holds(&mut self, room: RoomId, sid: SessionId, now: Timestamp) -> StoreResult<()> {
        self.state().lapse(room, now, |_, held| held.sid == sid);
        Ok(())
    }

    async fn announce(&mut self, id: ReservationId, keys: &[BlobKey], until: Timestamp) -> StoreResult<()> {
        for key in keys {
            self.state().announcements.put(Announcement { reservation: id, key: key.clone(), until });
        }
        Ok(())
    }

    async fn extend_announcements(&mut self, id: ReservationId, until: Timestamp) -> StoreResult<()> {
        let announcements = &mut self.state().announcements;
        for key in keys(announcements.owned(id, None)) {
            announcements.put(Announcement { reservation: id, key, until });
        }
        Ok(())
    }

    async fn extend_announcement(&mut self, key: &BlobKey, until: Timestamp) -> StoreResult<bool> {
        let announcements = &mut self.state().announcements;
        let Some(found) = announcements.get(key) else { return Ok(false) };
        let extended = Announcement { until, ..Announcement::clone(found) };
        announcements.put(extended);
        Ok(true)
    }

    async fn retract_announcement(&mut self, key: &BlobKey) -> StoreResult<bool> {
        Ok(self.state().announcements.remove(key).is_some())
    }

    async fn retract_announcements(&mut self, id: ReservationId) -> StoreResult<u64> {
        let announcements = &mut self.state().announcements;
        let retracted = keys(announcements.owned(id, None));
        for key in &retracted {
            announcements.remove(key);
        }
        Ok(retracted.len() as u64)
    }

    async fn insert_content(&mut self, content: &NewContent) -> StoreResult<ContentId> {
        let state = self.state();
        state.check_room(content.room_id)?;
        let id = ContentId(next(&mut state.last_content)?);
        let segments = content.segments.as_slice().into();
        let content = Content { text: None, ..content.clone().into_content(id) };
        state.add_content(ContentRow { content, segments });
        Ok(id)
    }

    async fn change_content(
        &mut self,
        id: ContentId,
        change: &ContentChange,
        now: Timestamp,
    ) -> StoreResult<bool> {
        Ok(self.state().change_content(id, change, now))
    }

    async fn delete_contents(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<SweepReport> {
        let state = self.state();
        let mut report = SweepReport::default();
        for id in ids {
            if state.contents.get(id).is_some_and(|row| row.content.room_id == room) {
                state.remove_content(*id, &mut report);
            }
        }
        Ok(report)
    }

    async fn count_download(&mut self, id: ContentId) -> StoreResult<bool> {
        Ok(self.add_to_count(id, 1, |content| content.max_downloads.is_some() && !content.is_spent()))
    }

    async fn add_downloads(&mut self, id: ContentId, count: u64) -> StoreResult<()> {
        self.add_to_count(id, count, |content| content.max_downloads.is_none());
        Ok(())
    }

    async fn delete_lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<()> {
        let state = self.state();
        for id in keys(state.reservations.ended(now)) {
            state.remove_reservation(id);
        }
        Ok(())
    }

    async fn queue_lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<()> {
        let state = self.state();
        for key in keys(state.announcements.ended(now)) {
            state.announcements.remove(&key);
            state.queue.insert_mut(key);
        }
        Ok(())
    }

    async fn delete_dead_tokens(&mut self, now: Timestamp) -> StoreResult<()> {
        let state = self.state();
        for jti in keys(state.tokens.ended(now)) {
            state.tokens.remove(&jti);
        }
        for hash in keys(state.refresh.ended(now)) {
            state.refresh.remove(&hash);
        }
        for ticket in keys(state.tickets.ended(now)) {
            state.remove_ticket(ticket);
        }
        Ok(())
    }

    async fn queue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        for key in keys {
            self.state().queue.insert_mut(key.clone());
        }
        Ok(())
    }

    async fn unqueue_blobs(&mut self, keys: &[BlobKey]) -> StoreResult<()> {
        for key in keys {
            self.state().queue.remove_mut(key);
        }
        Ok(())
    }

    async fn take_lease(
        &mut self,
        name: &str,
        holder: LeaseHolder,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool> {
        let leases = &mut self.state().leases;
        let free = leases.get(name).is_none_or(|&(other, end)| other == holder || end <= now);
        if free {
            leases.insert_mut(name.to_owned(), (holder, until));
        }
        Ok(free)
    }

    async fn release_lease(&mut self, name: &str, holder: LeaseHolder) -> StoreResult<bool> {
        let leases = &mut self.state().leases;
        let held = leases.get(name).is_some_and(|&(other, _)| other == holder);
        Ok(held && leases.remove_mut(name))
    }

    async fn commit(self: Box<Self>) -> StoreResult<()> {
        let Draft { shared, state, _turn } = self.0;
        shared.commit(state);
        Ok(())
    }
}

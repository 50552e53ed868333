use async_trait::async_trait;

use super::{
    state::{State, keys, limited, next},
    view::{Draft, Sees, View},
};
use crate::{
    id::{Jti, RoomId},
    name::RoomRef,
    ports::{Access, Counts, ReadRooms, StoreError, StoreResult, SweepReport, WriteRooms},
    room::{NewRoom, Room, RoomChange},
    time::Timestamp,
};

impl State {
    pub(super) fn room_at(&self, id: RoomId, now: Timestamp) -> Option<Room> {
        let mut room = Room::clone(self.rooms.get(&id)?);
        let live = self.holds(id, now).map(|(_, hold)| hold.size);
        room.reserved_size = live.fold(0, u64::saturating_add);
        Some(room)
    }

    pub(super) fn access_by(&self, address: &RoomRef, jti: Option<Jti>, now: Timestamp) -> Option<Access> {
        let room = self.room_at(*self.addresses.get(address.as_str())?, now)?;
        let token = jti.and_then(|jti| self.token_of(room.id, jti));
        Some(Access { room, token })
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
        for event in keys(self.events.owned(id, None)) {
            self.events.remove(&event);
        }
        if let Some(room) = self.rooms.remove(&id) {
            self.addresses.remove_mut(room.name.as_str());
            self.addresses.remove_mut(&room.slug);
        }
        report
    }

    pub(super) fn counts(&self) -> Counts {
        Counts { rooms: self.rooms.len(), contents: self.contents.len(), stored_size: self.stored_size }
    }
}

#[async_trait]
impl<S: Sees> ReadRooms for View<S> {
    async fn access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>> {
        Ok(self.now().access_by(address, jti, now))
    }

    async fn room(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>> {
        Ok(self.now().room_at(id, now))
    }

    async fn rooms(&mut self, after: Option<RoomId>, limit: u64, now: Timestamp) -> StoreResult<Vec<Room>> {
        let state = self.now();
        let listed = state.rooms.behind(after).take(limited(limit));
        Ok(listed.filter_map(|room| state.room_at(room.id, now)).collect())
    }

    async fn expired_rooms(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<RoomId>> {
        Ok(self.now().rooms.ended(now).take(limited(limit)).map(|room| room.id).collect())
    }

    async fn counts(&mut self) -> StoreResult<Counts> {
        Ok(self.now().counts())
    }
}

#[async_trait]
impl WriteRooms for View<Draft> {
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
        state.rooms.put(room.clone().into_room(id));
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
        state.edit_room(id, |room| change.apply(room));
        Ok(())
    }

    async fn delete_room(&mut self, id: RoomId) -> StoreResult<SweepReport> {
        Ok(self.state().remove_room(id))
    }
}

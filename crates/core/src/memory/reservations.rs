use async_trait::async_trait;

use super::{
    rows::UploadRow,
    state::{State, keys, next},
    view::{Draft, Sees, View},
};
use crate::{
    content::{Manifest, Reservation},
    id::{ReservationId, RoomId, SessionId},
    ports::{ReadReservations, StoreResult, WriteReservations},
    quota::{Hold, HoldState},
    time::Timestamp,
};

impl State {
    pub(super) fn holds(&self, room: RoomId, now: Timestamp) -> impl Iterator<Item = (ReservationId, Hold)> {
        let of_room = self.reservations.owned(room, None).map(|held| (held.id, held.hold));
        of_room.filter(move |(_, hold)| hold.is_live(now))
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
            if let Some(row) = self.uploads.get(&held.id) {
                self.uploads.put(UploadRow { ended: true, ..UploadRow::clone(row) });
            }
            self.reservations.put(held);
        }
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
}

#[async_trait]
impl<S: Sees> ReadReservations for View<S> {
    async fn reservation(&mut self, room: RoomId, id: ReservationId) -> StoreResult<Option<Reservation>> {
        let found = self.now().reservations.get(&id).filter(|found| found.room_id == room);
        Ok(found.map(|found| Reservation::clone(found)))
    }

    async fn live_holds(&mut self, room: RoomId, now: Timestamp) -> StoreResult<Vec<(ReservationId, Hold)>> {
        Ok(self.now().holds(room, now).collect())
    }

    async fn lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<(u64, u64)> {
        let lapsed = self.now().reservations.ended(now);
        let lapsed = lapsed.filter(|held| held.hold.state != HoldState::Done);
        Ok(lapsed.fold((0, 0), |(count, size), held| (count + 1, held.hold.size.saturating_add(size))))
    }
}

#[async_trait]
impl WriteReservations for View<Draft> {
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

    async fn lapse_session_holds(&mut self, room: RoomId, sid: SessionId, now: Timestamp) -> StoreResult<()> {
        self.state().lapse(room, now, |_, held| held.sid == sid);
        Ok(())
    }

    async fn delete_lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<()> {
        let state = self.state();
        for id in keys(state.reservations.ended(now)) {
            state.remove_reservation(id);
        }
        Ok(())
    }
}

use async_trait::async_trait;

use super::{
    rows::EventRow,
    state::{keys, limited},
    view::{Draft, Sees, View},
};
use crate::{
    event::{EventRange, Happening, RoomEvent},
    id::{RoomId, SessionId},
    ports::{ReadEvents, StoreError, StoreResult, WriteEvents},
    time::Timestamp,
};

#[async_trait]
impl<S: Sees> ReadEvents for View<S> {
    async fn events(&mut self, room: RoomId, after: u64, limit: u64) -> StoreResult<Vec<RoomEvent>> {
        let rows = self.now().events.owned(room, Some((room, after))).take(limited(limit));
        Ok(rows.map(|row| row.event.clone()).collect())
    }

    async fn event_ranges(&mut self, rooms: &[RoomId]) -> StoreResult<Vec<(RoomId, EventRange)>> {
        let state = self.now();
        let range = |room: &RoomId| {
            let newest = state.rooms.get(room)?.event_seq;
            let oldest = state.events.owned(*room, None).next().map_or(newest + 1, |row| row.event.seq);
            Some((*room, EventRange { oldest, newest }))
        };
        Ok(rooms.iter().filter_map(range).collect())
    }

    async fn first_event_since(&mut self, room: RoomId, since: Timestamp) -> StoreResult<Option<u64>> {
        let mut rows = self.now().events.owned(room, None);
        Ok(rows.find(|row| row.event.at > since).map(|row| row.event.seq))
    }

    async fn rooms_of_old_events(
        &mut self,
        after: Option<RoomId>,
        since: Timestamp,
        kept: u64,
        most: u64,
        limit: u64,
    ) -> StoreResult<Vec<RoomId>> {
        let state = self.now();
        let rooms = state.rooms.behind(after).filter(|room| {
            state.events.owned(room.id, None).map(|row| &row.event).filter(|event| event.seq % 100 == 0).any(
                |event| {
                    let behind = |count: u64| event.seq.saturating_add(count) <= room.event_seq;
                    (event.at <= since && behind(kept)) || behind(most)
                },
            )
        });
        Ok(rooms.take(limited(limit)).map(|room| room.id).collect())
    }
}

#[async_trait]
impl WriteEvents for View<Draft> {
    async fn record(
        &mut self,
        room: RoomId,
        happened: &[(Option<SessionId>, Happening)],
        now: Timestamp,
    ) -> StoreResult<u64> {
        let state = self.state();
        let newest = state.rooms.get(&room).map(|found| found.event_seq);
        let mut seq = newest.ok_or_else(|| StoreError::Corrupt(format!("no room {room}")))?;
        for (sid, what) in happened {
            seq += 1;
            let event = RoomEvent { seq, at: now, sid: *sid, what: what.clone() };
            state.events.put(EventRow { room, event });
        }
        state.edit_room(room, |room| room.event_seq = seq);
        Ok(seq)
    }

    async fn delete_events(&mut self, room: RoomId, up_to: u64) -> StoreResult<u64> {
        let state = self.state();
        let gone = keys(state.events.owned(room, None).take_while(|row| row.event.seq <= up_to));
        for key in &gone {
            state.events.remove(key);
        }
        Ok(gone.len() as u64)
    }
}

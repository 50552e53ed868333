use async_trait::async_trait;
use elizabeth_core::{
    event::{EventRange, Happening, RoomEvent},
    id::{RoomId, SessionId},
    ports::{ReadEvents, StoreResult, WriteEvents},
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction},
    json,
    tables::events,
    tx::SqlTx,
    value::corrupt,
};

/// How many events one statement adds at most, each of which is a query of its own in it.
const EVENTS_AT_ONCE: usize = 100;

#[async_trait]
impl<C: Connection> ReadEvents for SqlTx<C> {
    async fn events(&mut self, room: RoomId, after: u64, limit: u64) -> StoreResult<Vec<RoomEvent>> {
        self.all(events::Behind { room, after, limit }).await
    }

    async fn event_ranges(&mut self, rooms: &[RoomId]) -> StoreResult<Vec<(RoomId, EventRange)>> {
        let found = self.all_for_each(rooms, events::ranges).await?.into_iter();
        let range = |((room, newest), oldest): ((RoomId, u64), Option<u64>)| {
            (room, EventRange { oldest: oldest.unwrap_or(newest.saturating_add(1)), newest })
        };
        Ok(found.map(range).collect())
    }

    async fn first_event_since(&mut self, room: RoomId, since: Timestamp) -> StoreResult<Option<u64>> {
        self.first(events::FirstSince { room, since, limit: 1 }).await
    }

    async fn rooms_of_old_events(
        &mut self,
        after: Option<RoomId>,
        since: Timestamp,
        kept: u64,
        most: u64,
        limit: u64,
    ) -> StoreResult<Vec<RoomId>> {
        let after = after.unwrap_or(RoomId(i64::MIN));
        self.all(events::RoomsOfOld { after, since, kept, most, limit }).await
    }
}

#[async_trait]
impl<C: Transaction> WriteEvents for SqlTx<C> {
    async fn record(
        &mut self,
        room: RoomId,
        happened: &[(Option<SessionId>, Happening)],
        now: Timestamp,
    ) -> StoreResult<u64> {
        let kept = happened.iter().map(|(sid, what)| Ok((*sid, json::of_happening(what)?)));
        let kept: Vec<(Option<SessionId>, String)> = kept.collect::<StoreResult<_>>()?;
        let mut newest = None;
        for part in kept.chunks(EVENTS_AT_ONCE) {
            let numbers = match part {
                [(sid, what)] => {
                    self.all(events::InsertOne { at: now, sid: *sid, what: what.clone(), room }).await?
                }
                several => self.all(events::insert_several(room, now, several)).await?,
            };
            newest = newest.max(numbers.into_iter().max());
        }
        newest.ok_or_else(|| corrupt("events of no room, or none"))
    }

    async fn delete_events(&mut self, room: RoomId, up_to: u64) -> StoreResult<u64> {
        self.run(events::DeleteUpTo { room, up_to }).await
    }
}

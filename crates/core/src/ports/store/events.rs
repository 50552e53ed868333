use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    event::{EventRange, Happening, RoomEvent},
    id::{RoomId, SessionId},
    time::Timestamp,
};

/// What can be asked about what happened in rooms.
#[async_trait]
pub trait ReadEvents: Send {
    /// The events of a room that are kept behind a number, by ascending number, at most so many.
    async fn events(&mut self, room: RoomId, after: u64, limit: u64) -> StoreResult<Vec<RoomEvent>>;

    /// Which events are kept of each of those rooms that are there, in any order.
    async fn event_ranges(&mut self, rooms: &[RoomId]) -> StoreResult<Vec<(RoomId, EventRange)>>;

    /// The number of a room's oldest event that is younger than an instant.
    async fn first_event_since(&mut self, room: RoomId, since: Timestamp) -> StoreResult<Option<u64>>;

    /// Rooms by ascending number, behind `after` where that is given, in which some hundred events are not among the newest
    /// `kept` and no younger than an instant, or not among the newest `most`. One of which fewer are over may be left out.
    async fn rooms_of_old_events(
        &mut self,
        after: Option<RoomId>,
        since: Timestamp,
        kept: u64,
        most: u64,
        limit: u64,
    ) -> StoreResult<Vec<RoomId>>;
}

/// What can be done to what is known of what happened in rooms.
#[async_trait]
pub trait WriteEvents: Send {
    /// Adds what happened in a room, in that order and with the numbers that follow its newest one, each with the session
    /// that it is about. Answers the newest number. The room MUST be locked and there: numbers have no gap, also where
    /// others write at once.
    async fn record(
        &mut self,
        room: RoomId,
        happened: &[(Option<SessionId>, Happening)],
        now: Timestamp,
    ) -> StoreResult<u64>;

    /// Removes a room's events up to a number; says how many there were. The newest number stays what it is.
    async fn delete_events(&mut self, room: RoomId, up_to: u64) -> StoreResult<u64>;
}

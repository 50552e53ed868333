use std::collections::BTreeMap;

use elizabeth_core::{
    Caller, Elizabeth, Result, event::EventRange, id::RoomId, name::RoomRef, service::Listening,
    time::Timestamp,
};

use super::frame::{self, Frame};

/// Events that are read at a time: with the contents they are about, some MiB at the worst.
const PAGE: u64 = 64;

/// Where listeners learn what happened and what they may hear: the service, or what stands in for it in tests.
pub(super) trait Source: Clone + Send + Sync + 'static {
    /// Whether somebody may listen to a room, and until when.
    fn listen(&self, room: &RoomRef, caller: &Caller) -> impl Future<Output = Result<Listening>> + Send;

    /// The events of a room behind a number, encoded: some of them, ascending, the first of those that are kept in
    /// front. None where there is none.
    fn frames(&self, room: RoomId, after: u64) -> impl Future<Output = Result<Vec<Frame>>> + Send;

    /// Which events are kept of each of those rooms that are there.
    fn ranges(&self, rooms: &[RoomId]) -> impl Future<Output = Result<BTreeMap<RoomId, EventRange>>> + Send;

    /// Now.
    fn now(&self) -> Timestamp;
}

impl Source for Elizabeth {
    async fn listen(&self, room: &RoomRef, caller: &Caller) -> Result<Listening> {
        Self::listen(self, room, caller).await
    }

    async fn frames(&self, room: RoomId, after: u64) -> Result<Vec<Frame>> {
        let now = Self::now(self);
        let events = self.room_events(room, after, PAGE).await?;
        Ok(events.into_iter().map(|event| frame::of(room, event, now)).collect())
    }

    async fn ranges(&self, rooms: &[RoomId]) -> Result<BTreeMap<RoomId, EventRange>> {
        self.event_ranges(rooms).await
    }

    fn now(&self) -> Timestamp {
        Self::now(self)
    }
}

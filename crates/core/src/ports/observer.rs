use std::time::Duration;

use crate::id::{RoomId, SessionId};

/// Who hears what a call turns out to be about, and how the store does: for logs and figures. Nothing here may wait, and
/// nothing that a use case does depends on it.
pub trait Observer: Send + Sync {
    /// The call is about this room, whatever becomes of it.
    fn in_room(&self, room: RoomId);

    /// It is made in this session, which is an owner's or not; whether it may do what it asks for is another matter.
    fn by_session(&self, session: SessionId, owner: bool);

    /// The store was waited for so long, to read or to begin a transaction.
    fn waited_for_store(&self, time: Duration);

    /// So many units of work have become durable by one commit.
    fn committed(&self, units: usize);
}

/// Nobody.
impl Observer for () {
    fn in_room(&self, _: RoomId) {}

    fn by_session(&self, _: SessionId, _: bool) {}

    fn waited_for_store(&self, _: Duration) {}

    fn committed(&self, _: usize) {}
}

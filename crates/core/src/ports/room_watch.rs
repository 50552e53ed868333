use crate::id::RoomId;

/// Who hears at once which rooms this service has changed: each call is a hint, made after a commit that the store has
/// confirmed, and what counts is what the store says. Nothing here may wait.
pub trait RoomWatch: Send + Sync {
    /// A room has events up to this number.
    fn changed(&self, room: RoomId, newest: u64);

    /// A room is gone.
    fn removed(&self, room: RoomId);

    /// Tokens of a room were revoked: whoever was let in by one has to be judged anew.
    fn revoked(&self, room: RoomId);
}

/// Nobody.
impl RoomWatch for () {
    fn changed(&self, _: RoomId, _: u64) {}

    fn removed(&self, _: RoomId) {}

    fn revoked(&self, _: RoomId) {}
}

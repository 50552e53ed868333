use async_trait::async_trait;

use super::{contents::SweepReport, error::StoreResult};
use crate::{
    id::{Jti, RoomId},
    name::RoomRef,
    room::{NewRoom, Room, RoomChange},
    time::Timestamp,
    token::TokenRecord,
};

/// A room as a request reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Access {
    /// The room.
    pub room: Room,
    /// The token asked about, when it is one of this room's.
    pub token: Option<TokenRecord>,
}

/// How much there is of everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Rooms, expired ones that were not collected among them.
    pub rooms: u64,
    /// Contents.
    pub contents: u64,
    /// Bytes stored.
    pub stored_size: u64,
}

/// What can be asked about rooms.
#[async_trait]
pub trait ReadRooms: Send {
    /// The room that answers to an address, with the token `jti` when that is one of this room's (revoked and
    /// expired ones included). `now` tells which holds count. One indexed read.
    async fn access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>>;

    /// A room by its number.
    async fn room(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>>;

    /// All rooms by ascending number, expired ones among them; behind `after` where that is given.
    async fn rooms(&mut self, after: Option<RoomId>, limit: u64, now: Timestamp) -> StoreResult<Vec<Room>>;

    /// Rooms whose time is over, the one that expired first in front.
    async fn expired_rooms(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<RoomId>>;

    /// How much there is of everything.
    async fn counts(&mut self) -> StoreResult<Counts>;
}

/// What can be done to rooms.
#[async_trait]
pub trait WriteRooms: Send {
    /// As [`ReadRooms::access`], after locking the room: what it returns stays true until this transaction ends.
    async fn lock_room(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>>;

    /// As [`ReadRooms::room`], after locking the room.
    async fn lock_room_by_id(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>>;

    /// Adds a room, no token of it issued, no entry counted. [`AddressTaken`] when its name or slug is a name or slug of
    /// another room; the transaction can go on then.
    ///
    /// [`AddressTaken`]: crate::ports::StoreError::AddressTaken
    async fn insert_room(&mut self, room: &NewRoom) -> StoreResult<RoomId>;

    /// Changes those columns of a room that are given. [`AddressTaken`] as for [`WriteRooms::insert_room`].
    ///
    /// [`AddressTaken`]: crate::ports::StoreError::AddressTaken
    async fn change_room(&mut self, id: RoomId, change: &RoomChange) -> StoreResult<()>;

    /// Removes a room with its contents, tokens, refresh tokens, tickets, reservations and chunks, and queues its blobs
    /// for deletion. Announcements stay until they lapse.
    async fn delete_room(&mut self, id: RoomId) -> StoreResult<SweepReport>;
}

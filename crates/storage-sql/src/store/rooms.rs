use async_trait::async_trait;
use elizabeth_core::{
    id::{Jti, RoomId},
    name::RoomRef,
    ports::{Access, Counts, ReadRooms, StoreError, StoreResult, SweepReport, WriteRooms},
    room::{NewRoom, Room, RoomChange},
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction},
    part::Joined,
    statement::Dialect,
    tables::{contents, reservations, room_addresses, rooms},
    tx::SqlTx,
};

impl<C: Connection> SqlTx<C> {
    /// Gives a room an address. `false` when another room has it.
    async fn take_address(&mut self, id: RoomId, address: &str) -> StoreResult<bool> {
        if self.run(room_addresses::Insert { address, room: id }).await? == 1 {
            return Ok(true);
        }
        Ok(self.first(room_addresses::Owned { address, room: id }).await?.is_some())
    }
}

#[async_trait]
impl<C: Connection> ReadRooms for SqlTx<C> {
    async fn access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>> {
        let found = self.first(rooms::Access { now, jti, address: address.as_str() }).await?;
        Ok(found.map(|(room, Joined(token))| Access { room: rooms::whole(room), token }))
    }

    async fn room(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>> {
        Ok(self.first(rooms::ById { now, room: id }).await?.map(rooms::whole))
    }

    async fn rooms(&mut self, after: Option<RoomId>, limit: u64, now: Timestamp) -> StoreResult<Vec<Room>> {
        let after = after.unwrap_or(RoomId(i64::MIN));
        let found = self.all(rooms::Page { now, after, limit }).await?;
        Ok(found.into_iter().map(rooms::whole).collect())
    }

    async fn expired_rooms(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<RoomId>> {
        self.all(rooms::Expired { now, limit }).await
    }

    async fn counts(&mut self) -> StoreResult<Counts> {
        let (rooms, stored_size) = self.one(rooms::Count {}).await?;
        let contents = self.one(contents::Count {}).await?;
        Ok(Counts { rooms, contents, stored_size })
    }
}

#[async_trait]
impl<C: Transaction> WriteRooms for SqlTx<C> {
    async fn lock_room(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>> {
        match self.conn.dialect() {
            Dialect::Sqlite => self.access(address, jti, now).await,
            // What is read must be read in a second statement: one that waited for a lock still sees the state
            // from before the wait. In the meantime the address may have passed to another room.
            Dialect::Postgres => loop {
                let locked = self.first(rooms::Lock { address: address.as_str() }).await?;
                let Some(locked) = locked else { return Ok(None) };
                match self.access(address, jti, now).await? {
                    Some(access) if access.room.id != locked => {}
                    access => return Ok(access),
                }
            },
        }
    }

    async fn lock_room_by_id(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>> {
        match self.conn.dialect() {
            Dialect::Sqlite => {}
            Dialect::Postgres => {
                self.first(rooms::LockById { room: id }).await?;
            }
        }
        self.room(id, now).await
    }

    async fn insert_room(&mut self, room: &NewRoom) -> StoreResult<RoomId> {
        let id = self.one(rooms::Insert(room)).await?;
        // In one order whoever comes: two that each had what the other waits for would both wait.
        let (name, slug) = (room.name.as_str(), room.slug.as_str());
        if self.take_address(id, name.min(slug)).await? && self.take_address(id, name.max(slug)).await? {
            return Ok(id);
        }
        // The transaction may go on, so nothing of the room may stay in it.
        self.run(rooms::Delete { room: id }).await?;
        Err(StoreError::AddressTaken)
    }

    async fn change_room(&mut self, id: RoomId, change: &RoomChange) -> StoreResult<()> {
        if let Some(slug) = &change.slug
            && !self.take_address(id, slug).await?
        {
            return Err(StoreError::AddressTaken);
        }
        if let Some(update) = rooms::change(id, change) {
            self.run(update).await?;
        }
        if change.slug.is_some() {
            self.run(rooms::DeleteOldAddresses { room: id }).await?;
        }
        Ok(())
    }

    async fn delete_room(&mut self, id: RoomId) -> StoreResult<SweepReport> {
        let (contents, freed_size) = self.one(contents::TotalOfRoom { room: id }).await?;
        self.run(contents::QueueBlobsOfRoom { room: id }).await?;
        // Holds first and tokens after them, as the sweeper does, which locks no room: the room's own deletion would
        // take them the other way round.
        self.run(reservations::DeleteOfRoom { room: id }).await?;
        self.run(rooms::Delete { room: id }).await?;
        Ok(SweepReport { contents, freed_size })
    }
}

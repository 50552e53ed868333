use async_trait::async_trait;
use elizabeth_core::{
    id::{Jti, RoomId},
    name::RoomRef,
    ports::{Access, Counts, ReadRooms, StoreError, StoreResult, SweepReport, WriteRooms},
    room::{NewRoom, Room, RoomChange},
    time::Timestamp,
};

use super::{joined_token, opt_jti};
use crate::{
    connection::{Connection, Transaction, Value},
    rows::{self, Cells},
    statement::Dialect,
    statements::{contents, reservations, rooms, sweep},
    tx::SqlTx,
};

impl<C: Connection> SqlTx<C> {
    /// Gives a room an address. `false` when another room has it.
    async fn take_address(&mut self, id: RoomId, address: &str) -> StoreResult<bool> {
        let values = || vec![rows::text(address), rows::int(id.0)];
        if self.run(&rooms::INSERT_ADDRESS, values()).await? == 1 {
            return Ok(true);
        }
        Ok(self.first(&rooms::OWNS_ADDRESS, values()).await?.is_some())
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
        let values = vec![rows::time(now), opt_jti(jti), rows::text(address.as_str())];
        let Some(row) = self.first(&rooms::ACCESS, values).await? else { return Ok(None) };
        let mut row = Cells::of(row);
        Ok(Some(Access { room: row.room()?, token: joined_token(&mut row)? }))
    }

    async fn room(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>> {
        let row = self.first(&rooms::BY_ID, vec![rows::time(now), rows::int(id.0)]).await?;
        row.map(|row| Cells::of(row).room()).transpose()
    }

    async fn rooms(&mut self, after: Option<RoomId>, limit: u64, now: Timestamp) -> StoreResult<Vec<Room>> {
        let after = after.map_or(i64::MIN, |id| id.0);
        self.list(&rooms::PAGE, vec![rows::time(now), rows::int(after), rows::size(limit)], Cells::room).await
    }

    async fn expired_rooms(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<RoomId>> {
        self.list(&rooms::EXPIRED, vec![rows::time(now), rows::size(limit)], Cells::room_id).await
    }

    async fn counts(&mut self) -> StoreResult<Counts> {
        let (rooms, stored_size) =
            self.one(&sweep::ROOM_COUNT, vec![], |row| Ok((row.size()?, row.size()?))).await?;
        let contents = self.one(&sweep::CONTENT_COUNT, vec![], Cells::size).await?;
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
                let locked = self.first(&rooms::LOCK, vec![rows::text(address.as_str())]).await?;
                let Some(locked) = locked else { return Ok(None) };
                let locked = Cells::of(locked).room_id()?;
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
                self.first(&rooms::LOCK_BY_ID, vec![rows::int(id.0)]).await?;
            }
        }
        self.room(id, now).await
    }

    async fn insert_room(&mut self, room: &NewRoom) -> StoreResult<RoomId> {
        let values = vec![
            rows::text(room.name.as_str()),
            rows::text(&room.slug),
            Value::Text(room.password_hash.clone()),
            rows::bytes(&room.owner_key_hash.0),
            rows::int(elizabeth_core::room::RoomStatus::Open.code().into()),
            rows::int(room.permission.bits().into()),
            rows::size(room.max_size),
            rows::opt_size(room.max_entries),
            rows::opt_time(room.expire_at),
            rows::time(room.created_at),
        ];
        let id = self.one(&rooms::INSERT, values, Cells::room_id).await?;
        // In one order whoever comes: two that each had what the other waits for would both wait.
        let (name, slug) = (room.name.as_str(), room.slug.as_str());
        if self.take_address(id, name.min(slug)).await? && self.take_address(id, name.max(slug)).await? {
            return Ok(id);
        }
        // The transaction may go on, so nothing of the room may stay in it.
        self.run(&rooms::DELETE, vec![rows::int(id.0)]).await?;
        Err(StoreError::AddressTaken)
    }

    async fn change_room(&mut self, id: RoomId, change: &RoomChange) -> StoreResult<()> {
        if let Some(slug) = &change.slug
            && !self.take_address(id, slug).await?
        {
            return Err(StoreError::AddressTaken);
        }
        if let Some((shape, values)) = rooms::change(id.0, change) {
            let statement = shape.with(self.conn.dialect(), values)?;
            self.conn.execute(statement).await?;
        }
        if change.slug.is_some() {
            self.run(&rooms::DELETE_OLD_ADDRESSES, vec![rows::int(id.0)]).await?;
        }
        Ok(())
    }

    async fn delete_room(&mut self, id: RoomId) -> StoreResult<SweepReport> {
        let room = || vec![rows::int(id.0)];
        let report = self
            .one(&contents::TOTAL_OF_ROOM, room(), |row| {
                Ok(SweepReport { contents: row.size()?, freed_size: row.size()? })
            })
            .await?;
        self.run(&contents::QUEUE_BLOBS_OF_ROOM, room()).await?;
        // Holds first and tokens after them, as the sweeper does, which locks no room: the room's own deletion would
        // take them the other way round.
        self.run(&reservations::DELETE_OF_ROOM, room()).await?;
        self.run(&rooms::DELETE, room()).await?;
        Ok(report)
    }
}

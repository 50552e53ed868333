use async_trait::async_trait;
use elizabeth_core::{
    content::{Manifest, Reservation},
    id::{ReservationId, RoomId, SessionId},
    ports::{ReadReservations, StoreResult, WriteReservations},
    quota::Hold,
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction},
    json,
    tables::reservations,
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadReservations for SqlTx<C> {
    async fn reservation(&mut self, room: RoomId, id: ReservationId) -> StoreResult<Option<Reservation>> {
        self.first(reservations::ById { room, reservation: id }).await
    }

    async fn live_holds(&mut self, room: RoomId, now: Timestamp) -> StoreResult<Vec<(ReservationId, Hold)>> {
        self.all(reservations::LiveHolds { room, now }).await
    }

    async fn lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<(u64, u64)> {
        self.one(reservations::CountLapsed { now }).await
    }
}

#[async_trait]
impl<C: Transaction> WriteReservations for SqlTx<C> {
    async fn insert_reservation(
        &mut self,
        room: RoomId,
        sid: SessionId,
        hold: Hold,
        manifest: &Manifest,
        now: Timestamp,
    ) -> StoreResult<ReservationId> {
        let Hold { size, arrived, rows, deadline, state } = hold;
        let manifest = json::of_files(manifest.files())?;
        self.one(reservations::Insert {
            room_id: room,
            sid,
            size,
            arrived,
            files: rows.count,
            rows_size: rows.size,
            state,
            deadline,
            manifest,
            created_at: now,
        })
        .await
    }

    async fn update_hold(&mut self, id: ReservationId, hold: Hold) -> StoreResult<bool> {
        let Hold { size, arrived, rows, deadline, state } = hold;
        let (files, rows_size) = (rows.count, rows.size);
        let update =
            reservations::UpdateHold { size, arrived, files, rows_size, state, deadline, reservation: id };
        Ok(self.run(update).await? == 1)
    }

    async fn delete_reservation(&mut self, id: ReservationId) -> StoreResult<bool> {
        Ok(self.run(reservations::Delete { reservation: id }).await? == 1)
    }

    async fn lapse_session_holds(&mut self, room: RoomId, sid: SessionId, now: Timestamp) -> StoreResult<()> {
        self.run(reservations::LapseOfSession { now, room, sid }).await.map(drop)
    }

    async fn delete_lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<()> {
        self.run(reservations::DeleteLapsed { now }).await.map(drop)
    }
}

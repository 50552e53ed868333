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
    rows::{self, Cells},
    statements::{reservations, sweep, uploads},
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadReservations for SqlTx<C> {
    async fn reservation(&mut self, room: RoomId, id: ReservationId) -> StoreResult<Option<Reservation>> {
        let row = self.first(&reservations::BY_ID, vec![rows::int(room.0), rows::int(id.0)]).await?;
        row.map(|row| Cells::of(row).reservation()).transpose()
    }

    async fn live_holds(&mut self, room: RoomId, now: Timestamp) -> StoreResult<Vec<(ReservationId, Hold)>> {
        self.list(&reservations::LIVE_HOLDS, vec![rows::int(room.0), rows::time(now)], Cells::hold).await
    }

    async fn lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<(u64, u64)> {
        self.one(&sweep::LAPSED_RESERVATIONS, vec![rows::time(now)], |row| Ok((row.size()?, row.size()?)))
            .await
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
        let values = vec![
            rows::int(room.0),
            rows::uuid(sid.0),
            rows::size(hold.size),
            rows::hold_state(hold.state),
            rows::time(hold.deadline),
            rows::manifest_to_json(manifest)?,
            rows::time(now),
        ];
        self.one(&reservations::INSERT, values, Cells::reservation_id).await
    }

    async fn update_hold(&mut self, id: ReservationId, hold: Hold) -> StoreResult<bool> {
        let Hold { size, deadline, state } = hold;
        let values = vec![rows::size(size), rows::hold_state(state), rows::time(deadline), rows::int(id.0)];
        Ok(self.run(&reservations::UPDATE_HOLD, values).await? == 1)
    }

    async fn delete_reservation(&mut self, id: ReservationId) -> StoreResult<bool> {
        Ok(self.run(&reservations::DELETE, vec![rows::int(id.0)]).await? == 1)
    }

    async fn lapse_session_holds(&mut self, room: RoomId, sid: SessionId, now: Timestamp) -> StoreResult<()> {
        let values = vec![rows::time(now), rows::int(room.0), rows::uuid(sid.0)];
        self.run(&uploads::LAPSE_SESSION, values).await.map(drop)
    }

    async fn delete_lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<()> {
        self.run(&sweep::DELETE_LAPSED_RESERVATIONS, vec![rows::time(now)]).await.map(drop)
    }
}

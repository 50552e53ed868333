use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    content::{Manifest, Reservation},
    id::{ReservationId, RoomId, SessionId},
    quota::Hold,
    time::Timestamp,
};

/// What can be asked about reservations and the space they hold.
#[async_trait]
pub trait ReadReservations: Send {
    /// A reservation, lapsed or not.
    async fn reservation(&mut self, room: RoomId, id: ReservationId) -> StoreResult<Option<Reservation>>;

    /// A room's holds that are live at an instant.
    async fn live_holds(&mut self, room: RoomId, now: Timestamp) -> StoreResult<Vec<(ReservationId, Hold)>>;

    /// How many reservations have lapsed, those of complete uploads not among them, and the bytes they held.
    async fn lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<(u64, u64)>;
}

/// What can be done to reservations and the space they hold.
#[async_trait]
pub trait WriteReservations: Send {
    /// Adds a reservation.
    async fn insert_reservation(
        &mut self,
        room: RoomId,
        sid: SessionId,
        hold: Hold,
        manifest: &Manifest,
        now: Timestamp,
    ) -> StoreResult<ReservationId>;

    /// Gives a reservation's hold a new size, state and deadline. `false` when the reservation is gone.
    async fn update_hold(&mut self, id: ReservationId, hold: Hold) -> StoreResult<bool>;

    /// Removes a reservation. Of an upload in pieces the chunks go with it, and their blobs are queued for deletion.
    /// `false` when it is gone.
    async fn delete_reservation(&mut self, id: ReservationId) -> StoreResult<bool>;

    /// Ends the reservations of a session that are live, uploads in pieces among them: `now` is their deadline.
    async fn lapse_session_holds(&mut self, room: RoomId, sid: SessionId, now: Timestamp) -> StoreResult<()>;

    /// Removes lapsed reservations; of uploads in pieces as [`WriteReservations::delete_reservation`] does.
    async fn delete_lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<()>;
}

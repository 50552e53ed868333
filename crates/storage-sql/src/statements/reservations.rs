use sea_query::{Expr, ExprTrait, Order, Query};

use super::insert_rows;
use crate::{
    rows::{HOLD, RESERVATION},
    statement::{Fixed, Shape, arg},
    tables::{PendingBlobs, Reservations},
};

/// 0: room, 1: sid, 2: size, 3: state, 4: deadline, 5: manifest, 6: created_at.
pub(crate) static INSERT: Fixed = Fixed::new("insert_reservation", || {
    let values = [
        (Reservations::RoomId, arg(0)),
        (Reservations::Sid, arg(1)),
        (Reservations::Size, arg(2)),
        (Reservations::State, arg(3)),
        (Reservations::Deadline, arg(4)),
        (Reservations::Manifest, arg(5)),
        (Reservations::CreatedAt, arg(6)),
    ];
    super::insert(Reservations::Table, values).returning_col(Reservations::Id).into()
});

/// 0: room, 1: reservation.
pub(crate) static BY_ID: Fixed = Fixed::new("reservation", || {
    Query::select()
        .columns(RESERVATION)
        .from(Reservations::Table)
        .and_where(Expr::col(Reservations::RoomId).eq(arg(0)))
        .and_where(Expr::col(Reservations::Id).eq(arg(1)))
        .into()
});

/// 0: room, 1: now.
pub(crate) static LIVE_HOLDS: Fixed = Fixed::new("live_holds", || {
    Query::select()
        .columns(HOLD)
        .from(Reservations::Table)
        .and_where(Expr::col(Reservations::RoomId).eq(arg(0)))
        .and_where(Expr::col(Reservations::Deadline).gt(arg(1)))
        .order_by(Reservations::Id, Order::Asc)
        .into()
});

/// 0: size, 1: state, 2: deadline, 3: reservation.
pub(crate) static UPDATE_HOLD: Fixed = Fixed::new("update_hold", || {
    Query::update()
        .table(Reservations::Table)
        .value(Reservations::Size, arg(0))
        .value(Reservations::State, arg(1))
        .value(Reservations::Deadline, arg(2))
        .and_where(Expr::col(Reservations::Id).eq(arg(3)))
        .into()
});

/// 0: reservation.
pub(crate) static DELETE: Fixed = Fixed::new("delete_reservation", || {
    Query::delete().from_table(Reservations::Table).and_where(Expr::col(Reservations::Id).eq(arg(0))).into()
});

/// 0: room.
pub(crate) static DELETE_OF_ROOM: Fixed = Fixed::new("delete_reservations_of_room", || {
    Query::delete()
        .from_table(Reservations::Table)
        .and_where(Expr::col(Reservations::RoomId).eq(arg(0)))
        .into()
});

/// 0: reservation, 1: until, 2: key.
pub(crate) static ANNOUNCE: Fixed = Fixed::new("announce", || announce(1));

/// 0: reservation, 1: until, from 2 on: keys.
pub(crate) fn announce(keys: u64) -> Shape {
    let columns = [PendingBlobs::Key, PendingBlobs::ReservationId, PendingBlobs::Until];
    let rows = (2..keys + 2).map(|key| vec![arg(key), arg(0), arg(1)]);
    (&mut insert_rows(PendingBlobs::Table, columns, rows)).into()
}

/// 0: until, 1: reservation.
pub(crate) static EXTEND_ANNOUNCEMENTS: Fixed = Fixed::new("extend_announcements", || {
    Query::update()
        .table(PendingBlobs::Table)
        .value(PendingBlobs::Until, arg(0))
        .and_where(Expr::col(PendingBlobs::ReservationId).eq(arg(1)))
        .into()
});

/// 0: reservation.
pub(crate) static RETRACT_ANNOUNCEMENTS: Fixed = Fixed::new("retract_announcements", || {
    Query::delete()
        .from_table(PendingBlobs::Table)
        .and_where(Expr::col(PendingBlobs::ReservationId).eq(arg(0)))
        .into()
});

#[cfg(test)]
pub(crate) static ALL: &[&Fixed] = &[
    &INSERT,
    &BY_ID,
    &LIVE_HOLDS,
    &UPDATE_HOLD,
    &DELETE,
    &DELETE_OF_ROOM,
    &ANNOUNCE,
    &EXTEND_ANNOUNCEMENTS,
    &RETRACT_ANNOUNCEMENTS,
];

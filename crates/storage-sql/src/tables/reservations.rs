use elizabeth_core::{
    content::Reservation,
    counts::Rows,
    id::{ReservationId, RoomId, SessionId},
    quota::{Hold, HoldState},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement, UpdateStatement};

use crate::{
    codec::hold_state,
    part::{column, record},
    query::{count, insert, one, sum_of, total},
    statement::{Param, returning, statement},
    table::{record, table},
};

table! {
    /// What is promised: by whom, what, and the space that is held for it.
    Reservations {
        id, room_id, sid, size, arrived, files, rows_size, state, deadline, manifest, created_at, ended,
    }
}

record! { Rows of Reservations { count = files, size = rows_size } }

record! { Hold of Reservations { size, arrived, rows: Rows, deadline, state } }

record! { Reservation of Reservations { id, hold: Hold, room_id, sid, manifest } }

statement! {
    Insert = "insert_reservation" {
        room_id: RoomId,
        sid: SessionId,
        size: u64,
        arrived: u64,
        files: u64,
        rows_size: u64,
        state: HoldState,
        deadline: Timestamp,
        manifest: String,
        created_at: Timestamp,
    } -> ReservationId {
        returning(
            insert(
                Reservations::Table,
                [
                    (Reservations::room_id, room_id.into()),
                    (Reservations::sid, sid.into()),
                    (Reservations::size, size.into()),
                    (Reservations::arrived, arrived.into()),
                    (Reservations::files, files.into()),
                    (Reservations::rows_size, rows_size.into()),
                    (Reservations::state, state.into()),
                    (Reservations::deadline, deadline.into()),
                    (Reservations::manifest, manifest.into()),
                    (Reservations::created_at, created_at.into()),
                ],
            ),
            Reservations::id,
        )
    }
}

statement! {
    ById = "reservation" { room: RoomId, reservation: ReservationId } -> Reservation {
        record().select(|query| {
            query
                .from(Reservations::Table)
                .and_where(Expr::col(Reservations::room_id).eq(room))
                .and_where(Expr::col(Reservations::id).eq(reservation))
        })
    }
}

statement! {
    LiveHolds = "live_holds" { room: RoomId, now: Timestamp } -> (ReservationId, Hold) {
        column(Reservations::id).and(record()).select(|query| {
            query
                .from(Reservations::Table)
                .and_where(Expr::col(Reservations::room_id).eq(room))
                .and_where(Expr::col(Reservations::deadline).gt(now))
                .order_by(Reservations::id, Order::Asc)
        })
    }
}

/// The sum of holds that live beyond an instant.
pub(super) fn live_holds(now: Param) -> SelectStatement {
    sum_of((Reservations::Table, Reservations::size))
        .from(Reservations::Table)
        .and_where(Expr::col((Reservations::Table, Reservations::deadline)).gt(now))
        .take()
}

/// Those that are not complete: what these hold is nothing any more.
pub(super) fn is_not_done(state: impl sea_query::IntoColumnRef) -> Expr {
    Expr::col(state).ne(Expr::cust(format!("'{}'", hold_state(HoldState::Done))))
}

statement! {
    UpdateHold = "update_hold" {
        size: u64,
        arrived: u64,
        files: u64,
        rows_size: u64,
        state: HoldState,
        deadline: Timestamp,
        reservation: ReservationId,
    } {
        Query::update()
            .table(Reservations::Table)
            .value(Reservations::size, size)
            .value(Reservations::arrived, arrived)
            .value(Reservations::files, files)
            .value(Reservations::rows_size, rows_size)
            .value(Reservations::state, state)
            .value(Reservations::deadline, deadline)
            .and_where(Expr::col(Reservations::id).eq(reservation))
    }
}

statement! {
    Delete = "delete_reservation" { reservation: ReservationId } {
        Query::delete().from_table(Reservations::Table).and_where(Expr::col(Reservations::id).eq(reservation))
    }
}

statement! {
    DeleteOfRoom = "delete_reservations_of_room" { room: RoomId } {
        Query::delete().from_table(Reservations::Table).and_where(Expr::col(Reservations::room_id).eq(room))
    }
}

/// Ends live holds of a room, by force: that it was not by silence is noted.
pub(super) fn lapse(room: Param, now: Param) -> UpdateStatement {
    Query::update()
        .table(Reservations::Table)
        .value(Reservations::deadline, now)
        .value(Reservations::ended, one())
        .and_where(Expr::col(Reservations::room_id).eq(room))
        .and_where(Expr::col(Reservations::deadline).gt(now))
        .take()
}

statement! {
    LapseOfSession = "lapse_session_holds" { now: Timestamp, room: RoomId, sid: SessionId } {
        lapse(room, now).and_where(Expr::col(Reservations::sid).eq(sid))
    }
}

statement! {
    /// How many have lapsed, and what they held.
    CountLapsed = "lapsed_reservations" { now: Timestamp } -> (u64, u64) {
        count().and(total(Reservations::size)).select(|query| {
            query
                .from(Reservations::Table)
                .and_where(Expr::col(Reservations::deadline).lte(now).and(is_not_done(Reservations::state)))
        })
    }
}

statement! {
    DeleteLapsed = "delete_lapsed_reservations" { now: Timestamp } {
        Query::delete().from_table(Reservations::Table).and_where(Expr::col(Reservations::deadline).lte(now))
    }
}

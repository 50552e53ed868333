use elizabeth_core::{
    event::RoomEvent,
    id::{RoomId, SessionId},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, InsertStatement, Order, Query, SelectStatement, UnionType};

use super::rooms::Rooms;
use crate::{
    part::{cell, column, record},
    query::among,
    statement::{Args, Built, Param, TypedQuery, returning, statement},
    table::{record, table},
};

table! {
    /// What happened in rooms. Their newest numbers are kept by triggers.
    Events { room_id, seq, at, sid, what }
}

record! { RoomEvent of Events { seq, at, sid, what } }

/// Marks one event in a hundred, which has a place in an index of its own: by it rooms are found that have too many.
const IS_HUNDREDTH: &str = "seq % 100 = 0";

/// The event that comes so many places behind the newest one of its room, which is read in the same statement: nobody else
/// writes to a room that is locked.
fn following(room: Param, place: usize, at: Param, sid: Param, what: Param) -> SelectStatement {
    Query::select()
        .column(Rooms::id)
        .expr(Expr::col(Rooms::event_seq).add(Expr::cust(place.to_string())))
        .expr(Expr::from(at))
        .expr(Expr::from(sid))
        .expr(Expr::from(what))
        .from(Rooms::Table)
        .and_where(Expr::col(Rooms::id).eq(room))
        .take()
}

fn insert(rows: SelectStatement) -> TypedQuery<u64> {
    let columns = [Events::room_id, Events::seq, Events::at, Events::sid, Events::what];
    let mut insert: InsertStatement = Query::insert();
    insert.into_table(Events::Table).columns(columns);
    // It only refuses a query of another number of columns.
    let _ = insert.select_from(rows);
    returning(insert, Events::seq)
}

statement! {
    /// Answers with the number that it got.
    InsertOne = "insert_event" { at: Timestamp, sid: Option<SessionId>, what: String, room: RoomId } -> u64 {
        insert(following(room, 1, at, sid, what))
    }
}

/// The same for several, as they are kept. Answers with their numbers.
pub(crate) fn insert_several(
    room: RoomId,
    at: Timestamp,
    happened: &[(Option<SessionId>, String)],
) -> Built<u64> {
    let mut args = Args::default();
    let (room, at) = (args.bind(&room), args.bind(&at));
    let mut rows: Option<SelectStatement> = None;
    for (place, (sid, what)) in (1..).zip(happened) {
        let (sid, what) = (args.bind(sid), args.bind(what));
        let row = following(room, place, at, sid, what);
        rows = Some(match rows {
            Some(mut before) => before.union(UnionType::All, row).take(),
            None => row,
        });
    }
    args.of(insert(rows.unwrap_or_default()))
}

statement! {
    Behind = "events" { room: RoomId, after: u64, limit: u64 } -> RoomEvent {
        record().select(|query| {
            query
                .from(Events::Table)
                .and_where(Expr::col(Events::room_id).eq(room))
                .and_where(Expr::col(Events::seq).gt(after))
                .order_by(Events::seq, Order::Asc)
                .limit(limit.as_limit())
        })
    }
}

/// Of each room its newest number, and its oldest event that is kept.
pub(crate) fn ranges(rooms: &[RoomId]) -> Built<((RoomId, u64), Option<u64>)> {
    let mut args = Args::default();
    let named = among((Rooms::Table, Rooms::id), args.bind_all(rooms));
    let oldest = Query::select()
        .expr(Expr::col((Events::Table, Events::seq)).min())
        .from(Events::Table)
        .and_where(of_room())
        .take();
    let range = column((Rooms::Table, Rooms::id))
        .and(column((Rooms::Table, Rooms::event_seq)))
        .and(cell(Expr::from(oldest)));
    args.of(range.select(|query| query.from(Rooms::Table).and_where(named)))
}

/// Events of the room that they are joined to.
fn of_room() -> Expr {
    Expr::col((Events::Table, Events::room_id)).equals((Rooms::Table, Rooms::id))
}

statement! {
    FirstSince = "first_event_since" { room: RoomId, since: Timestamp, limit: u64 } -> u64 {
        column(Events::seq).select(|query| {
            query
                .from(Events::Table)
                .and_where(Expr::col(Events::room_id).eq(room))
                .and_where(Expr::col(Events::at).gt(since))
                .order_by(Events::seq, Order::Asc)
                .limit(limit.as_limit())
        })
    }
}

statement! {
    RoomsOfOld = "rooms_of_old_events" {
        after: RoomId,
        since: Timestamp,
        kept: u64,
        most: u64,
        limit: u64,
    } -> RoomId {
        column((Events::Table, Events::room_id)).select(|query| {
            let behind = |count: Param| {
                Expr::col((Events::Table, Events::seq)).add(count).lte(Expr::col((Rooms::Table, Rooms::event_seq)))
            };
            let is_old = Expr::col((Events::Table, Events::at)).lte(since).and(behind(kept));
            query
                .distinct()
                .from(Events::Table)
                .inner_join(Rooms::Table, of_room())
                .and_where(Expr::cust(IS_HUNDREDTH))
                .and_where(Expr::col((Events::Table, Events::room_id)).gt(after))
                .and_where(is_old.or(behind(most)))
                .order_by((Events::Table, Events::room_id), Order::Asc)
                .limit(limit.as_limit())
        })
    }
}

statement! {
    DeleteUpTo = "delete_events" { room: RoomId, up_to: u64 } {
        Query::delete()
            .from_table(Events::Table)
            .and_where(Expr::col(Events::room_id).eq(room))
            .and_where(Expr::col(Events::seq).lte(up_to))
    }
}

use elizabeth_core::{
    id::{Jti, RoomId},
    room::{NewRoom, Room, RoomChange, RoomStatus},
    time::Timestamp,
    token::TokenRecord,
};
use sea_query::{Expr, ExprTrait, LockType, Order, Query};

use super::{
    reservations::{Reservations, live_holds},
    room_addresses::RoomAddresses,
    tokens::Tokens,
};
use crate::{
    part::{Columns, Joined, Select, cell, column, record_of_table},
    query::{Changes, count, insert_new, total},
    statement::{Args, Built, Param, returning, statement},
    table::table,
};

table! {
    /// Rooms. Their stored bytes, and how many contents there are at which price, are kept by triggers.
    Rooms = Room + { reserved_size: 0 } from NewRoom {
        id = auto,
        name,
        slug,
        password_hash,
        owner_key_hash,
        owner_claimed = 0,
        status = [RoomStatus::Open],
        permission,
        max_size,
        stored_size = 0,
        contents = 0,
        rows_size = 0,
        event_seq = 0,
        max_entries,
        entries = 0,
        expire_at,
        created_at,
        updated_at = (created_at),
    }
}

/// A room and the sum of its holds that live beyond an instant. See [`whole`].
type Held = (Room, u64);

fn held(now: Param) -> Columns<Held> {
    let reserved = live_holds(now)
        .and_where(Expr::col((Reservations::Table, Reservations::room_id)).equals((Rooms::Table, Rooms::id)))
        .take();
    record_of_table().and(cell(Expr::from(reserved)))
}

/// The room with its reserved bytes.
pub(crate) fn whole((room, reserved_size): Held) -> Room {
    Room { reserved_size, ..room }
}

/// A room as a request reaches it.
pub(super) type Reached = (Held, Joined<TokenRecord>);

pub(super) fn reached(now: Param) -> Columns<Reached> {
    held(now).and(record_of_table().joined())
}

/// The rest of a query for what is [`reached`]: a room by address, with a token.
pub(super) fn by_address<P>(reached: Select<P>, jti: Param, address: Param) -> Select<P> {
    let token_of_room = Expr::col((Tokens::Table, Tokens::jti))
        .eq(jti)
        .and(Expr::col((Tokens::Table, Tokens::room_id)).equals((Rooms::Table, Rooms::id)));
    reached.with(|query| {
        query
            .from(RoomAddresses::Table)
            .inner_join(Rooms::Table, of_address())
            .left_join(Tokens::Table, token_of_room)
            .and_where(Expr::col((RoomAddresses::Table, RoomAddresses::address)).eq(address))
    })
}

/// The room of the address that it is joined to.
fn of_address() -> Expr {
    Expr::col((Rooms::Table, Rooms::id)).equals((RoomAddresses::Table, RoomAddresses::room_id))
}

statement! {
    /// No token equals NULL.
    Access<'a> = "access" { now: Timestamp, jti: Option<Jti>, address: &'a str } -> Reached {
        by_address(reached(now).select(|query| query), jti, address)
    }
}

statement! {
    ById = "room" { now: Timestamp, room: RoomId } -> Held {
        held(now).select(|query| {
            query.from(Rooms::Table).and_where(Expr::col((Rooms::Table, Rooms::id)).eq(room))
        })
    }
}

statement! {
    Page = "rooms" { now: Timestamp, after: RoomId, limit: u64 } -> Held {
        held(now).select(|query| {
            query
                .from(Rooms::Table)
                .and_where(Expr::col((Rooms::Table, Rooms::id)).gt(after))
                .order_by((Rooms::Table, Rooms::id), Order::Asc)
                .limit(limit.as_limit())
        })
    }
}

statement! {
    /// Where rows are locked.
    Lock<'a> = "lock_room" { address: &'a str } -> RoomId {
        column((Rooms::Table, Rooms::id)).select(|query| {
            query
                .from(RoomAddresses::Table)
                .inner_join(Rooms::Table, of_address())
                .and_where(Expr::col((RoomAddresses::Table, RoomAddresses::address)).eq(address))
                .lock_with_tables(LockType::Update, [Rooms::Table])
        })
    }
}

statement! {
    /// Where rows are locked.
    LockById = "lock_room_by_id" { room: RoomId } -> RoomId {
        column(Rooms::id).select(|query| {
            query.from(Rooms::Table).and_where(Expr::col(Rooms::id).eq(room)).lock(LockType::Update)
        })
    }
}

statement! {
    Insert = "insert_room" from NewRoom -> RoomId { returning(insert_new::<NewRoom>(), Rooms::id) }
}

statement! {
    /// Those addresses of a room that are neither its name nor its slug any more.
    DeleteOldAddresses = "delete_old_room_addresses" { room: RoomId } {
        Query::delete()
            .from_table(RoomAddresses::Table)
            .and_where(Expr::col(RoomAddresses::room_id).eq(room))
            .and_where(Expr::col(RoomAddresses::address).not_in_subquery(
                Query::select().column(Rooms::name).from(Rooms::Table).and_where(Expr::col(Rooms::id).eq(room)).take(),
            ))
            .and_where(Expr::col(RoomAddresses::address).not_in_subquery(
                Query::select().column(Rooms::slug).from(Rooms::Table).and_where(Expr::col(Rooms::id).eq(room)).take(),
            ))
    }
}

statement! {
    /// What hangs on it goes with it.
    Delete = "delete_room" { room: RoomId } {
        Query::delete().from_table(Rooms::Table).and_where(Expr::col(Rooms::id).eq(room))
    }
}

statement! {
    /// Rooms whose time is over.
    Expired = "expired_rooms" { now: Timestamp, limit: u64 } -> RoomId {
        column(Rooms::id).select(|query| {
            query
                .from(Rooms::Table)
                .and_where(Expr::col(Rooms::expire_at).lte(now))
                .order_by(Rooms::expire_at, Order::Asc)
                .order_by(Rooms::id, Order::Asc)
                .limit(limit.as_limit())
        })
    }
}

statement! {
    /// How many there are, and the bytes stored in them.
    Count = "room_count" {} -> (u64, u64) {
        count().and(total(Rooms::stored_size)).select(|query| query.from(Rooms::Table))
    }
}

statement! {
    /// Really asks, whatever the answer is.
    Check = "check" {} -> Option<RoomId> {
        cell(Expr::col(Rooms::id).min()).select(|query| query.from(Rooms::Table))
    }
}

/// Changes those columns that are to change; `None` when there are none.
pub(crate) fn change(id: RoomId, change: &RoomChange) -> Option<Built<()>> {
    let RoomChange {
        permission,
        slug,
        status,
        password_hash,
        max_size,
        max_entries,
        entries,
        expire_at,
        owner_claimed,
        updated_at,
    } = change;
    let mut args = Args::default();
    let id = args.bind(&id);
    let mut changes = Changes::of(Rooms::Table, Expr::col(Rooms::id).eq(id), args);
    changes
        .set(Rooms::permission, permission)
        .set(Rooms::slug, slug)
        .set(Rooms::status, status)
        .set(Rooms::password_hash, password_hash)
        .set(Rooms::max_size, max_size)
        .set(Rooms::max_entries, max_entries)
        .set(Rooms::entries, entries)
        .set(Rooms::expire_at, expire_at)
        .set(Rooms::owner_claimed, owner_claimed)
        .set(Rooms::updated_at, updated_at);
    changes.any().then(|| changes.built())
}

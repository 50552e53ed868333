use elizabeth_core::room::RoomChange;
use sea_query::{Expr, ExprTrait, LockType, OnConflict, Order, Query, SelectStatement};

use super::{live_holds, qualified, zero};
use crate::{
    connection::Value,
    rows::{self, ROOM, TOKEN},
    statement::{Fixed, Shape, arg},
    tables::{Reservations, RoomAddresses, Rooms, Tokens},
};

/// A room with its reserved bytes. 0: now.
fn room() -> SelectStatement {
    let reserved = live_holds(0)
        .and_where(Expr::col((Reservations::Table, Reservations::RoomId)).equals((Rooms::Table, Rooms::Id)))
        .take();
    Query::select().columns(qualified(Rooms::Table, ROOM)).expr(Expr::from(reserved)).take()
}

/// A room by address, with a token. 0: now, 1: token, and the address wherever it comes in the whole text.
pub(super) fn room_with_token(address: u64) -> SelectStatement {
    let token_of_room = Expr::col((Tokens::Table, Tokens::Jti))
        .eq(arg(1))
        .and(Expr::col((Tokens::Table, Tokens::RoomId)).equals((Rooms::Table, Rooms::Id)));
    room()
        .columns(qualified(Tokens::Table, TOKEN))
        .from(RoomAddresses::Table)
        .inner_join(
            Rooms::Table,
            Expr::col((Rooms::Table, Rooms::Id)).equals((RoomAddresses::Table, RoomAddresses::RoomId)),
        )
        .left_join(Tokens::Table, token_of_room)
        .and_where(Expr::col((RoomAddresses::Table, RoomAddresses::Address)).eq(arg(address)))
        .take()
}

/// 0: now, 1: token, 2: address.
pub(crate) static ACCESS: Fixed = Fixed::new("access", || (&mut room_with_token(2)).into());

/// 0: now, 1: room.
pub(crate) static BY_ID: Fixed = Fixed::new("room", || {
    room().from(Rooms::Table).and_where(Expr::col((Rooms::Table, Rooms::Id)).eq(arg(1))).into()
});

/// 0: now, 1: after, 2: limit.
pub(crate) static PAGE: Fixed = Fixed::new("rooms", || {
    room()
        .from(Rooms::Table)
        .and_where(Expr::col((Rooms::Table, Rooms::Id)).gt(arg(1)))
        .order_by((Rooms::Table, Rooms::Id), Order::Asc)
        .limit(2)
        .into()
});

/// Where rows are locked: 0: address.
pub(crate) static LOCK: Fixed = Fixed::new("lock_room", || {
    Query::select()
        .column((Rooms::Table, Rooms::Id))
        .from(RoomAddresses::Table)
        .inner_join(
            Rooms::Table,
            Expr::col((Rooms::Table, Rooms::Id)).equals((RoomAddresses::Table, RoomAddresses::RoomId)),
        )
        .and_where(Expr::col((RoomAddresses::Table, RoomAddresses::Address)).eq(arg(0)))
        .lock_with_tables(LockType::Update, [Rooms::Table])
        .into()
});

/// Where rows are locked: 0: room.
pub(crate) static LOCK_BY_ID: Fixed = Fixed::new("lock_room_by_id", || {
    Query::select()
        .column(Rooms::Id)
        .from(Rooms::Table)
        .and_where(Expr::col(Rooms::Id).eq(arg(0)))
        .lock(LockType::Update)
        .into()
});

/// 0: name, 1: slug, 2: password hash, 3: owner key hash, 4: status, 5: permission, 6: max_size, 7: max_entries,
/// 8: expire_at, 9: created_at.
pub(crate) static INSERT: Fixed = Fixed::new("insert_room", || {
    let values = [
        (Rooms::Name, arg(0)),
        (Rooms::Slug, arg(1)),
        (Rooms::PasswordHash, arg(2)),
        (Rooms::OwnerKeyHash, arg(3)),
        (Rooms::Status, arg(4)),
        (Rooms::Permission, arg(5)),
        (Rooms::MaxSize, arg(6)),
        (Rooms::MaxEntries, arg(7)),
        (Rooms::ExpireAt, arg(8)),
        (Rooms::CreatedAt, arg(9)),
        (Rooms::UpdatedAt, arg(9)),
        (Rooms::OwnerClaimed, zero()),
        (Rooms::StoredSize, zero()),
        (Rooms::Entries, zero()),
    ];
    super::insert(Rooms::Table, values).returning_col(Rooms::Id).into()
});

/// An address for a room, unless another one has it. A refused row is no error, so the transaction goes on, and
/// whoever waits behind an uncommitted one of the same text is told rightly. 0: address, 1: room.
pub(crate) static INSERT_ADDRESS: Fixed = Fixed::new("insert_room_address", || {
    super::insert(RoomAddresses::Table, [(RoomAddresses::Address, arg(0)), (RoomAddresses::RoomId, arg(1))])
        .on_conflict(OnConflict::column(RoomAddresses::Address).do_nothing().to_owned())
        .into()
});

/// 0: address, 1: room.
pub(crate) static OWNS_ADDRESS: Fixed = Fixed::new("room_owns_address", || {
    Query::select()
        .column(RoomAddresses::RoomId)
        .from(RoomAddresses::Table)
        .and_where(Expr::col(RoomAddresses::Address).eq(arg(0)))
        .and_where(Expr::col(RoomAddresses::RoomId).eq(arg(1)))
        .into()
});

/// Those addresses of a room that are neither its name nor its slug any more. 0: room.
pub(crate) static DELETE_OLD_ADDRESSES: Fixed = Fixed::new("delete_old_room_addresses", || {
    let current = |column| {
        Query::select().column(column).from(Rooms::Table).and_where(Expr::col(Rooms::Id).eq(arg(0))).take()
    };
    Query::delete()
        .from_table(RoomAddresses::Table)
        .and_where(Expr::col(RoomAddresses::RoomId).eq(arg(0)))
        .and_where(Expr::col(RoomAddresses::Address).not_in_subquery(current(Rooms::Name)))
        .and_where(Expr::col(RoomAddresses::Address).not_in_subquery(current(Rooms::Slug)))
        .into()
});

/// 0: room. What hangs on it goes with it.
pub(crate) static DELETE: Fixed = Fixed::new("delete_room", || {
    Query::delete().from_table(Rooms::Table).and_where(Expr::col(Rooms::Id).eq(arg(0))).into()
});

/// Rooms whose time is over. 0: now, 1: limit.
pub(crate) static EXPIRED: Fixed = Fixed::new("expired_rooms", || {
    Query::select()
        .column(Rooms::Id)
        .from(Rooms::Table)
        .and_where(Expr::col(Rooms::ExpireAt).lte(arg(0)))
        .order_by(Rooms::ExpireAt, Order::Asc)
        .order_by(Rooms::Id, Order::Asc)
        .limit(1)
        .into()
});

/// Really asks, whatever the answer is.
pub(crate) static CHECK: Fixed =
    Fixed::new("check", || Query::select().expr(Expr::col(Rooms::Id).min()).from(Rooms::Table).into());

/// The columns that are to change, with their values; `None` when there are none.
pub(crate) fn change(id: i64, change: &RoomChange) -> Option<(Shape, Vec<Value>)> {
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
    let columns = [
        (Rooms::Permission, permission.map(|p| rows::int(p.bits().into()))),
        (Rooms::Slug, slug.as_ref().map(rows::text)),
        (Rooms::Status, status.map(|s| rows::int(s.code().into()))),
        (Rooms::PasswordHash, password_hash.clone().map(Value::Text)),
        (Rooms::MaxSize, max_size.map(rows::size)),
        (Rooms::MaxEntries, max_entries.map(rows::opt_size)),
        (Rooms::Entries, entries.map(rows::size)),
        (Rooms::ExpireAt, expire_at.map(rows::opt_time)),
        (Rooms::OwnerClaimed, owner_claimed.map(|c| rows::int(c.into()))),
        (Rooms::UpdatedAt, updated_at.map(rows::time)),
    ];
    let mut values = vec![rows::int(id)];
    let mut update = Query::update();
    update.table(Rooms::Table).and_where(Expr::col(Rooms::Id).eq(arg(0)));
    for (number, (column, value)) in
        (1..).zip(columns.into_iter().filter_map(|(column, value)| Some((column, value?))))
    {
        update.value(column, arg(number));
        values.push(value);
    }
    (values.len() > 1).then(|| (Shape::from(&mut update), values))
}

#[cfg(test)]
pub(crate) static ALL: &[&Fixed] = &[
    &ACCESS,
    &BY_ID,
    &PAGE,
    &LOCK,
    &LOCK_BY_ID,
    &INSERT,
    &INSERT_ADDRESS,
    &OWNS_ADDRESS,
    &DELETE_OLD_ADDRESSES,
    &DELETE,
    &EXPIRED,
    &CHECK,
];

use elizabeth_core::id::RoomId;
use sea_query::{Expr, ExprTrait, OnConflict};

use crate::{part::column, query::insert, statement::statement, table::table};

table! {
    /// What rooms answer to: their names, and their slugs where they differ.
    RoomAddresses { address, room_id }
}

statement! {
    /// An address for a room, unless another one has it. A refused row is no error, so the transaction goes on, and
    /// whoever waits behind an uncommitted one of the same text gets the right answer.
    Insert<'a> = "insert_room_address" { address: &'a str, room: RoomId } {
        insert(
            RoomAddresses::Table,
            [(RoomAddresses::address, address.into()), (RoomAddresses::room_id, room.into())],
        )
        .on_conflict(OnConflict::column(RoomAddresses::address).do_nothing().to_owned())
    }
}

statement! {
    /// Whether an address is this room's.
    Owned<'a> = "room_owns_address" { address: &'a str, room: RoomId } -> RoomId {
        column(RoomAddresses::room_id).select(|query| {
            query
                .from(RoomAddresses::Table)
                .and_where(Expr::col(RoomAddresses::address).eq(address))
                .and_where(Expr::col(RoomAddresses::room_id).eq(room))
        })
    }
}

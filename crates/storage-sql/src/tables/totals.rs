use elizabeth_core::time::Timestamp;
use sea_query::{Expr, ExprTrait, LockType};

use super::{reservations::Reservations, rooms::Rooms};
use crate::{
    part::{cell, column},
    query::{sum_of, total, total_of},
    statement::statement,
    table::table,
};

table! {
    /// One row, which is there to be locked by whoever decides on all rooms together.
    Totals { id }
}

statement! {
    /// Where rows are locked.
    Lock = "lock_totals" {} -> u64 {
        column(Totals::id).select(|query| query.from(Totals::Table).lock(LockType::Update))
    }
}

statement! {
    /// The same for those who only keep others from locking it.
    Share = "share_totals" {} -> u64 {
        column(Totals::id).select(|query| query.from(Totals::Table).lock(LockType::KeyShare))
    }
}

statement! {
    Outstanding = "outstanding" { now: Timestamp } -> u64 {
        total_of(Expr::col(Reservations::size).sub(Expr::col(Reservations::arrived)))
            .select(|query| query.from(Reservations::Table).and_where(Expr::col(Reservations::deadline).gt(now)))
    }
}

statement! {
    /// Bytes stored in all rooms, and bytes held.
    Sums = "totals" { now: Timestamp } -> (u64, u64) {
        cell(Expr::from(sum_of(Rooms::stored_size).from(Rooms::Table).take()))
            .and(total(Reservations::size))
            .select(|query| query.from(Reservations::Table).and_where(Expr::col(Reservations::deadline).gt(now)))
    }
}

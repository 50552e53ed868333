use elizabeth_core::{id::LeaseHolder, time::Timestamp};
use sea_query::{Expr, ExprTrait, OnConflict, Query};

use crate::{query::insert, statement::statement, table::table};

table! {
    /// Work that one process at a time does.
    Leases { name, holder, until }
}

statement! {
    /// Adds it, or takes over the one that is there if that is over or the holder's own.
    Take<'a> = "take_lease" { name: &'a str, holder: LeaseHolder, until: Timestamp, now: Timestamp } {
        insert(
            Leases::Table,
            [(Leases::name, name.into()), (Leases::holder, holder.into()), (Leases::until, until.into())],
        )
        .on_conflict(
            OnConflict::column(Leases::name)
                .update_columns([Leases::holder, Leases::until])
                .action_and_where(
                    Expr::col((Leases::Table, Leases::until))
                        .lte(now)
                        .or(Expr::col((Leases::Table, Leases::holder)).eq(holder)),
                )
                .to_owned(),
        )
    }
}

statement! {
    Release<'a> = "release_lease" { name: &'a str, holder: LeaseHolder } {
        Query::delete()
            .from_table(Leases::Table)
            .and_where(Expr::col(Leases::name).eq(name))
            .and_where(Expr::col(Leases::holder).eq(holder))
    }
}

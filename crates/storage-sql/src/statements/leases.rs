use sea_query::{Expr, ExprTrait, OnConflict, Query};

use crate::{
    statement::{Fixed, arg},
    tables::Leases,
};

/// Adds it, or takes over the one that is there if that is over or the holder's own. 0: name, 1: holder, 2: until,
/// 3: now.
pub(crate) static TAKE: Fixed = Fixed::new("take_lease", || {
    let over = Expr::col((Leases::Table, Leases::Until)).lte(arg(3));
    let own = Expr::col((Leases::Table, Leases::Holder)).eq(arg(1));
    let values = [(Leases::Name, arg(0)), (Leases::Holder, arg(1)), (Leases::Until, arg(2))];
    super::insert(Leases::Table, values)
        .on_conflict(
            OnConflict::column(Leases::Name)
                .update_columns([Leases::Holder, Leases::Until])
                .action_and_where(over.or(own))
                .to_owned(),
        )
        .into()
});

/// 0: name, 1: holder.
pub(crate) static RELEASE: Fixed = Fixed::new("release_lease", || {
    Query::delete()
        .from_table(Leases::Table)
        .and_where(Expr::col(Leases::Name).eq(arg(0)))
        .and_where(Expr::col(Leases::Holder).eq(arg(1)))
        .into()
});

#[cfg(test)]
pub(crate) static ALL: &[&Fixed] = &[&TAKE, &RELEASE];

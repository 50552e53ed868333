use sea_query::{Cond, Expr, ExprTrait, Order, Query, SelectStatement};

use super::{one, tokens::revoke, zero};
use crate::{
    rows::TICKET,
    statement::{Fixed, arg},
    tables::Tickets,
};

/// 0: hash, 1: room, 2: content, 3: scope, 4: sid, 5: owner, 6: max_uses, 7: created_at, 8: expires_at.
pub(crate) static INSERT: Fixed = Fixed::new("insert_ticket", || {
    let values = [
        (Tickets::Hash, arg(0)),
        (Tickets::RoomId, arg(1)),
        (Tickets::ContentId, arg(2)),
        (Tickets::Scope, arg(3)),
        (Tickets::Sid, arg(4)),
        (Tickets::Owner, arg(5)),
        (Tickets::MaxUses, arg(6)),
        (Tickets::CreatedAt, arg(7)),
        (Tickets::ExpiresAt, arg(8)),
        (Tickets::Uses, zero()),
    ];
    super::insert(Tickets::Table, values).returning_col(Tickets::Id).into()
});

fn tickets() -> SelectStatement {
    Query::select().columns(TICKET).from(Tickets::Table).take()
}

/// 0: room, 1: ticket.
pub(crate) static BY_ID: Fixed = Fixed::new("ticket", || {
    tickets()
        .and_where(Expr::col(Tickets::RoomId).eq(arg(0)))
        .and_where(Expr::col(Tickets::Id).eq(arg(1)))
        .into()
});

/// 0: hash.
pub(crate) static BY_HASH: Fixed =
    Fixed::new("ticket_by_hash", || tickets().and_where(Expr::col(Tickets::Hash).eq(arg(0))).into());

/// 0: room, 1: now.
fn live() -> SelectStatement {
    tickets()
        .and_where(Expr::col(Tickets::RoomId).eq(arg(0)))
        .and_where(Expr::col(Tickets::RevokedAt).is_null())
        .and_where(Expr::col(Tickets::ExpiresAt).gt(arg(1)))
        .order_by(Tickets::Id, Order::Asc)
        .take()
}

/// 0: room, 1: now.
pub(crate) static LIVE: Fixed = Fixed::new("live_tickets", || (&mut live()).into());

/// 0: room, 1: now, 2: sid.
pub(crate) static LIVE_OF_SESSION: Fixed =
    Fixed::new("live_session_tickets", || live().and_where(Expr::col(Tickets::Sid).eq(arg(2))).into());

/// One guarded statement: of many at once no more succeed than the ticket allows. 0: ticket.
pub(crate) static USE: Fixed = Fixed::new("use_ticket", || {
    let left = Expr::col(Tickets::Uses).lt(Expr::col(Tickets::MaxUses));
    Query::update()
        .table(Tickets::Table)
        .value(Tickets::Uses, Expr::col(Tickets::Uses).add(one()))
        .and_where(Expr::col(Tickets::Id).eq(arg(0)))
        .and_where(Expr::col(Tickets::RevokedAt).is_null())
        .cond_where(Cond::any().add(Expr::col(Tickets::MaxUses).is_null()).add(left))
        .into()
});

/// 0: now, 1: ticket.
pub(crate) static REVOKE: Fixed = Fixed::new("revoke_ticket", || {
    revoke(Tickets::Table, Tickets::RevokedAt).and_where(Expr::col(Tickets::Id).eq(arg(1))).into()
});

/// 0: now, 1: room, 2: sid.
pub(crate) static REVOKE_OF_SESSION: Fixed = Fixed::new("revoke_session_tickets", || {
    revoke(Tickets::Table, Tickets::RevokedAt)
        .and_where(Expr::col(Tickets::RoomId).eq(arg(1)))
        .and_where(Expr::col(Tickets::Sid).eq(arg(2)))
        .into()
});

/// 0: now, 1: room.
pub(crate) static REVOKE_OF_GUESTS: Fixed = Fixed::new("revoke_guest_tickets", || {
    revoke(Tickets::Table, Tickets::RevokedAt)
        .and_where(Expr::col(Tickets::RoomId).eq(arg(1)))
        .and_where(Expr::col(Tickets::Owner).eq(zero()))
        .into()
});

#[cfg(test)]
pub(crate) static ALL: &[&Fixed] = &[
    &INSERT,
    &BY_ID,
    &BY_HASH,
    &LIVE,
    &LIVE_OF_SESSION,
    &USE,
    &REVOKE,
    &REVOKE_OF_SESSION,
    &REVOKE_OF_GUESTS,
];

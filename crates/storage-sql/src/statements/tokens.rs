use sea_query::{Expr, ExprTrait, IntoIden, LockType, Order, Query, SelectStatement, UpdateStatement};

use super::zero;
use crate::{
    rows::{REFRESH, TOKEN},
    statement::{Fixed, arg},
    tables::{RefreshTokens, Rooms, Tokens},
};

/// 0: jti, 1: room, 2: sid, 3: permission, 4: owner, 5: scope, 6: created_at, 7: expires_at, 8: revoked_at.
pub(crate) static INSERT: Fixed = Fixed::new("insert_token", || {
    let values = [
        (Tokens::Jti, arg(0)),
        (Tokens::RoomId, arg(1)),
        (Tokens::Sid, arg(2)),
        (Tokens::Permission, arg(3)),
        (Tokens::Owner, arg(4)),
        (Tokens::Scope, arg(5)),
        (Tokens::CreatedAt, arg(6)),
        (Tokens::ExpiresAt, arg(7)),
        (Tokens::RevokedAt, arg(8)),
    ];
    (&mut super::insert(Tokens::Table, values)).into()
});

/// 0: room, 1: jti.
pub(crate) static BY_JTI: Fixed = Fixed::new("token", || {
    Query::select()
        .columns(TOKEN)
        .from(Tokens::Table)
        .and_where(Expr::col(Tokens::RoomId).eq(arg(0)))
        .and_where(Expr::col(Tokens::Jti).eq(arg(1)))
        .into()
});

/// 0: room, 1: now.
fn live() -> SelectStatement {
    Query::select()
        .columns(TOKEN)
        .from(Tokens::Table)
        .and_where(Expr::col(Tokens::RoomId).eq(arg(0)))
        .and_where(Expr::col(Tokens::RevokedAt).is_null())
        .and_where(Expr::col(Tokens::ExpiresAt).gt(arg(1)))
        .order_by(Tokens::CreatedAt, Order::Asc)
        .order_by(Tokens::Jti, Order::Asc)
        .take()
}

/// 0: room, 1: now.
pub(crate) static LIVE: Fixed = Fixed::new("live_tokens", || (&mut live()).into());

/// 0: room, 1: now, 2: sid.
pub(crate) static LIVE_OF_SESSION: Fixed =
    Fixed::new("live_session_tokens", || live().and_where(Expr::col(Tokens::Sid).eq(arg(2))).into());

/// Revokes what is not revoked. 0: now.
pub(super) fn revoke(table: impl IntoIden, revoked_at: impl IntoIden + Copy) -> UpdateStatement {
    Query::update()
        .table(table.into_iden())
        .value(revoked_at, arg(0))
        .and_where(Expr::col(revoked_at.into_iden()).is_null())
        .take()
}

/// 0: now, 1: jti.
pub(crate) static REVOKE: Fixed = Fixed::new("revoke_token", || {
    revoke(Tokens::Table, Tokens::RevokedAt).and_where(Expr::col(Tokens::Jti).eq(arg(1))).into()
});

/// 0: now, 1: room, 2: sid.
pub(crate) static REVOKE_SESSION: Fixed = Fixed::new("revoke_session_tokens", || {
    revoke(Tokens::Table, Tokens::RevokedAt)
        .and_where(Expr::col(Tokens::RoomId).eq(arg(1)))
        .and_where(Expr::col(Tokens::Sid).eq(arg(2)))
        .into()
});

/// 0: now, 1: room, 2: sid.
pub(crate) static REVOKE_SESSION_REFRESH: Fixed = Fixed::new("revoke_session_refresh", || {
    revoke(RefreshTokens::Table, RefreshTokens::RevokedAt)
        .and_where(Expr::col(RefreshTokens::RoomId).eq(arg(1)))
        .and_where(Expr::col(RefreshTokens::Sid).eq(arg(2)))
        .into()
});

/// 0: now, 1: room.
pub(crate) static REVOKE_GUESTS: Fixed = Fixed::new("revoke_guest_tokens", || {
    revoke(Tokens::Table, Tokens::RevokedAt)
        .and_where(Expr::col(Tokens::RoomId).eq(arg(1)))
        .and_where(Expr::col(Tokens::Owner).eq(zero()))
        .into()
});

/// 0: now, 1: room.
pub(crate) static REVOKE_GUESTS_REFRESH: Fixed = Fixed::new("revoke_guest_refresh", || {
    revoke(RefreshTokens::Table, RefreshTokens::RevokedAt)
        .and_where(Expr::col(RefreshTokens::RoomId).eq(arg(1)))
        .and_where(Expr::col(RefreshTokens::Owner).eq(zero()))
        .into()
});

/// 0: hash, 1: room, 2: sid, 3: owner, 4: scope, 5: created_at, 6: expires_at, 7: used_at,
/// 8: revoked_at.
pub(crate) static INSERT_REFRESH: Fixed = Fixed::new("insert_refresh", || {
    let values = [
        (RefreshTokens::Hash, arg(0)),
        (RefreshTokens::RoomId, arg(1)),
        (RefreshTokens::Sid, arg(2)),
        (RefreshTokens::Owner, arg(3)),
        (RefreshTokens::Scope, arg(4)),
        (RefreshTokens::CreatedAt, arg(5)),
        (RefreshTokens::ExpiresAt, arg(6)),
        (RefreshTokens::UsedAt, arg(7)),
        (RefreshTokens::RevokedAt, arg(8)),
    ];
    (&mut super::insert(RefreshTokens::Table, values)).into()
});

/// Where rows are locked: 0: hash.
pub(crate) static LOCK_ROOM_OF_REFRESH: Fixed = Fixed::new("lock_room_of_refresh", || {
    Query::select()
        .column((Rooms::Table, Rooms::Id))
        .from(RefreshTokens::Table)
        .inner_join(
            Rooms::Table,
            Expr::col((Rooms::Table, Rooms::Id)).equals((RefreshTokens::Table, RefreshTokens::RoomId)),
        )
        .and_where(Expr::col((RefreshTokens::Table, RefreshTokens::Hash)).eq(arg(0)))
        .lock_with_tables(LockType::Update, [Rooms::Table])
        .into()
});

/// 0: hash.
pub(crate) static LOCK_REFRESH: Fixed = Fixed::new("lock_refresh", || {
    Query::select()
        .columns(REFRESH)
        .from(RefreshTokens::Table)
        .and_where(Expr::col(RefreshTokens::Hash).eq(arg(0)))
        .lock(LockType::Update)
        .into()
});

/// Marks it as used, if nobody was first. 0: now, 1: hash.
pub(crate) static USE_REFRESH: Fixed = Fixed::new("use_refresh", || {
    Query::update()
        .table(RefreshTokens::Table)
        .value(RefreshTokens::UsedAt, arg(0))
        .and_where(Expr::col(RefreshTokens::Hash).eq(arg(1)))
        .and_where(Expr::col(RefreshTokens::UsedAt).is_null())
        .into()
});

#[cfg(test)]
pub(crate) static ALL: &[&Fixed] = &[
    &INSERT,
    &BY_JTI,
    &LIVE,
    &LIVE_OF_SESSION,
    &REVOKE,
    &REVOKE_SESSION,
    &REVOKE_SESSION_REFRESH,
    &REVOKE_GUESTS,
    &REVOKE_GUESTS_REFRESH,
    &INSERT_REFRESH,
    &LOCK_ROOM_OF_REFRESH,
    &LOCK_REFRESH,
    &USE_REFRESH,
];

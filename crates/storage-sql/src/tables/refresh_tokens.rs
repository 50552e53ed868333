use elizabeth_core::{
    id::{RoomId, SessionId},
    secret::KeyHash,
    time::Timestamp,
    token::RefreshRecord,
};
use sea_query::{Cond, Expr, ExprTrait, LockType, Query};

use super::rooms::Rooms;
use crate::{
    part::{column, record},
    query::{count, count_past, insert_new, revoke, zero},
    statement::statement,
    table::table,
};

table! {
    /// Refresh tokens, by their hash.
    RefreshTokens = RefreshRecord from RefreshRecord {
        hash, room_id, sid, owner, scope, granted, created_at, expires_at, used_at, revoked_at,
    }
}

statement! {
    Insert = "insert_refresh" from RefreshRecord { insert_new::<RefreshRecord>() }
}

statement! {
    /// Where rows are locked.
    LockRoom = "lock_room_of_refresh" { hash: KeyHash } -> RoomId {
        column((Rooms::Table, Rooms::id)).select(|query| {
            query
                .from(RefreshTokens::Table)
                .inner_join(
                    Rooms::Table,
                    Expr::col((Rooms::Table, Rooms::id)).equals((RefreshTokens::Table, RefreshTokens::room_id)),
                )
                .and_where(Expr::col((RefreshTokens::Table, RefreshTokens::hash)).eq(hash))
                .lock_with_tables(LockType::Update, [Rooms::Table])
        })
    }
}

statement! {
    Lock = "lock_refresh" { hash: KeyHash } -> RefreshRecord {
        record().select(|query| {
            query
                .from(RefreshTokens::Table)
                .and_where(Expr::col(RefreshTokens::hash).eq(hash))
                .lock(LockType::Update)
        })
    }
}

statement! {
    /// Marks it as used, if nobody was first.
    Use = "use_refresh" { now: Timestamp, hash: KeyHash } {
        Query::update()
            .table(RefreshTokens::Table)
            .value(RefreshTokens::used_at, now)
            .and_where(Expr::col(RefreshTokens::hash).eq(hash))
            .and_where(Expr::col(RefreshTokens::used_at).is_null())
    }
}

statement! {
    RevokeOfSession = "revoke_session_refresh" { now: Timestamp, room: RoomId, sid: SessionId } {
        revoke(RefreshTokens::Table, RefreshTokens::revoked_at, now)
            .and_where(Expr::col(RefreshTokens::room_id).eq(room))
            .and_where(Expr::col(RefreshTokens::sid).eq(sid))
    }
}

statement! {
    RevokeOfGuests = "revoke_guest_refresh" { now: Timestamp, room: RoomId } {
        revoke(RefreshTokens::Table, RefreshTokens::revoked_at, now)
            .and_where(Expr::col(RefreshTokens::room_id).eq(room))
            .and_where(Expr::col(RefreshTokens::owner).eq(zero()))
    }
}

statement! {
    CountDead = "dead_refresh_tokens" { now: Timestamp } -> u64 {
        count_past(RefreshTokens::Table, RefreshTokens::expires_at, now)
    }
}

statement! {
    DeleteDead = "delete_dead_refresh_tokens" { now: Timestamp } {
        Query::delete().from_table(RefreshTokens::Table).and_where(Expr::col(RefreshTokens::expires_at).lte(now))
    }
}

statement! {
    /// Those that are over among them.
    CountOfRoom = "refresh_tokens_count" { room: RoomId } -> u64 {
        count().select(|query| query.from(RefreshTokens::Table).and_where(Expr::col(RefreshTokens::room_id).eq(room)))
    }
}

statement! {
    DeleteDeadOfRoom = "delete_dead_refresh_tokens_of_room" { room: RoomId, now: Timestamp } {
        Query::delete()
            .from_table(RefreshTokens::Table)
            .and_where(Expr::col(RefreshTokens::room_id).eq(room))
            .cond_where(
                Cond::any()
                    .add(Expr::col(RefreshTokens::revoked_at).is_not_null())
                    .add(Expr::col(RefreshTokens::used_at).is_not_null())
                    .add(Expr::col(RefreshTokens::expires_at).lte(now)),
            )
    }
}

statement! {
    DeleteOfSession = "delete_session_refresh_tokens" { room: RoomId, sid: SessionId } {
        Query::delete()
            .from_table(RefreshTokens::Table)
            .and_where(Expr::col(RefreshTokens::room_id).eq(room))
            .and_where(Expr::col(RefreshTokens::sid).eq(sid))
    }
}

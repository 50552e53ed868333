use elizabeth_core::{
    id::{Jti, RoomId, SessionId},
    time::Timestamp,
    token::TokenRecord,
};
use sea_query::{Cond, Expr, ExprTrait, Order, Query};

use crate::{
    part::{Select, record},
    query::{count, count_past, insert_new, revoke, zero},
    statement::{Param, statement},
    table::table,
};

table! {
    /// Tokens that were issued.
    Tokens = TokenRecord from TokenRecord {
        jti, room_id, sid, permission, owner, scope, granted, created_at, expires_at, revoked_at,
    }
}

statement! {
    Insert = "insert_token" from TokenRecord { insert_new::<TokenRecord>() }
}

statement! {
    ByJti = "token" { room: RoomId, jti: Jti } -> TokenRecord {
        record().select(|query| {
            query
                .from(Tokens::Table)
                .and_where(Expr::col(Tokens::room_id).eq(room))
                .and_where(Expr::col(Tokens::jti).eq(jti))
        })
    }
}

fn live(room: Param, now: Param) -> Select<TokenRecord> {
    record().select(|query| {
        query
            .from(Tokens::Table)
            .and_where(Expr::col(Tokens::room_id).eq(room))
            .and_where(Expr::col(Tokens::revoked_at).is_null())
            .and_where(Expr::col(Tokens::expires_at).gt(now))
            .order_by(Tokens::created_at, Order::Asc)
            .order_by(Tokens::jti, Order::Asc)
    })
}

statement! {
    Live = "live_tokens" { room: RoomId, now: Timestamp } -> TokenRecord { live(room, now) }
}

statement! {
    LiveOfSession = "live_session_tokens" { room: RoomId, now: Timestamp, sid: SessionId } -> TokenRecord {
        live(room, now).with(|query| query.and_where(Expr::col(Tokens::sid).eq(sid)))
    }
}

statement! {
    Revoke = "revoke_token" { now: Timestamp, jti: Jti } {
        revoke(Tokens::Table, Tokens::revoked_at, now).and_where(Expr::col(Tokens::jti).eq(jti))
    }
}

statement! {
    RevokeOfSession = "revoke_session_tokens" { now: Timestamp, room: RoomId, sid: SessionId } {
        revoke(Tokens::Table, Tokens::revoked_at, now)
            .and_where(Expr::col(Tokens::room_id).eq(room))
            .and_where(Expr::col(Tokens::sid).eq(sid))
    }
}

statement! {
    RevokeOfGuests = "revoke_guest_tokens" { now: Timestamp, room: RoomId } {
        revoke(Tokens::Table, Tokens::revoked_at, now)
            .and_where(Expr::col(Tokens::room_id).eq(room))
            .and_where(Expr::col(Tokens::owner).eq(zero()))
    }
}

statement! {
    CountDead = "dead_tokens" { now: Timestamp } -> u64 { count_past(Tokens::Table, Tokens::expires_at, now) }
}

statement! {
    DeleteDead = "delete_dead_tokens" { now: Timestamp } {
        Query::delete().from_table(Tokens::Table).and_where(Expr::col(Tokens::expires_at).lte(now))
    }
}

statement! {
    /// Those that are over among them.
    CountOfRoom = "tokens_count" { room: RoomId } -> u64 {
        count().select(|query| query.from(Tokens::Table).and_where(Expr::col(Tokens::room_id).eq(room)))
    }
}

statement! {
    DeleteDeadOfRoom = "delete_dead_tokens_of_room" { room: RoomId, now: Timestamp } {
        Query::delete()
            .from_table(Tokens::Table)
            .and_where(Expr::col(Tokens::room_id).eq(room))
            .cond_where(
                Cond::any()
                    .add(Expr::col(Tokens::revoked_at).is_not_null())
                    .add(Expr::col(Tokens::expires_at).lte(now)),
            )
    }
}

statement! {
    DeleteOfSession = "delete_session_tokens" { room: RoomId, sid: SessionId } {
        Query::delete()
            .from_table(Tokens::Table)
            .and_where(Expr::col(Tokens::room_id).eq(room))
            .and_where(Expr::col(Tokens::sid).eq(sid))
    }
}

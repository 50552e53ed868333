use elizabeth_core::{
    id::{RoomId, SessionId, TicketId},
    secret::KeyHash,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
};
use sea_query::{Cond, Expr, ExprTrait, Order, Query};

use crate::{
    part::{Select, record},
    query::{count, count_past, insert_new, one, revoke, zero},
    statement::{Param, returning, statement},
    table::table,
};

table! {
    /// Tickets, by their hash as well.
    Tickets = Ticket from NewTicket {
        id = auto,
        hash,
        room_id,
        content_id,
        scope,
        granted,
        sid,
        owner,
        max_uses,
        uses = 0,
        created_at,
        expires_at,
        revoked_at = auto,
    }
}

statement! {
    Insert = "insert_ticket" from NewTicket -> TicketId { returning(insert_new::<NewTicket>(), Tickets::id) }
}

statement! {
    ById = "ticket" { room: RoomId, ticket: TicketId } -> Ticket {
        record().select(|query| {
            query
                .from(Tickets::Table)
                .and_where(Expr::col(Tickets::room_id).eq(room))
                .and_where(Expr::col(Tickets::id).eq(ticket))
        })
    }
}

statement! {
    ByHash = "ticket_by_hash" { hash: KeyHash } -> Ticket {
        record().select(|query| query.from(Tickets::Table).and_where(Expr::col(Tickets::hash).eq(hash)))
    }
}

fn live(room: Param, now: Param) -> Select<Ticket> {
    record().select(|query| {
        query
            .from(Tickets::Table)
            .and_where(Expr::col(Tickets::room_id).eq(room))
            .and_where(Expr::col(Tickets::revoked_at).is_null())
            .and_where(Expr::col(Tickets::expires_at).gt(now))
            .order_by(Tickets::id, Order::Asc)
    })
}

statement! {
    Live = "live_tickets" { room: RoomId, now: Timestamp } -> Ticket { live(room, now) }
}

statement! {
    LiveOfSession = "live_session_tickets" { room: RoomId, now: Timestamp, sid: SessionId } -> Ticket {
        live(room, now).with(|query| query.and_where(Expr::col(Tickets::sid).eq(sid)))
    }
}

statement! {
    /// One guarded statement: of many at once no more succeed than the ticket allows.
    Use = "use_ticket" { ticket: TicketId } {
        Query::update()
            .table(Tickets::Table)
            .value(Tickets::uses, Expr::col(Tickets::uses).add(one()))
            .and_where(Expr::col(Tickets::id).eq(ticket))
            .and_where(Expr::col(Tickets::revoked_at).is_null())
            .cond_where(
                Cond::any()
                    .add(Expr::col(Tickets::max_uses).is_null())
                    .add(Expr::col(Tickets::uses).lt(Expr::col(Tickets::max_uses))),
            )
    }
}

statement! {
    Revoke = "revoke_ticket" { now: Timestamp, ticket: TicketId } {
        revoke(Tickets::Table, Tickets::revoked_at, now).and_where(Expr::col(Tickets::id).eq(ticket))
    }
}

statement! {
    RevokeOfSession = "revoke_session_tickets" { now: Timestamp, room: RoomId, sid: SessionId } {
        revoke(Tickets::Table, Tickets::revoked_at, now)
            .and_where(Expr::col(Tickets::room_id).eq(room))
            .and_where(Expr::col(Tickets::sid).eq(sid))
    }
}

statement! {
    RevokeOfGuests = "revoke_guest_tickets" { now: Timestamp, room: RoomId } {
        revoke(Tickets::Table, Tickets::revoked_at, now)
            .and_where(Expr::col(Tickets::room_id).eq(room))
            .and_where(Expr::col(Tickets::owner).eq(zero()))
    }
}

statement! {
    CountDead = "dead_tickets" { now: Timestamp } -> u64 { count_past(Tickets::Table, Tickets::expires_at, now) }
}

statement! {
    DeleteDead = "delete_dead_tickets" { now: Timestamp } {
        Query::delete().from_table(Tickets::Table).and_where(Expr::col(Tickets::expires_at).lte(now))
    }
}

statement! {
    /// Those that are over among them.
    CountOfRoom = "tickets_count" { room: RoomId } -> u64 {
        count().select(|query| query.from(Tickets::Table).and_where(Expr::col(Tickets::room_id).eq(room)))
    }
}

statement! {
    DeleteDeadOfRoom = "delete_dead_tickets_of_room" { room: RoomId, now: Timestamp } {
        Query::delete()
            .from_table(Tickets::Table)
            .and_where(Expr::col(Tickets::room_id).eq(room))
            .cond_where(
                Cond::any()
                    .add(Expr::col(Tickets::revoked_at).is_not_null())
                    .add(Expr::col(Tickets::expires_at).lte(now)),
            )
    }
}

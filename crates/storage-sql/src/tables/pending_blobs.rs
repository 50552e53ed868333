use elizabeth_core::{
    id::{BlobKey, ReservationId},
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, InsertStatement, Query};

use crate::{
    query::{count_past, insert_rows},
    statement::{Args, Built, Param, returning, statement},
    table::table,
};

table! {
    /// Blobs that are announced before they are written.
    PendingBlobs { key, reservation_id, until }
}

fn announcements(keys: Vec<Param>, reservation: Param, until: Param) -> InsertStatement {
    let row = |key: Param| {
        [
            (PendingBlobs::key, key.into()),
            (PendingBlobs::reservation_id, reservation.into()),
            (PendingBlobs::until, until.into()),
        ]
    };
    insert_rows(PendingBlobs::Table, keys.into_iter().map(row))
}

statement! {
    /// Announces one. See [`announce`].
    Announce<'a> = "announce" { reservation: ReservationId, until: Timestamp, key: &'a BlobKey } {
        announcements(vec![key], reservation, until)
    }
}

pub(crate) fn announce(reservation: ReservationId, until: Timestamp, keys: &[BlobKey]) -> Built<()> {
    let mut args = Args::default();
    let (reservation, until) = (args.bind(&reservation), args.bind(&until));
    let keys = args.bind_all(keys);
    args.of(announcements(keys, reservation, until))
}

statement! {
    ExtendOfReservation = "extend_announcements" { until: Timestamp, reservation: ReservationId } {
        Query::update()
            .table(PendingBlobs::Table)
            .value(PendingBlobs::until, until)
            .and_where(Expr::col(PendingBlobs::reservation_id).eq(reservation))
    }
}

statement! {
    Extend<'a> = "extend_announcement" { until: Timestamp, key: &'a BlobKey } {
        Query::update()
            .table(PendingBlobs::Table)
            .value(PendingBlobs::until, until)
            .and_where(Expr::col(PendingBlobs::key).eq(key))
    }
}

statement! {
    RetractOfReservation = "retract_announcements" { reservation: ReservationId } {
        Query::delete()
            .from_table(PendingBlobs::Table)
            .and_where(Expr::col(PendingBlobs::reservation_id).eq(reservation))
    }
}

statement! {
    Retract<'a> = "retract_announcement" { key: &'a BlobKey } {
        Query::delete().from_table(PendingBlobs::Table).and_where(Expr::col(PendingBlobs::key).eq(key))
    }
}

statement! {
    CountLapsed = "lapsed_announcements" { now: Timestamp } -> u64 {
        count_past(PendingBlobs::Table, PendingBlobs::until, now)
    }
}

statement! {
    /// Answers with those that it removed.
    DeleteLapsed = "delete_lapsed_announcements" { now: Timestamp } -> BlobKey {
        returning(
            Query::delete().from_table(PendingBlobs::Table).and_where(Expr::col(PendingBlobs::until).lte(now)),
            PendingBlobs::key,
        )
    }
}

use sea_query::{Expr, ExprTrait, IntoIden, OnConflict, Order, Query, UnionType};

use super::{contents::among, count_and_sum, insert_rows, total};
use crate::{
    rows::DONE,
    statement::{Fixed, Shape, arg},
    tables::{BlobDeletions, Contents, PendingBlobs, RefreshTokens, Reservations, Rooms, Tickets, Tokens},
};

/// A blob may be queued twice; it is deleted once.
pub(super) fn already_queued() -> OnConflict {
    OnConflict::column(BlobDeletions::Key).do_nothing().to_owned()
}

/// Contents whose time is over or whose downloads are used up. Two queries put together, so that each has an index
/// of its own. 0: now, 1: limit.
pub(crate) static DEAD_CONTENTS: Fixed = Fixed::new("dead_contents", || {
    let contents = || Query::select().columns([Contents::RoomId, Contents::Id]).from(Contents::Table).take();
    let spent = contents()
        .and_where(Expr::col(Contents::MaxDownloads).is_not_null())
        .and_where(Expr::col(Contents::DownloadCount).gte(Expr::col(Contents::MaxDownloads)))
        .take();
    contents()
        .and_where(Expr::col(Contents::ExpireAt).lte(arg(0)))
        .union(UnionType::Distinct, spent)
        .order_by(Contents::Id, Order::Asc)
        .limit(1)
        .into()
});

/// 0: now.
pub(crate) static LAPSED_RESERVATIONS: Fixed = Fixed::new("lapsed_reservations", || {
    let lapsed = Expr::col(Reservations::Deadline)
        .lte(arg(0))
        .and(Expr::col(Reservations::State).ne(Expr::cust(format!("'{DONE}'"))));
    (&mut count_and_sum(Reservations::Table, Reservations::Size, lapsed)).into()
});

/// 0: now.
pub(crate) static DELETE_LAPSED_RESERVATIONS: Fixed = Fixed::new("delete_lapsed_reservations", || {
    Query::delete()
        .from_table(Reservations::Table)
        .and_where(Expr::col(Reservations::Deadline).lte(arg(0)))
        .into()
});

/// How many rows of a table are past an instant. 0: now.
fn count_past(table: impl IntoIden, end: impl IntoIden) -> Shape {
    Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .from(table.into_iden())
        .and_where(Expr::col(end.into_iden()).lte(arg(0)))
        .into()
}

/// 0: now.
pub(crate) static LAPSED_ANNOUNCEMENTS: Fixed =
    Fixed::new("lapsed_announcements", || count_past(PendingBlobs::Table, PendingBlobs::Until));

/// Says which they were. 0: now.
pub(crate) static DELETE_LAPSED_ANNOUNCEMENTS: Fixed = Fixed::new("delete_lapsed_announcements", || {
    Query::delete()
        .from_table(PendingBlobs::Table)
        .and_where(Expr::col(PendingBlobs::Until).lte(arg(0)))
        .returning_col(PendingBlobs::Key)
        .into()
});

/// 0: now.
pub(crate) static DEAD_TOKENS: Fixed =
    Fixed::new("dead_tokens", || count_past(Tokens::Table, Tokens::ExpiresAt));

/// 0: now.
pub(crate) static DEAD_REFRESH: Fixed =
    Fixed::new("dead_refresh_tokens", || count_past(RefreshTokens::Table, RefreshTokens::ExpiresAt));

/// 0: now.
pub(crate) static DEAD_TICKETS: Fixed =
    Fixed::new("dead_tickets", || count_past(Tickets::Table, Tickets::ExpiresAt));

/// 0: now.
pub(crate) static DELETE_DEAD_TOKENS: Fixed = Fixed::new("delete_dead_tokens", || {
    Query::delete().from_table(Tokens::Table).and_where(Expr::col(Tokens::ExpiresAt).lte(arg(0))).into()
});

/// 0: now.
pub(crate) static DELETE_DEAD_REFRESH: Fixed = Fixed::new("delete_dead_refresh_tokens", || {
    Query::delete()
        .from_table(RefreshTokens::Table)
        .and_where(Expr::col(RefreshTokens::ExpiresAt).lte(arg(0)))
        .into()
});

/// 0: now.
pub(crate) static DELETE_DEAD_TICKETS: Fixed = Fixed::new("delete_dead_tickets", || {
    Query::delete().from_table(Tickets::Table).and_where(Expr::col(Tickets::ExpiresAt).lte(arg(0))).into()
});

/// 0: after, 1: limit.
pub(crate) static QUEUED_BLOBS: Fixed = Fixed::new("queued_blobs", || {
    Query::select()
        .column(BlobDeletions::Key)
        .from(BlobDeletions::Table)
        .and_where(Expr::col(BlobDeletions::Key).gt(arg(0)))
        .order_by(BlobDeletions::Key, Order::Asc)
        .limit(1)
        .into()
});

/// How many.
pub(crate) static QUEUED_BLOB_COUNT: Fixed = Fixed::new("queued_blob_count", || {
    Query::select().expr(Expr::cust("COUNT(*)")).from(BlobDeletions::Table).into()
});

/// Rooms and the bytes stored in them.
pub(crate) static ROOM_COUNT: Fixed = Fixed::new("room_count", || {
    Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .expr(total(Expr::col(Rooms::StoredSize)))
        .from(Rooms::Table)
        .into()
});

/// How many.
pub(crate) static CONTENT_COUNT: Fixed =
    Fixed::new("content_count", || Query::select().expr(Expr::cust("COUNT(*)")).from(Contents::Table).into());

/// From 0 on: keys.
pub(crate) fn queue_blobs(keys: u64) -> Shape {
    insert_rows(BlobDeletions::Table, [BlobDeletions::Key], (0..keys).map(|key| vec![arg(key)]))
        .on_conflict(already_queued())
        .into()
}

/// From 0 on: keys.
pub(crate) fn unqueue_blobs(keys: u64) -> Shape {
    Query::delete().from_table(BlobDeletions::Table).and_where(among(BlobDeletions::Key, 0, keys)).into()
}

#[cfg(test)]
pub(crate) static ALL: &[&Fixed] = &[
    &DEAD_CONTENTS,
    &LAPSED_RESERVATIONS,
    &DELETE_LAPSED_RESERVATIONS,
    &LAPSED_ANNOUNCEMENTS,
    &DELETE_LAPSED_ANNOUNCEMENTS,
    &DEAD_TOKENS,
    &DEAD_REFRESH,
    &DEAD_TICKETS,
    &DELETE_DEAD_TOKENS,
    &DELETE_DEAD_REFRESH,
    &DELETE_DEAD_TICKETS,
    &QUEUED_BLOBS,
    &QUEUED_BLOB_COUNT,
    &ROOM_COUNT,
    &CONTENT_COUNT,
];

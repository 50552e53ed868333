use elizabeth_core::id::BlobKey;
use sea_query::{Expr, ExprTrait, OnConflict, Order, Query};

use crate::{
    part::column,
    query::{among, count, insert_rows},
    statement::{Args, Built, statement},
    table::table,
};

table! {
    /// Blobs that no row names any more and that wait to be deleted.
    BlobDeletions { key }
}

/// A blob may be queued twice; it is deleted once.
pub(super) fn already_queued() -> OnConflict {
    OnConflict::column(BlobDeletions::key).do_nothing().to_owned()
}

statement! {
    Queued<'a> = "queued_blobs" { after: &'a str, limit: u64 } -> BlobKey {
        column(BlobDeletions::key).select(|query| {
            query
                .from(BlobDeletions::Table)
                .and_where(Expr::col(BlobDeletions::key).gt(after))
                .order_by(BlobDeletions::key, Order::Asc)
                .limit(limit.as_limit())
        })
    }
}

statement! {
    Count = "queued_blob_count" {} -> u64 { count().select(|query| query.from(BlobDeletions::Table)) }
}

pub(crate) fn queue(keys: &[BlobKey]) -> Built<()> {
    let mut args = Args::default();
    let rows = args.bind_all(keys).into_iter().map(|key| [(BlobDeletions::key, key.into())]);
    let mut insert = insert_rows(BlobDeletions::Table, rows);
    args.of(insert.on_conflict(already_queued()))
}

pub(crate) fn unqueue(keys: &[BlobKey]) -> Built<()> {
    let mut args = Args::default();
    let named = among(BlobDeletions::key, args.bind_all(keys));
    args.of(Query::delete().from_table(BlobDeletions::Table).and_where(named))
}

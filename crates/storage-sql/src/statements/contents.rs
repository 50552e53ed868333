use sea_query::{Expr, ExprTrait, Order, Query, SelectStatement};

use super::{insert_rows, one, qualified, rooms::room_with_token};
use crate::{
    connection::Value,
    rows::{self, CONTENT, SEGMENT},
    statement::{Fixed, Shape, arg},
    tables::{BlobDeletions, Contents, Rooms, Segments},
};
use elizabeth_core::{
    change::ContentChange, content::ContentKind, name::FileName, policy::TEXT_LISTED_MAX, time::Timestamp,
};

/// A room by address, with a token, a content and its first segment: nearly every content has no other. 0: now,
/// 1: token, 2: content, 3: address.
pub(crate) static ACCESS: Fixed = Fixed::new("content_access", || {
    let content_of_room = Expr::col((Contents::Table, Contents::Id))
        .eq(arg(2))
        .and(Expr::col((Contents::Table, Contents::RoomId)).equals((Rooms::Table, Rooms::Id)));
    let first = of_content().and(Expr::col((Segments::Table, Segments::Position)).eq(super::zero()));
    room_with_token(3)
        .columns(qualified(Contents::Table, CONTENT))
        .columns(qualified(Segments::Table, SEGMENT))
        .left_join(Contents::Table, content_of_room)
        .left_join(Segments::Table, first)
        .into()
});

/// The segments behind the first one, unless the content was changed or deleted meanwhile. 0: content, 1: version.
pub(crate) static MORE_SEGMENTS: Fixed = Fixed::new("more_segments", || {
    Query::select()
        .columns(qualified(Segments::Table, SEGMENT))
        .from(Contents::Table)
        .inner_join(Segments::Table, of_content())
        .and_where(Expr::col((Contents::Table, Contents::Id)).eq(arg(0)))
        .and_where(Expr::col((Contents::Table, Contents::Version)).eq(arg(1)))
        .and_where(Expr::col((Segments::Table, Segments::Position)).gt(super::zero()))
        .order_by((Segments::Table, Segments::Position), Order::Asc)
        .into()
});

/// Segments of the content that they are joined to.
fn of_content() -> Expr {
    Expr::col((Segments::Table, Segments::ContentId)).equals((Contents::Table, Contents::Id))
}

/// The bytes of a text or a link, where a list shows them; a file's row costs nothing for it.
fn listed_text() -> Expr {
    let whole = Query::select()
        .column((Segments::Table, Segments::Inline))
        .from(Segments::Table)
        .and_where(of_content())
        .take();
    let shown = Expr::col((Contents::Table, Contents::Kind))
        .ne(Expr::cust(format!("'{}'", ContentKind::File.as_str())))
        .and(Expr::col((Contents::Table, Contents::MaxDownloads)).is_null())
        .and(Expr::col((Contents::Table, Contents::Size)).lte(Expr::cust(TEXT_LISTED_MAX.to_string())));
    Expr::case(shown, whole).into()
}

/// Without their texts.
fn bare_contents() -> SelectStatement {
    Query::select()
        .columns(CONTENT)
        .from(Contents::Table)
        .and_where(Expr::col(Contents::RoomId).eq(arg(0)))
        .order_by(Contents::Id, Order::Asc)
        .take()
}

/// With what [`listed_text`] says behind the columns.
fn contents() -> SelectStatement {
    bare_contents().expr(listed_text()).take()
}

/// 0: room, 1: after, 2: limit.
fn page(mut of: SelectStatement) -> SelectStatement {
    of.and_where(Expr::col(Contents::Id).gt(arg(1))).limit(2).take()
}

/// 0: room, 1: after, 2: limit, 3: session.
fn page_of_session(of: SelectStatement) -> SelectStatement {
    page(of).and_where(Expr::col(Contents::Sid).eq(arg(3))).take()
}

/// 0: room, 1: after, 2: limit.
pub(crate) static PAGE: Fixed = Fixed::new("contents", || (&mut page(contents())).into());

/// 0: room, 1: after, 2: limit, 3: session.
pub(crate) static PAGE_OF_SESSION: Fixed =
    Fixed::new("session_contents", || (&mut page_of_session(contents())).into());

/// 0: room, 1: after, 2: limit.
pub(crate) static BARE_PAGE: Fixed = Fixed::new("bare_contents", || (&mut page(bare_contents())).into());

/// 0: room, 1: after, 2: limit, 3: session.
pub(crate) static BARE_PAGE_OF_SESSION: Fixed =
    Fixed::new("bare_session_contents", || (&mut page_of_session(bare_contents())).into());

/// 0: room, from 1 on: contents.
pub(crate) fn by_id(contents_named: u64) -> Shape {
    bare_contents().and_where(among(Contents::Id, 1, contents_named)).into()
}

/// 0: room, from 1 on: contents.
pub(crate) fn listed_by_id(contents_named: u64) -> Shape {
    contents().and_where(among(Contents::Id, 1, contents_named)).into()
}

/// 0: room, 1: file name, 2: now, 3: limit.
fn newest() -> SelectStatement {
    let lives = Expr::col(Contents::ExpireAt).is_null().or(Expr::col(Contents::ExpireAt).gt(arg(2)));
    let has_downloads = Expr::col(Contents::DownloadCount).lt(Expr::col(Contents::MaxDownloads));
    Query::select()
        .column(Contents::Id)
        .from(Contents::Table)
        .and_where(Expr::col(Contents::RoomId).eq(arg(0)))
        .and_where(Expr::col(Contents::FileName).eq(arg(1)))
        .and_where(lives)
        .and_where(Expr::col(Contents::MaxDownloads).is_null().or(has_downloads))
        .order_by(Contents::Id, Order::Desc)
        .limit(3)
        .take()
}

/// 0: room, 1: file name, 2: now, 3: limit.
pub(crate) static NEWEST: Fixed = Fixed::new("newest_content", || (&mut newest()).into());

/// 0: room, 1: file name, 2: now, 3: limit, 4: session.
pub(crate) static NEWEST_OF_SESSION: Fixed =
    Fixed::new("newest_session_content", || newest().and_where(Expr::col(Contents::Sid).eq(arg(4))).into());

/// Whether a column is one of `count` values from `arg(first)` on.
pub(super) fn among(column: impl sea_query::IntoColumnRef, first: u64, count: u64) -> Expr {
    Expr::col(column).is_in((first..first + count).map(arg))
}

/// 0: room, 1: kind, 2: file_name, 3: size, 4: mime_type, 5: sha256, 6: max_downloads, 7: expire_at, 8: created_at,
/// 9: sid, 10: language, 11: pinned.
pub(crate) static INSERT: Fixed = Fixed::new("insert_content", || {
    let values = [
        (Contents::RoomId, arg(0)),
        (Contents::Kind, arg(1)),
        (Contents::FileName, arg(2)),
        (Contents::Size, arg(3)),
        (Contents::MimeType, arg(4)),
        (Contents::Sha256, arg(5)),
        (Contents::MaxDownloads, arg(6)),
        (Contents::ExpireAt, arg(7)),
        (Contents::CreatedAt, arg(8)),
        (Contents::UpdatedAt, arg(8)),
        (Contents::Sid, arg(9)),
        (Contents::Language, arg(10)),
        (Contents::Pinned, arg(11)),
        (Contents::DownloadCount, super::zero()),
        (Contents::Version, one()),
    ];
    super::insert(Contents::Table, values).returning_col(Contents::Id).into()
});

/// 0: content, 1: position, 2: size, 3: blob key, 4: bytes.
pub(crate) static INSERT_SEGMENT: Fixed = Fixed::new("insert_segment", || insert_segments(1));

/// 0: content, then for each segment its position, size, blob key and bytes.
pub(crate) fn insert_segments(count: u64) -> Shape {
    let columns =
        [Segments::ContentId, Segments::Position, Segments::Size, Segments::BlobKey, Segments::Inline];
    let row = |n: u64| {
        let first = 1 + 4 * n;
        vec![arg(0), arg(first), arg(first + 1), arg(first + 2), arg(first + 3)]
    };
    (&mut insert_rows(Segments::Table, columns, (0..count).map(row))).into()
}

/// The columns that are to change, with their values; and each change is counted.
pub(crate) fn change(id: i64, change: &ContentChange, now: Timestamp) -> (Shape, Vec<Value>) {
    let ContentChange { file_name, mime_type, language, pinned, max_downloads, expire_at, body } = change;
    let name = |name: &Option<FileName>| Value::Text(name.as_ref().map(|name| name.as_str().to_owned()));
    let columns = [
        (Contents::FileName, file_name.as_ref().map(name)),
        (Contents::MimeType, mime_type.as_ref().map(rows::text)),
        (Contents::Language, language.clone().map(Value::Text)),
        (Contents::Pinned, pinned.map(|pinned| rows::int(pinned.into()))),
        (Contents::MaxDownloads, max_downloads.map(rows::opt_size)),
        (Contents::ExpireAt, expire_at.map(rows::opt_time)),
        (Contents::Size, body.as_ref().map(|body| rows::size(body.size()))),
        (Contents::Sha256, body.as_ref().map(|body| rows::bytes(&body.sha256.0))),
    ];
    let mut values = vec![rows::int(id), rows::time(now)];
    let mut update = Query::update();
    update
        .table(Contents::Table)
        .value(Contents::Version, Expr::col(Contents::Version).add(one()))
        .value(Contents::UpdatedAt, arg(1))
        .and_where(Expr::col(Contents::Id).eq(arg(0)));
    for (number, (column, value)) in
        (2..).zip(columns.into_iter().filter_map(|(column, value)| Some((column, value?))))
    {
        update.value(column, arg(number));
        values.push(value);
    }
    (Shape::from(&mut update), values)
}

/// 0: content.
pub(crate) static DELETE_SEGMENTS: Fixed = Fixed::new("delete_segments", || {
    Query::delete().from_table(Segments::Table).and_where(Expr::col(Segments::ContentId).eq(arg(0))).into()
});

/// The blobs of contents that meet a condition are queued for deletion.
fn queue_blobs_of(condition: Expr) -> Shape {
    let blobs = Query::select()
        .column((Segments::Table, Segments::BlobKey))
        .from(Contents::Table)
        .inner_join(Segments::Table, of_content())
        .and_where(condition)
        .and_where(Expr::col((Segments::Table, Segments::BlobKey)).is_not_null())
        .take();
    let mut insert = Query::insert();
    insert.into_table(BlobDeletions::Table).columns([BlobDeletions::Key]);
    // It only refuses a query of another number of columns.
    let _ = insert.select_from(blobs);
    insert.on_conflict(super::sweep::already_queued()).into()
}

/// 0: room.
pub(crate) static QUEUE_BLOBS_OF_ROOM: Fixed = Fixed::new("queue_blobs_of_room", || {
    queue_blobs_of(Expr::col((Contents::Table, Contents::RoomId)).eq(arg(0)))
});

/// 0: content.
pub(crate) static QUEUE_BLOBS_OF_CONTENT: Fixed = Fixed::new("queue_blobs_of_content", || {
    queue_blobs_of(Expr::col((Contents::Table, Contents::Id)).eq(arg(0)))
});

/// 0: room.
pub(crate) static TOTAL_OF_ROOM: Fixed = Fixed::new("total_of_room", || {
    let of_room = Expr::col(Contents::RoomId).eq(arg(0));
    (&mut super::count_and_sum(Contents::Table, Contents::Size, of_room)).into()
});

/// 0: room, from 1 on: contents.
pub(crate) fn queue_blobs(contents_named: u64) -> Shape {
    let named = among((Contents::Table, Contents::Id), 1, contents_named);
    queue_blobs_of(Expr::col((Contents::Table, Contents::RoomId)).eq(arg(0)).and(named))
}

/// Says the size of each that it removed. 0: room, from 1 on: contents.
pub(crate) fn delete(contents_named: u64) -> Shape {
    Query::delete()
        .from_table(Contents::Table)
        .and_where(Expr::col(Contents::RoomId).eq(arg(0)))
        .and_where(among(Contents::Id, 1, contents_named))
        .returning_col(Contents::Size)
        .into()
}

/// One guarded statement: of many at once no more succeed than the limit says. 0: content.
pub(crate) static COUNT_DOWNLOAD: Fixed = Fixed::new("count_download", || {
    Query::update()
        .table(Contents::Table)
        .value(Contents::DownloadCount, Expr::col(Contents::DownloadCount).add(one()))
        .and_where(Expr::col(Contents::Id).eq(arg(0)))
        .and_where(Expr::col(Contents::DownloadCount).lt(Expr::col(Contents::MaxDownloads)))
        .into()
});

/// Not of a content that limits them by now. 0: count, 1: content.
pub(crate) static ADD_DOWNLOADS: Fixed = Fixed::new("add_downloads", || {
    Query::update()
        .table(Contents::Table)
        .value(Contents::DownloadCount, Expr::col(Contents::DownloadCount).add(arg(0)))
        .and_where(Expr::col(Contents::Id).eq(arg(1)))
        .and_where(Expr::col(Contents::MaxDownloads).is_null())
        .into()
});

#[cfg(test)]
pub(crate) static ALL: &[&Fixed] = &[
    &ACCESS,
    &MORE_SEGMENTS,
    &PAGE,
    &PAGE_OF_SESSION,
    &BARE_PAGE,
    &BARE_PAGE_OF_SESSION,
    &NEWEST,
    &NEWEST_OF_SESSION,
    &INSERT,
    &INSERT_SEGMENT,
    &DELETE_SEGMENTS,
    &QUEUE_BLOBS_OF_ROOM,
    &QUEUE_BLOBS_OF_CONTENT,
    &TOTAL_OF_ROOM,
    &COUNT_DOWNLOAD,
    &ADD_DOWNLOADS,
];

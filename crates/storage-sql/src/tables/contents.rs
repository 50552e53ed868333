use elizabeth_core::{
    change::ContentChange,
    content::{Body, Content, ContentKind, NewContent, Segment},
    id::{ContentId, Jti, RoomId, SessionId},
    name::FileName,
    policy::TEXT_LISTED_MAX,
    ports::StoreResult,
    time::Timestamp,
};
use sea_query::{Expr, ExprTrait, InsertStatement, Order, Query, SelectStatement, UnionType};

use super::{
    blob_deletions::{BlobDeletions, already_queued},
    rooms::{Reached, Rooms, by_address, reached},
    segments::Segments,
};
use crate::{
    part::{Joined, Select, cell, column, record, record_of_table},
    query::{Changes, among, count, insert_new, one, total, total_of, zero},
    statement::{Args, Built, Param, returning, returning_expr, statement},
    table::table,
    value::corrupt,
};

table! {
    /// What rooms hold.
    Contents = Content + { text: None } from NewContent {
        id = auto,
        room_id,
        sid,
        kind,
        file_name,
        size = (size()),
        mime_type,
        sniffed,
        sha256,
        download_count = 0,
        max_downloads,
        expire_at,
        language,
        pinned,
        thumbnail_size = 0,
        version = 1,
        created_at,
        updated_at = (created_at),
    }
}

/// What a room is reached with, a content, and its first segment: nearly every content has no other.
type ReachedContent = ((Reached, Joined<Content>), Joined<Segment>);

statement! {
    Access<'a> = "content_access" { now: Timestamp, jti: Option<Jti>, content: ContentId, address: &'a str }
        -> ReachedContent
    {
        by_address(
            reached(now)
                .and(record_of_table::<Content>().joined())
                .and(record_of_table::<Segment>().joined())
                .select(|query| query),
            jti,
            address,
        )
        .with(|query| {
            query
                .left_join(
                    Contents::Table,
                    Expr::col((Contents::Table, Contents::id))
                        .eq(content)
                        .and(Expr::col((Contents::Table, Contents::room_id)).equals((Rooms::Table, Rooms::id))),
                )
                .left_join(
                    Segments::Table,
                    of_content().and(Expr::col((Segments::Table, Segments::position)).eq(zero())),
                )
        })
    }
}

statement! {
    /// The segments behind the first one, unless the content was changed or deleted meanwhile.
    MoreSegments = "more_segments" { content: ContentId, version: u64 } -> Segment {
        record_of_table().select(|query| {
            query
                .from(Contents::Table)
                .inner_join(Segments::Table, of_content())
                .and_where(Expr::col((Contents::Table, Contents::id)).eq(content))
                .and_where(Expr::col((Contents::Table, Contents::version)).eq(version))
                .and_where(Expr::col((Segments::Table, Segments::position)).gt(zero()))
                .order_by((Segments::Table, Segments::position), Order::Asc)
        })
    }
}

/// Segments of the content that they are joined to.
fn of_content() -> Expr {
    Expr::col((Segments::Table, Segments::content_id)).equals((Contents::Table, Contents::id))
}

/// The bytes of a text or a link, where a list shows them; a file's row costs nothing for it.
fn listed_text() -> Expr {
    let whole = Query::select()
        .column((Segments::Table, Segments::inline))
        .from(Segments::Table)
        .and_where(of_content())
        .take();
    let shown = Expr::col((Contents::Table, Contents::kind))
        .ne(Expr::cust(format!("'{}'", ContentKind::File.as_str())))
        .and(Expr::col((Contents::Table, Contents::max_downloads)).is_null())
        .and(Expr::col((Contents::Table, Contents::size)).lte(Expr::cust(TEXT_LISTED_MAX.to_string())));
    Expr::case(shown, whole).into()
}

/// A content and what [`listed_text`] finds.
pub(crate) type Listed = (Content, Option<Vec<u8>>);

/// The content as it is listed.
pub(crate) fn with_text((content, text): Listed) -> StoreResult<Content> {
    let text = text.map(String::from_utf8).transpose();
    let text = text.map_err(|_| corrupt("a text that is not UTF-8"))?;
    // One that is empty has no segment.
    let empty = content.size == 0 && content.kind != ContentKind::File && content.max_downloads.is_none();
    Ok(Content { text: text.or_else(|| empty.then(String::new)), ..content })
}

fn of_room(query: &mut SelectStatement, room: Param) -> &mut SelectStatement {
    query
        .from(Contents::Table)
        .and_where(Expr::col(Contents::room_id).eq(room))
        .order_by(Contents::id, Order::Asc)
}

fn bare(room: Param) -> Select<Content> {
    record().select(|query| of_room(query, room))
}

fn listed(room: Param) -> Select<Listed> {
    record().and(cell(listed_text())).select(|query| of_room(query, room))
}

fn page<P>(of: Select<P>, after: Param, limit: Param) -> Select<P> {
    of.with(|query| query.and_where(Expr::col(Contents::id).gt(after)).limit(limit.as_limit()))
}

fn of_session<P>(of: Select<P>, sid: Param) -> Select<P> {
    of.with(|query| query.and_where(Expr::col(Contents::sid).eq(sid)))
}

statement! {
    Page = "contents" { room: RoomId, after: ContentId, limit: u64 } -> Listed { page(listed(room), after, limit) }
}

statement! {
    PageOfSession = "session_contents" { room: RoomId, after: ContentId, limit: u64, sid: SessionId } -> Listed {
        of_session(page(listed(room), after, limit), sid)
    }
}

statement! {
    BarePage = "bare_contents" { room: RoomId, after: ContentId, limit: u64 } -> Content {
        page(bare(room), after, limit)
    }
}

statement! {
    BarePageOfSession = "bare_session_contents" { room: RoomId, after: ContentId, limit: u64, sid: SessionId }
        -> Content
    {
        of_session(page(bare(room), after, limit), sid)
    }
}

fn numbers(room: Param, after: Param, skip: Param, limit: Param) -> Select<ContentId> {
    let of = column(Contents::id).select(|query| of_room(query, room));
    page(of, after, limit).with(|query| query.offset(skip.as_limit()))
}

statement! {
    Numbers = "content_ids" { room: RoomId, after: ContentId, limit: u64, skip: u64 } -> ContentId {
        numbers(room, after, skip, limit)
    }
}

statement! {
    NumbersOfSession = "session_content_ids" {
        room: RoomId,
        after: ContentId,
        limit: u64,
        skip: u64,
        sid: SessionId,
    } -> ContentId {
        of_session(numbers(room, after, skip, limit), sid)
    }
}

pub(crate) fn by_id(room: RoomId, ids: &[ContentId]) -> Built<Content> {
    let mut args = Args::default();
    let room = args.bind(&room);
    let named = among(Contents::id, args.bind_all(ids));
    args.of(bare(room).with(|query| query.and_where(named)))
}

pub(crate) fn listed_by_id(room: RoomId, ids: &[ContentId]) -> Built<Listed> {
    let mut args = Args::default();
    let room = args.bind(&room);
    let named = among(Contents::id, args.bind_all(ids));
    args.of(listed(room).with(|query| query.and_where(named)))
}

fn newest(room: Param, name: Param, now: Param) -> Select<ContentId> {
    let lives = Expr::col(Contents::expire_at).is_null().or(Expr::col(Contents::expire_at).gt(now));
    let has_downloads = Expr::col(Contents::download_count).lt(Expr::col(Contents::max_downloads));
    column(Contents::id).select(|query| {
        query
            .from(Contents::Table)
            .and_where(Expr::col(Contents::room_id).eq(room))
            .and_where(Expr::col(Contents::file_name).eq(name))
            .and_where(lives)
            .and_where(Expr::col(Contents::max_downloads).is_null().or(has_downloads))
            .order_by(Contents::id, Order::Desc)
    })
}

statement! {
    Newest<'a> = "newest_content" { room: RoomId, name: &'a FileName, now: Timestamp, limit: u64 } -> ContentId {
        newest(room, name, now).with(|query| query.limit(limit.as_limit()))
    }
}

statement! {
    NewestOfSession<'a> = "newest_session_content" {
        room: RoomId,
        name: &'a FileName,
        now: Timestamp,
        limit: u64,
        sid: SessionId,
    } -> ContentId {
        of_session(newest(room, name, now).with(|query| query.limit(limit.as_limit())), sid)
    }
}

statement! {
    Insert = "insert_content" from NewContent -> ContentId { returning(insert_new::<NewContent>(), Contents::id) }
}

/// Changes those columns that are to change; and each change is counted.
pub(crate) fn change(id: ContentId, change: &ContentChange, now: Timestamp) -> Built<()> {
    let ContentChange { file_name, mime_type, language, pinned, max_downloads, expire_at, body, versions } =
        change;
    let mut args = Args::default();
    let (id, versions, now) = (args.bind(&id), args.bind(versions), args.bind(&now));
    let mut changes = Changes::of(Contents::Table, Expr::col(Contents::id).eq(id), args);
    changes
        .always(Contents::version, Expr::col(Contents::version).add(versions))
        .always(Contents::updated_at, now)
        .set(Contents::file_name, file_name)
        .set(Contents::mime_type, mime_type)
        .set(Contents::language, language)
        .set(Contents::pinned, pinned)
        .set(Contents::max_downloads, max_downloads)
        .set(Contents::expire_at, expire_at)
        .set(Contents::size, &body.as_ref().map(Body::size))
        .set(Contents::sha256, &body.as_ref().map(|body| body.sha256));
    if change.drops_thumbnail() {
        changes.always(Contents::thumbnail_size, zero());
    }
    changes.built()
}

statement! {
    SetThumbnailSize = "set_thumbnail_size" { size: u64, content: ContentId } {
        Query::update()
            .table(Contents::Table)
            .value(Contents::thumbnail_size, size)
            .and_where(Expr::col(Contents::id).eq(content))
    }
}

/// What a content takes of its room.
fn stored_size() -> Expr {
    Expr::col(Contents::size).add(Expr::col(Contents::thumbnail_size))
}

/// The blobs of contents that meet a condition are queued for deletion.
fn queue_blobs_of(condition: Expr) -> InsertStatement {
    let blobs = Query::select()
        .column((Segments::Table, Segments::blob_key))
        .from(Contents::Table)
        .inner_join(Segments::Table, of_content())
        .and_where(condition)
        .and_where(Expr::col((Segments::Table, Segments::blob_key)).is_not_null())
        .take();
    let mut insert = Query::insert();
    insert.into_table(BlobDeletions::Table).columns([BlobDeletions::key]);
    // It only refuses a query of another number of columns.
    let _ = insert.select_from(blobs);
    insert.on_conflict(already_queued()).take()
}

statement! {
    QueueBlobsOfRoom = "queue_blobs_of_room" { room: RoomId } {
        queue_blobs_of(Expr::col((Contents::Table, Contents::room_id)).eq(room))
    }
}

statement! {
    QueueBlobsOfContent = "queue_blobs_of_content" { content: ContentId } {
        queue_blobs_of(Expr::col((Contents::Table, Contents::id)).eq(content))
    }
}

pub(crate) fn queue_blobs(room: RoomId, ids: &[ContentId]) -> Built<()> {
    let mut args = Args::default();
    let room = args.bind(&room);
    let named = among((Contents::Table, Contents::id), args.bind_all(ids));
    args.of(queue_blobs_of(Expr::col((Contents::Table, Contents::room_id)).eq(room).and(named)))
}

statement! {
    /// How many contents a room has, and the bytes stored for them.
    TotalOfRoom = "total_of_room" { room: RoomId } -> (u64, u64) {
        count()
            .and(total_of(stored_size()))
            .select(|query| query.from(Contents::Table).and_where(Expr::col(Contents::room_id).eq(room)))
    }
}

fn downloads(room: Param) -> Select<u64> {
    total(Contents::download_count)
        .select(|query| query.from(Contents::Table).and_where(Expr::col(Contents::room_id).eq(room)))
}

statement! {
    Downloads = "downloads_of_room" { room: RoomId } -> u64 { downloads(room) }
}

statement! {
    DownloadsOfSession = "downloads_of_session" { room: RoomId, sid: SessionId } -> u64 {
        of_session(downloads(room), sid)
    }
}

/// Answers with the bytes stored for each that it removed.
pub(crate) fn delete(room: RoomId, ids: &[ContentId]) -> Built<u64> {
    let mut args = Args::default();
    let room = args.bind(&room);
    let named = among(Contents::id, args.bind_all(ids));
    let mut delete = Query::delete();
    delete.from_table(Contents::Table).and_where(Expr::col(Contents::room_id).eq(room)).and_where(named);
    args.of(returning_expr(delete, stored_size()))
}

statement! {
    /// One guarded statement: of many at once no more succeed than the limit says.
    CountDownload = "count_download" { content: ContentId } {
        Query::update()
            .table(Contents::Table)
            .value(Contents::download_count, Expr::col(Contents::download_count).add(one()))
            .and_where(Expr::col(Contents::id).eq(content))
            .and_where(Expr::col(Contents::download_count).lt(Expr::col(Contents::max_downloads)))
    }
}

statement! {
    /// Not of a content that limits them by now.
    AddDownloads = "add_downloads" { count: u64, content: ContentId } {
        Query::update()
            .table(Contents::Table)
            .value(Contents::download_count, Expr::col(Contents::download_count).add(count))
            .and_where(Expr::col(Contents::id).eq(content))
            .and_where(Expr::col(Contents::max_downloads).is_null())
    }
}

fn swept() -> Select<(RoomId, ContentId)> {
    column(Contents::room_id).and(column(Contents::id)).select(|query| query.from(Contents::Table))
}

statement! {
    /// Contents whose time is over or whose downloads are used up. Two queries put together, so that each has an
    /// index of its own.
    Dead = "dead_contents" { now: Timestamp, limit: u64 } -> (RoomId, ContentId) {
        swept().with(|query| {
            let spent = swept().with(|query| {
                query
                    .and_where(Expr::col(Contents::max_downloads).is_not_null())
                    .and_where(Expr::col(Contents::download_count).gte(Expr::col(Contents::max_downloads)))
            });
            query
                .and_where(Expr::col(Contents::expire_at).lte(now))
                .union(UnionType::Distinct, spent.query)
                .order_by(Contents::id, Order::Asc)
                .limit(limit.as_limit())
        })
    }
}

statement! {
    Count = "content_count" {} -> u64 { count().select(|query| query.from(Contents::Table)) }
}

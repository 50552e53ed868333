use elizabeth_core::{
    id::{ReservationId, RoomId, SessionId, UploadId},
    permission::Permission,
    ports::StoreResult,
    quota::Hold,
    secret::KeyHash,
    time::Timestamp,
    upload::{ChunkedFile, ChunkedUpload, FileProgress},
};
use sea_query::{Expr, ExprTrait, Order, Query};

use super::{
    reservations::{Reservations, is_not_done, lapse},
    upload_files::{Arrived, UploadFiles},
};
use crate::{
    part::{Joined, Select, column, record_of_table},
    query::{among, count, insert, one, total_of, zero},
    statement::{Args, Built, Param, statement},
    table::{record, table},
    value::corrupt,
};

table! {
    /// What the holds of uploads in pieces, reservations of an empty manifest, are for.
    Uploads { reservation_id, id, token_hash, owner, permission, granted, files, created_at }
}

pub(crate) struct Held {
    id: ReservationId,
    hold: Hold,
    room_id: RoomId,
    sid: SessionId,
}

record! { Held of Reservations { id, hold: Hold, room_id, sid } }

pub(crate) struct Begun {
    id: UploadId,
    owner: bool,
    permission: Permission,
    granted: Permission,
    created_at: Timestamp,
}

record! { Begun of Uploads { id, owner, permission, granted, created_at } }

/// An upload with its hold, in a row for each file of which something has arrived, or in one row: all that changes
/// is read at one instant.
pub(crate) type Row = ((Held, Begun), Joined<Arrived>);

fn rows() -> Select<Row> {
    let reservation = (Uploads::Table, Uploads::reservation_id);
    record_of_table::<Held>()
        .and(record_of_table::<Begun>())
        .and(record_of_table::<Arrived>().joined())
        .select(|query| {
            query.from(Uploads::Table).inner_join(Reservations::Table, of_reservation()).left_join(
                UploadFiles::Table,
                Expr::col((UploadFiles::Table, UploadFiles::reservation_id)).equals(reservation),
            )
        })
}

/// An upload whose files are still unknown, and how far they have come.
pub(crate) struct Unnamed {
    upload: ChunkedUpload,
    arrived: Vec<Arrived>,
}

/// Puts the rows of each upload together; they follow each other.
pub(crate) fn gather(rows: Vec<Row>) -> Vec<Unnamed> {
    let mut gathered: Vec<Unnamed> = Vec::new();
    for ((held, begun), Joined(arrived)) in rows {
        if gathered.last().is_none_or(|last| last.upload.reservation != held.id) {
            let upload = ChunkedUpload {
                id: begun.id,
                reservation: held.id,
                room_id: held.room_id,
                sid: held.sid,
                owner: begun.owner,
                permission: begun.permission,
                granted: begun.granted,
                hold: held.hold,
                files: vec![],
                progress: vec![],
                created_at: begun.created_at,
            };
            gathered.push(Unnamed { upload, arrived: vec![] });
        }
        if let Some(last) = gathered.last_mut() {
            last.arrived.extend(arrived);
        }
    }
    gathered
}

impl Unnamed {
    /// The hold that tells the upload apart.
    pub(crate) fn reservation(&self) -> ReservationId {
        self.upload.reservation
    }

    /// The upload with its files.
    pub(crate) fn with(self, files: Vec<ChunkedFile>) -> StoreResult<ChunkedUpload> {
        let mut progress = vec![FileProgress::default(); files.len()];
        for arrived in self.arrived {
            let of_file = progress.get_mut(arrived.file as usize);
            *of_file.ok_or_else(|| corrupt("a file that was not announced"))? = arrived.progress;
        }
        Ok(ChunkedUpload { files, progress, ..self.upload })
    }
}

statement! {
    ById = "upload" { room: RoomId, id: UploadId } -> Row {
        rows().with(|query| {
            query
                .and_where(Expr::col((Reservations::Table, Reservations::room_id)).eq(room))
                .and_where(Expr::col((Uploads::Table, Uploads::id)).eq(id))
        })
    }
}

statement! {
    ByToken = "upload_by_token" { hash: KeyHash } -> Row {
        rows().with(|query| query.and_where(Expr::col((Uploads::Table, Uploads::token_hash)).eq(hash)))
    }
}

/// Those of a room that are under way.
fn live<P>(of: Select<P>, room: Param, now: Param, after: Param) -> Select<P> {
    of.with(|query| {
        query
            .and_where(Expr::col((Reservations::Table, Reservations::room_id)).eq(room))
            .and_where(Expr::col((Reservations::Table, Reservations::deadline)).gt(now))
            .and_where(is_not_done((Reservations::Table, Reservations::state)))
            .and_where(Expr::col((Reservations::Table, Reservations::id)).gt(after))
            .order_by((Reservations::Table, Reservations::id), Order::Asc)
    })
}

fn live_until(room: Param, now: Param, after: Param, until: Param) -> Select<Row> {
    live(rows(), room, now, after)
        .with(|query| query.and_where(Expr::col((Reservations::Table, Reservations::id)).lte(until)))
}

/// An upload without its files.
type Outline = ((((UploadId, ReservationId), SessionId), bool), u64);

fn outlines(room: Param, now: Param, after: Param, limit: Param) -> Select<Outline> {
    let outline = column((Uploads::Table, Uploads::id))
        .and(column((Reservations::Table, Reservations::id)))
        .and(column((Reservations::Table, Reservations::sid)))
        .and(column((Uploads::Table, Uploads::owner)))
        .and(column((Reservations::Table, Reservations::rows_size)))
        .select(|query| query.from(Uploads::Table).inner_join(Reservations::Table, of_reservation()));
    live(outline, room, now, after).with(|query| query.limit(limit.as_limit()))
}

statement! {
    Outlines = "upload_outlines" { room: RoomId, now: Timestamp, after: ReservationId, limit: u64 } -> Outline {
        outlines(room, now, after, limit)
    }
}

statement! {
    OutlinesOfSession = "upload_outlines_of_session" {
        room: RoomId,
        now: Timestamp,
        after: ReservationId,
        limit: u64,
        sid: SessionId,
    } -> Outline {
        outlines(room, now, after, limit)
            .with(|query| query.and_where(Expr::col((Reservations::Table, Reservations::sid)).eq(sid)))
    }
}

statement! {
    Live = "live_uploads" { room: RoomId, now: Timestamp, after: ReservationId, until: ReservationId } -> Row {
        live_until(room, now, after, until)
    }
}

statement! {
    LiveOfSession = "live_uploads_of_session" {
        room: RoomId,
        now: Timestamp,
        after: ReservationId,
        until: ReservationId,
        sid: SessionId,
    } -> Row {
        live_until(room, now, after, until).with(|query| query.and_where(Expr::col((Reservations::Table, Reservations::sid)).eq(sid)))
    }
}

statement! {
    /// Uploads that have lapsed and are not complete, but for those that were ended by force.
    Lapsed = "lapsed_uploads" { now: Timestamp, limit: u64 } -> (((RoomId, UploadId), ReservationId), SessionId) {
        column((Reservations::Table, Reservations::room_id))
            .and(column((Uploads::Table, Uploads::id)))
            .and(column((Reservations::Table, Reservations::id)))
            .and(column((Reservations::Table, Reservations::sid)))
            .select(|query| {
            query
                .from(Uploads::Table)
                .inner_join(Reservations::Table, of_reservation())
                .and_where(Expr::col((Reservations::Table, Reservations::deadline)).lte(now))
                .and_where(is_not_done((Reservations::Table, Reservations::state)))
                .and_where(Expr::col((Reservations::Table, Reservations::ended)).eq(zero()))
                .order_by((Reservations::Table, Reservations::deadline), Order::Asc)
                .order_by((Reservations::Table, Reservations::id), Order::Asc)
                .limit(limit.as_limit())
        })
    }
}

statement! {
    /// How many there are, and how many of them are one session's.
    CountLive = "upload_counts" { room: RoomId, now: Timestamp, sid: SessionId } -> (u64, u64) {
        count().and(total_of(is_of_session(sid))).select(|query| {
            query
                .from(Uploads::Table)
                .inner_join(Reservations::Table, of_reservation())
                .and_where(Expr::col((Reservations::Table, Reservations::room_id)).eq(room))
                .and_where(Expr::col((Reservations::Table, Reservations::deadline)).gt(now))
                .and_where(is_not_done((Reservations::Table, Reservations::state)))
        })
    }
}

/// 1 or 0.
fn is_of_session(sid: Param) -> Expr {
    Expr::case(Expr::col((Reservations::Table, Reservations::sid)).eq(sid), one()).finally(zero()).into()
}

/// The hold of the upload that it is joined to.
fn of_reservation() -> Expr {
    Expr::col((Reservations::Table, Reservations::id)).equals((Uploads::Table, Uploads::reservation_id))
}

/// What an upload was made with, which never changes.
type Files = (ReservationId, Vec<ChunkedFile>);

fn files(uploads: Vec<Param>) -> Select<Files> {
    column(Uploads::reservation_id)
        .and(column(Uploads::files))
        .select(|query| query.from(Uploads::Table).and_where(among(Uploads::reservation_id, uploads)))
}

statement! {
    /// The files of one. See [`files_of`].
    FilesOf = "upload_files" { upload: ReservationId } -> Files { files(vec![upload]) }
}

pub(crate) fn files_of(uploads: &[ReservationId]) -> Built<Files> {
    let mut args = Args::default();
    let uploads = args.bind_all(uploads);
    args.of(files(uploads))
}

statement! {
    Insert = "insert_upload" {
        reservation: ReservationId,
        id: UploadId,
        token_hash: KeyHash,
        owner: bool,
        permission: Permission,
        granted: Permission,
        files: String,
        created_at: Timestamp,
    } {
        insert(
            Uploads::Table,
            [
                (Uploads::reservation_id, reservation.into()),
                (Uploads::id, id.into()),
                (Uploads::token_hash, token_hash.into()),
                (Uploads::owner, owner.into()),
                (Uploads::permission, permission.into()),
                (Uploads::granted, granted.into()),
                (Uploads::files, files.into()),
                (Uploads::created_at, created_at.into()),
            ],
        )
    }
}

statement! {
    /// Looked up for each hold of the room: uploads know no room, and there may be many elsewhere.
    LapseOfGuests = "lapse_guest_uploads" { now: Timestamp, room: RoomId } {
        lapse(room, now).and_where(Expr::exists(
            Query::select()
                .expr(one())
                .from(Uploads::Table)
                .and_where(
                    Expr::col((Uploads::Table, Uploads::reservation_id))
                        .equals((Reservations::Table, Reservations::id)),
                )
                .and_where(Expr::col((Uploads::Table, Uploads::owner)).eq(zero()))
                .take(),
        ))
    }
}

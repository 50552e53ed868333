use sea_query::{Expr, ExprTrait, OnConflict, Order, Query, SelectStatement, UpdateStatement};

use super::{contents::among, one, qualified, zero};
use crate::{
    rows::{CHUNK, DONE, FILES, PROGRESS, UPLOAD, UPLOAD_HOLD},
    statement::{Fixed, Shape, arg},
    tables::{Chunks, PendingBlobs, Reservations, UploadFiles, Uploads},
};

/// 0: reservation, 1: id, 2: token hash, 3: owner, 4: permission, 5: files, 6: created_at.
pub(crate) static INSERT: Fixed = Fixed::new("insert_upload", || {
    let values = [
        (Uploads::ReservationId, arg(0)),
        (Uploads::Id, arg(1)),
        (Uploads::TokenHash, arg(2)),
        (Uploads::Owner, arg(3)),
        (Uploads::Permission, arg(4)),
        (Uploads::Files, arg(5)),
        (Uploads::CreatedAt, arg(6)),
    ];
    (&mut super::insert(Uploads::Table, values)).into()
});

/// Uploads with their holds, in a row for each file of which something has arrived, or in one row: all that changes
/// is read at one instant.
fn uploads() -> SelectStatement {
    let reservation = (Uploads::Table, Uploads::ReservationId);
    Query::select()
        .columns(qualified(Reservations::Table, UPLOAD_HOLD))
        .columns(qualified(Uploads::Table, UPLOAD))
        .columns(qualified(UploadFiles::Table, PROGRESS))
        .from(Uploads::Table)
        .inner_join(
            Reservations::Table,
            Expr::col((Reservations::Table, Reservations::Id)).equals(reservation),
        )
        .left_join(
            UploadFiles::Table,
            Expr::col((UploadFiles::Table, UploadFiles::ReservationId)).equals(reservation),
        )
        .take()
}

/// 0: room, 1: id.
pub(crate) static BY_ID: Fixed = Fixed::new("upload", || {
    uploads()
        .and_where(Expr::col((Reservations::Table, Reservations::RoomId)).eq(arg(0)))
        .and_where(Expr::col((Uploads::Table, Uploads::Id)).eq(arg(1)))
        .into()
});

/// 0: token hash.
pub(crate) static BY_TOKEN: Fixed = Fixed::new("upload_by_token", || {
    uploads().and_where(Expr::col((Uploads::Table, Uploads::TokenHash)).eq(arg(0))).into()
});

fn live() -> SelectStatement {
    uploads()
        .and_where(Expr::col((Reservations::Table, Reservations::RoomId)).eq(arg(0)))
        .and_where(Expr::col((Reservations::Table, Reservations::Deadline)).gt(arg(1)))
        .and_where(Expr::col((Reservations::Table, Reservations::State)).ne(Expr::cust(format!("'{DONE}'"))))
        .order_by((Reservations::Table, Reservations::Id), Order::Asc)
        .take()
}

/// 0: room, 1: now.
pub(crate) static LIVE: Fixed = Fixed::new("live_uploads", || (&mut live()).into());

/// 0: room, 1: now, 2: sid.
pub(crate) static LIVE_OF_SESSION: Fixed = Fixed::new("live_uploads_of_session", || {
    live().and_where(Expr::col((Reservations::Table, Reservations::Sid)).eq(arg(2))).into()
});

/// What uploads were made with, which never changes. From 0 on: reservations.
pub(crate) fn files(uploads: u64) -> Shape {
    Query::select()
        .columns(FILES)
        .from(Uploads::Table)
        .and_where(among(Uploads::ReservationId, 0, uploads))
        .into()
}

/// 0: reservation.
pub(crate) static FILES_OF: Fixed = Fixed::new("upload_files", || files(1));

fn chunks() -> SelectStatement {
    Query::select()
        .columns(CHUNK)
        .from(Chunks::Table)
        .and_where(Expr::col(Chunks::ReservationId).eq(arg(0)))
        .order_by(Chunks::FileIndex, Order::Asc)
        .order_by(Chunks::ChunkIndex, Order::Asc)
        .take()
}

/// 0: reservation.
pub(crate) static CHUNKS: Fixed = Fixed::new("chunks", || (&mut chunks()).into());

/// 0: reservation, 1: file.
pub(crate) static CHUNKS_OF_FILE: Fixed =
    Fixed::new("chunks_of_file", || chunks().and_where(Expr::col(Chunks::FileIndex).eq(arg(1))).into());

/// 0: reservation, 1: file, 2: index.
pub(crate) static CHUNK_BY_INDEX: Fixed = Fixed::new("chunk", || {
    chunks()
        .and_where(Expr::col(Chunks::FileIndex).eq(arg(1)))
        .and_where(Expr::col(Chunks::ChunkIndex).eq(arg(2)))
        .into()
});

/// 0: reservation, 1: file, 2: index, 3: size, 4: hash, 5: blob, 6: uploaded_at.
pub(crate) static INSERT_CHUNK: Fixed = Fixed::new("insert_chunk", || {
    let values = [
        (Chunks::ReservationId, arg(0)),
        (Chunks::FileIndex, arg(1)),
        (Chunks::ChunkIndex, arg(2)),
        (Chunks::Size, arg(3)),
        (Chunks::Sha256, arg(4)),
        (Chunks::BlobKey, arg(5)),
        (Chunks::UploadedAt, arg(6)),
    ];
    (&mut super::insert(Chunks::Table, values)).into()
});

/// Counts a chunk. 0: reservation, 1: file, 2: bytes, 3: an empty hash.
pub(crate) static COUNT_CHUNK: Fixed = Fixed::new("count_chunk", || {
    let values = [
        (UploadFiles::ReservationId, arg(0)),
        (UploadFiles::FileIndex, arg(1)),
        (UploadFiles::Chunks, one()),
        (UploadFiles::Bytes, arg(2)),
        (UploadFiles::HashedChunks, zero()),
        (UploadFiles::HashState, arg(3)),
    ];
    let so_far = |column| Expr::col((UploadFiles::Table, column));
    super::insert(UploadFiles::Table, values)
        .on_conflict(
            OnConflict::columns([UploadFiles::ReservationId, UploadFiles::FileIndex])
                .value(UploadFiles::Chunks, so_far(UploadFiles::Chunks).add(one()))
                .value(UploadFiles::Bytes, so_far(UploadFiles::Bytes).add(arg(2)))
                .to_owned(),
        )
        .into()
});

fn of_file() -> UpdateStatement {
    Query::update()
        .table(UploadFiles::Table)
        .and_where(Expr::col(UploadFiles::ReservationId).eq(arg(0)))
        .and_where(Expr::col(UploadFiles::FileIndex).eq(arg(1)))
        .take()
}

/// 0: reservation, 1: file, 2: chunks, 3: state.
pub(crate) static SAVE_HASH: Fixed = Fixed::new("save_hash", || {
    of_file().value(UploadFiles::HashedChunks, arg(2)).value(UploadFiles::HashState, arg(3)).into()
});

/// A file of which nothing has arrived, for it is empty, gets a row. 0: reservation, 1: file, 2: content, 3: an empty
/// hash.
pub(crate) static SETTLE_FILE: Fixed = Fixed::new("settle_file", || {
    let values = [
        (UploadFiles::ReservationId, arg(0)),
        (UploadFiles::FileIndex, arg(1)),
        (UploadFiles::Chunks, zero()),
        (UploadFiles::Bytes, zero()),
        (UploadFiles::HashedChunks, zero()),
        (UploadFiles::HashState, arg(3)),
        (UploadFiles::ContentId, arg(2)),
    ];
    super::insert(UploadFiles::Table, values)
        .on_conflict(
            OnConflict::columns([UploadFiles::ReservationId, UploadFiles::FileIndex])
                .value(UploadFiles::ContentId, arg(2))
                .to_owned(),
        )
        .into()
});

/// 0: reservation, 1: file.
pub(crate) static HAND_OVER_CHUNKS: Fixed = Fixed::new("hand_over_chunks", || {
    Query::update()
        .table(Chunks::Table)
        .value(Chunks::BlobKey, Expr::cust("NULL"))
        .and_where(Expr::col(Chunks::ReservationId).eq(arg(0)))
        .and_where(Expr::col(Chunks::FileIndex).eq(arg(1)))
        .into()
});

/// Ends live holds of a room. 0: now, 1: room.
fn lapse() -> UpdateStatement {
    Query::update()
        .table(Reservations::Table)
        .value(Reservations::Deadline, arg(0))
        .and_where(Expr::col(Reservations::RoomId).eq(arg(1)))
        .and_where(Expr::col(Reservations::Deadline).gt(arg(0)))
        .take()
}

/// 0: now, 1: room, 2: sid.
pub(crate) static LAPSE_SESSION: Fixed =
    Fixed::new("lapse_session_holds", || lapse().and_where(Expr::col(Reservations::Sid).eq(arg(2))).into());

/// 0: now, 1: room.
pub(crate) static LAPSE_GUESTS: Fixed = Fixed::new("lapse_guest_uploads", || {
    // Looked up for each hold of the room: uploads know no room, and there may be many elsewhere.
    let guests = Query::select()
        .expr(one())
        .from(Uploads::Table)
        .and_where(
            Expr::col((Uploads::Table, Uploads::ReservationId))
                .equals((Reservations::Table, Reservations::Id)),
        )
        .and_where(Expr::col((Uploads::Table, Uploads::Owner)).eq(zero()))
        .take();
    lapse().and_where(Expr::exists(guests)).into()
});

/// 0: until, 1: key.
pub(crate) static EXTEND_ANNOUNCEMENT: Fixed = Fixed::new("extend_announcement", || {
    Query::update()
        .table(PendingBlobs::Table)
        .value(PendingBlobs::Until, arg(0))
        .and_where(Expr::col(PendingBlobs::Key).eq(arg(1)))
        .into()
});

/// 0: key.
pub(crate) static RETRACT_ANNOUNCEMENT: Fixed = Fixed::new("retract_announcement", || {
    Query::delete().from_table(PendingBlobs::Table).and_where(Expr::col(PendingBlobs::Key).eq(arg(0))).into()
});

#[cfg(test)]
pub(crate) static ALL: &[&Fixed] = &[
    &INSERT,
    &BY_ID,
    &BY_TOKEN,
    &LIVE,
    &LIVE_OF_SESSION,
    &FILES_OF,
    &CHUNKS,
    &CHUNKS_OF_FILE,
    &CHUNK_BY_INDEX,
    &INSERT_CHUNK,
    &COUNT_CHUNK,
    &SAVE_HASH,
    &SETTLE_FILE,
    &HAND_OVER_CHUNKS,
    &LAPSE_SESSION,
    &LAPSE_GUESTS,
    &EXTEND_ANNOUNCEMENT,
    &RETRACT_ANNOUNCEMENT,
];

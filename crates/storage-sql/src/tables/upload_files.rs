use elizabeth_core::{
    id::{ContentId, ReservationId},
    upload::{FileProgress, HashProgress},
};
use sea_query::{Expr, ExprTrait, OnConflict, Query};

use crate::{
    query::{insert, one, zero},
    statement::statement,
    table::{record, table},
};

table! {
    /// How far the files of uploads in pieces have come; one of which nothing has arrived has no row.
    UploadFiles { reservation_id, file_index, chunks, bytes, hashed_chunks, hash_state, content_id }
}

record! { HashProgress of UploadFiles { chunks = hashed_chunks, state = hash_state } }

record! {
    FileProgress of UploadFiles { chunks, bytes, hash_progress: HashProgress, content = content_id }
}

/// Of which file, and how far it has come.
pub(crate) struct Arrived {
    pub(super) file: u32,
    pub(super) progress: FileProgress,
}

record! { Arrived of UploadFiles { file = file_index, progress: FileProgress } }

fn key() -> OnConflict {
    OnConflict::columns([UploadFiles::reservation_id, UploadFiles::file_index])
}

fn so_far(column: UploadFiles) -> Expr {
    Expr::col((UploadFiles::Table, column))
}

statement! {
    /// Counts a chunk. Of the first one no hash is known yet.
    CountChunk = "count_chunk" { upload: ReservationId, file: u32, size: u64, no_hash: Vec<u8> } {
        insert(
            UploadFiles::Table,
            [
                (UploadFiles::reservation_id, upload.into()),
                (UploadFiles::file_index, file.into()),
                (UploadFiles::chunks, one()),
                (UploadFiles::bytes, size.into()),
                (UploadFiles::hashed_chunks, zero()),
                (UploadFiles::hash_state, no_hash.into()),
            ],
        )
        .on_conflict(
            key()
                .value(UploadFiles::chunks, so_far(UploadFiles::chunks).add(one()))
                .value(UploadFiles::bytes, so_far(UploadFiles::bytes).add(size))
                .to_owned(),
        )
    }
}

statement! {
    SaveHash<'a> = "save_hash" { upload: ReservationId, file: u32, chunks: u64, state: &'a Vec<u8> } {
        Query::update()
            .table(UploadFiles::Table)
            .and_where(Expr::col(UploadFiles::reservation_id).eq(upload))
            .and_where(Expr::col(UploadFiles::file_index).eq(file))
            .value(UploadFiles::hashed_chunks, chunks)
            .value(UploadFiles::hash_state, state)
    }
}

statement! {
    /// A file of which nothing has arrived, for it is empty, gets a row, in which no hash is known.
    Settle = "settle_file" { upload: ReservationId, file: u32, content: ContentId, no_hash: Vec<u8> } {
        insert(
            UploadFiles::Table,
            [
                (UploadFiles::reservation_id, upload.into()),
                (UploadFiles::file_index, file.into()),
                (UploadFiles::chunks, zero()),
                (UploadFiles::bytes, zero()),
                (UploadFiles::hashed_chunks, zero()),
                (UploadFiles::hash_state, no_hash.into()),
                (UploadFiles::content_id, content.into()),
            ],
        )
        .on_conflict(key().value(UploadFiles::content_id, content).to_owned())
    }
}

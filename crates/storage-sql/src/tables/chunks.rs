use elizabeth_core::{
    content::Sha256Hash,
    id::{BlobKey, ReservationId},
    sniff::Sniffed,
    time::Timestamp,
    upload::Chunk,
};
use sea_query::{Expr, ExprTrait, Order, Query};

use crate::{
    part::{Select, record},
    query::insert,
    statement::{Param, statement},
    table::{record, table},
};

table! {
    /// Chunks that have arrived.
    Chunks { reservation_id, file_index, chunk_index, size, sha256, sniffed, blob_key, uploaded_at }
}

record! {
    Chunk of Chunks { file = file_index, index = chunk_index, size, sha256, sniffed, blob = blob_key, uploaded_at }
}

fn of_upload(upload: Param) -> Select<Chunk> {
    record().select(|query| {
        query
            .from(Chunks::Table)
            .and_where(Expr::col(Chunks::reservation_id).eq(upload))
            .order_by(Chunks::file_index, Order::Asc)
            .order_by(Chunks::chunk_index, Order::Asc)
    })
}

statement! {
    OfUpload = "chunks" { upload: ReservationId } -> Chunk { of_upload(upload) }
}

statement! {
    OfFile = "chunks_of_file" { upload: ReservationId, file: u32 } -> Chunk {
        of_upload(upload).with(|query| query.and_where(Expr::col(Chunks::file_index).eq(file)))
    }
}

statement! {
    ByIndex = "chunk" { upload: ReservationId, file: u32, index: u64 } -> Chunk {
        of_upload(upload).with(|query| {
            query
                .and_where(Expr::col(Chunks::file_index).eq(file))
                .and_where(Expr::col(Chunks::chunk_index).eq(index))
        })
    }
}

statement! {
    Insert<'a> = "insert_chunk" {
        upload: ReservationId,
        file: u32,
        index: u64,
        size: u64,
        sha256: Sha256Hash,
        sniffed: Option<Sniffed>,
        blob: Option<&'a BlobKey>,
        uploaded_at: Timestamp,
    } {
        insert(
            Chunks::Table,
            [
                (Chunks::reservation_id, upload.into()),
                (Chunks::file_index, file.into()),
                (Chunks::chunk_index, index.into()),
                (Chunks::size, size.into()),
                (Chunks::sha256, sha256.into()),
                (Chunks::sniffed, sniffed.into()),
                (Chunks::blob_key, blob.into()),
                (Chunks::uploaded_at, uploaded_at.into()),
            ],
        )
    }
}

statement! {
    /// The blobs of a file's chunks are not theirs any more.
    HandOver = "hand_over_chunks" { upload: ReservationId, file: u32 } {
        Query::update()
            .table(Chunks::Table)
            .value(Chunks::blob_key, Expr::cust("NULL"))
            .and_where(Expr::col(Chunks::reservation_id).eq(upload))
            .and_where(Expr::col(Chunks::file_index).eq(file))
    }
}

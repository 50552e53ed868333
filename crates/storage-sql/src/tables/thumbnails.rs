use bytes::Bytes;
use elizabeth_core::{
    id::{ContentId, RoomId},
    thumbnail::{Thumbnail, ThumbnailType},
};
use sea_query::{Expr, ExprTrait, OnConflict, Query};

use super::contents::Contents;
use crate::{
    part::record_of_table,
    query::insert,
    statement::statement,
    table::{record, table},
};

table! {
    /// Small pictures of contents.
    Thumbnails { content_id, media_type, bytes }
}

record! { Thumbnail of Thumbnails { media_type, bytes } }

statement! {
    OfContent = "thumbnail" { content: ContentId, room: RoomId } -> Thumbnail {
        record_of_table().select(|query| {
            query
                .from(Contents::Table)
                .inner_join(
                    Thumbnails::Table,
                    Expr::col((Thumbnails::Table, Thumbnails::content_id))
                        .equals((Contents::Table, Contents::id)),
                )
                .and_where(Expr::col((Contents::Table, Contents::id)).eq(content))
                .and_where(Expr::col((Contents::Table, Contents::room_id)).eq(room))
        })
    }
}

statement! {
    /// In place of the one that is there.
    Put<'a> = "put_thumbnail" { content: ContentId, media_type: ThumbnailType, bytes: &'a Bytes } {
        insert(
            Thumbnails::Table,
            [
                (Thumbnails::content_id, content.into()),
                (Thumbnails::media_type, media_type.into()),
                (Thumbnails::bytes, bytes.into()),
            ],
        )
        .on_conflict(
            OnConflict::column(Thumbnails::content_id)
                .update_columns([Thumbnails::media_type, Thumbnails::bytes])
                .to_owned(),
        )
    }
}

statement! {
    Delete = "delete_thumbnail" { content: ContentId } {
        Query::delete().from_table(Thumbnails::Table).and_where(Expr::col(Thumbnails::content_id).eq(content))
    }
}

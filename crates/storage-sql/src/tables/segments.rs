use bytes::Bytes;
use elizabeth_core::{
    content::{BlobLocation, Segment},
    id::{BlobKey, ContentId},
    ports::StoreResult,
};
use sea_query::{Expr, ExprTrait, Query};

use crate::{
    part::{Cells, Part, Record},
    query::insert_rows,
    statement::{Args, Built, Param, statement},
    table::{record, table},
    value::{Row, corrupt},
};

table! {
    /// What contents are made of: blobs or, where they are small, the bytes themselves.
    Segments { content_id, position, size, blob_key, inline }
}

struct Stored {
    size: u64,
    blob_key: Option<BlobKey>,
    inline: Option<Bytes>,
}

record! { Stored of Segments { size, blob_key, inline } }

impl Part for Segment {
    const WIDTH: usize = Stored::WIDTH;

    fn read<R: Row>(cells: &mut Cells<'_, R>) -> StoreResult<Self> {
        let Stored { size, blob_key, inline } = cells.read()?;
        let location = match (blob_key, inline) {
            (Some(key), None) => BlobLocation::Blob(key),
            (None, Some(bytes)) => BlobLocation::Inline(bytes),
            _ => return Err(corrupt("a segment in two places or none")),
        };
        Ok(Self { size, location })
    }
}

impl Record for Segment {
    type Column = Segments;
    const TABLE: Segments = Segments::Table;

    fn columns() -> Vec<Segments> {
        Stored::columns()
    }
}

/// The columns of a new row by name.
struct New {
    content: Param,
    position: Param,
    size: Param,
    blob_key: Param,
    inline: Param,
}

impl New {
    fn row(self) -> [(Segments, Expr); 5] {
        let Self { content, position, size, blob_key, inline } = self;
        [
            (Segments::content_id, content.into()),
            (Segments::position, position.into()),
            (Segments::size, size.into()),
            (Segments::blob_key, blob_key.into()),
            (Segments::inline, inline.into()),
        ]
    }
}

/// Where the bytes are: in a blob, or here.
fn place(location: &BlobLocation) -> (Option<&BlobKey>, Option<&Bytes>) {
    match location {
        BlobLocation::Blob(key) => (Some(key), None),
        BlobLocation::Inline(bytes) => (None, Some(bytes)),
    }
}

statement! {
    /// Adds one. See [`insert`].
    InsertOne<'a> = "insert_segment" {
        content: ContentId,
        position: u64,
        size: u64,
        blob_key: Option<&'a BlobKey>,
        inline: Option<&'a Bytes>,
    } {
        insert_rows(Segments::Table, [New { content, position, size, blob_key, inline }.row()])
    }
}

impl<'a> InsertOne<'a> {
    /// The only segment of a content.
    pub(crate) fn only(content: ContentId, segment: &'a Segment) -> Self {
        let (blob_key, inline) = place(&segment.location);
        Self { content, position: 0, size: segment.size, blob_key, inline }
    }
}

/// Adds segments of a content, the first of them at a position.
pub(crate) fn insert(content: ContentId, position: u64, segments: &[Segment]) -> Built<()> {
    let mut args = Args::default();
    let content = args.bind(&content);
    let rows: Vec<_> = (position..)
        .zip(segments)
        .map(|(position, Segment { size, location })| {
            let (blob_key, inline) = place(location);
            New {
                content,
                position: args.bind(&position),
                size: args.bind(size),
                blob_key: args.bind(&blob_key),
                inline: args.bind(&inline),
            }
            .row()
        })
        .collect();
    args.of(insert_rows(Segments::Table, rows))
}

statement! {
    DeleteOfContent = "delete_segments" { content: ContentId } {
        Query::delete().from_table(Segments::Table).and_where(Expr::col(Segments::content_id).eq(content))
    }
}

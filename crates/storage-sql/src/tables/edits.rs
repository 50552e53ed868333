use elizabeth_core::{
    edits::{Editor, KeptEdit, TextEdit},
    id::{ContentId, RoomId},
};
use sea_query::{Expr, ExprTrait, Order, Query};

use crate::{
    part::{Columns, cell, record},
    query::insert_rows,
    statement::{Args, Built, Param, statement},
    table::{record, table},
};

table! {
    /// Edits of texts, for those who have an older version open.
    Edits { content_id, version, room_id, in_text, in_room, cost, editor, change }
}

record! { TextEdit of Edits { editor, change } }

statement! {
    Between = "edits" { content: ContentId, from: u64, to: u64 } -> TextEdit {
        record().select(|query| {
            query
                .from(Edits::Table)
                .and_where(Expr::col(Edits::content_id).eq(content))
                .and_where(Expr::col(Edits::version).gt(from))
                .and_where(Expr::col(Edits::version).lte(to))
                .order_by(Edits::version, Order::Asc)
        })
    }
}

/// Where the last of some edits ends.
fn end(of: Edits, is: Param, place: Edits, by: Edits, limit: Param) -> Columns<Option<u64>> {
    let last = Query::select()
        .expr(Expr::col(place).add(Expr::col(Edits::cost)))
        .from(Edits::Table)
        .and_where(Expr::col(of).eq(is))
        .order_by(by, Order::Desc)
        .limit(limit.as_limit())
        .take();
    cell(Expr::from(last))
}

statement! {
    /// Of a text and of its room.
    End = "edits_end" { content: ContentId, room: RoomId, limit: u64 } -> (Option<u64>, Option<u64>) {
        end(Edits::content_id, content, Edits::in_text, Edits::version, limit)
            .and(end(Edits::room_id, room, Edits::in_room, Edits::in_room, limit))
            .select(|query| query)
    }
}

/// The columns of a new row by name.
struct New {
    content: Param,
    version: Param,
    room: Param,
    in_text: Param,
    in_room: Param,
    cost: Param,
    editor: Param,
    change: Param,
}

impl New {
    fn row(self) -> [(Edits, Expr); 8] {
        let Self { content, version, room, in_text, in_room, cost, editor, change } = self;
        [
            (Edits::content_id, content.into()),
            (Edits::version, version.into()),
            (Edits::room_id, room.into()),
            (Edits::in_text, in_text.into()),
            (Edits::in_room, in_room.into()),
            (Edits::cost, cost.into()),
            (Edits::editor, editor.into()),
            (Edits::change, change.into()),
        ]
    }
}

statement! {
    /// Adds one. See [`insert`].
    InsertOne<'a> = "insert_edit" {
        content: ContentId,
        version: u64,
        room: RoomId,
        in_text: u64,
        in_room: u64,
        cost: u64,
        editor: &'a Editor,
        change: &'a str,
    } {
        insert_rows(Edits::Table, [New { content, version, room, in_text, in_room, cost, editor, change }.row()])
    }
}

impl<'a> InsertOne<'a> {
    /// An edit, with its change as it is kept.
    pub(crate) fn of(room: RoomId, content: ContentId, (kept, change): &'a (&KeptEdit, String)) -> Self {
        let KeptEdit { version, place, edit } = kept;
        let (version, in_text, in_room, cost) = (*version, place.in_text, place.in_room, edit.cost());
        Self { content, version, room, in_text, in_room, cost, editor: &edit.editor, change }
    }
}

/// Adds edits of one text, each with its change as it is kept.
pub(crate) fn insert(room: RoomId, content: ContentId, edits: &[(&KeptEdit, String)]) -> Built<()> {
    let mut args = Args::default();
    let (room, content) = (args.bind(&room), args.bind(&content));
    let rows: Vec<_> = edits
        .iter()
        .map(|(KeptEdit { version, place, edit }, change)| {
            New {
                content,
                version: args.bind(version),
                room,
                in_text: args.bind(&place.in_text),
                in_room: args.bind(&place.in_room),
                cost: args.bind(&edit.cost()),
                editor: args.bind(&edit.editor),
                change: args.bind(change),
            }
            .row()
        })
        .collect();
    args.of(insert_rows(Edits::Table, rows))
}

statement! {
    /// Those of a text that are older than a version or a place.
    DeleteOfText = "delete_edits" { content: ContentId, version: u64, place: u64 } {
        Query::delete()
            .from_table(Edits::Table)
            .and_where(Expr::col(Edits::content_id).eq(content))
            .and_where(Expr::col(Edits::version).lt(version).or(Expr::col(Edits::in_text).lt(place)))
    }
}

statement! {
    DeleteOfRoom = "delete_edits_of_room" { room: RoomId, place: u64 } {
        Query::delete()
            .from_table(Edits::Table)
            .and_where(Expr::col(Edits::room_id).eq(room))
            .and_where(Expr::col(Edits::in_room).lt(place))
    }
}

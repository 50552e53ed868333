//! Parts of a row: which columns a statement asks for and what they become, declared in one place, so that the two
//! cannot disagree.

use std::marker::PhantomData;

use elizabeth_core::ports::StoreResult;
use sea_query::{Expr, IntoColumnRef, IntoIden, Query, SelectStatement};

use crate::{
    codec::Decode,
    value::{Row, corrupt},
};

/// Reads a row's cells one after the other.
pub(crate) struct Cells<'r, R> {
    row: &'r R,
    next: usize,
}

impl<'r, R: Row> Cells<'r, R> {
    pub(crate) fn of(row: &'r R) -> Self {
        Self { row, next: 0 }
    }

    /// The part that comes next.
    pub(crate) fn read<P: Part>(&mut self) -> StoreResult<P> {
        P::read(self)
    }

    fn cell<T: Decode>(&mut self) -> StoreResult<Option<T>> {
        let cell = self.next;
        self.next += 1;
        T::decode(self.row, cell)
    }
}

/// What some cells of a row, one behind the other, become.
pub(crate) trait Part: Sized {
    /// How many cells.
    const WIDTH: usize;

    fn read<R: Row>(cells: &mut Cells<'_, R>) -> StoreResult<Self>;
}

impl<T: Decode> Part for T {
    const WIDTH: usize = 1;

    fn read<R: Row>(cells: &mut Cells<'_, R>) -> StoreResult<Self> {
        cells.cell()?.ok_or_else(|| corrupt(T::MISSING))
    }
}

impl<T: Decode> Part for Option<T> {
    const WIDTH: usize = 1;

    fn read<R: Row>(cells: &mut Cells<'_, R>) -> StoreResult<Self> {
        cells.cell()
    }
}

impl Part for () {
    const WIDTH: usize = 0;

    fn read<R: Row>(_cells: &mut Cells<'_, R>) -> StoreResult<Self> {
        Ok(())
    }
}

impl<A: Part, B: Part> Part for (A, B) {
    const WIDTH: usize = A::WIDTH + B::WIDTH;

    fn read<R: Row>(cells: &mut Cells<'_, R>) -> StoreResult<Self> {
        Ok((cells.read()?, cells.read()?))
    }
}

/// What an outer join may not have found. Its first cell is one that is never NULL where there is a row.
pub(crate) struct Joined<P>(pub(crate) Option<P>);

impl<P: Part> Part for Joined<P> {
    const WIDTH: usize = P::WIDTH;

    fn read<R: Row>(cells: &mut Cells<'_, R>) -> StoreResult<Self> {
        if cells.row.is_null(cells.next)? {
            cells.next += P::WIDTH;
            return Ok(Self(None));
        }
        cells.read().map(|part| Self(Some(part)))
    }
}

/// A part that is made of columns of one table.
pub(crate) trait Record: Part {
    /// The table's columns.
    type Column: IntoIden + Copy + 'static;
    /// The table itself.
    const TABLE: Self::Column;

    /// The columns, in the order in which they are read.
    fn columns() -> Vec<Self::Column>;
}

/// What a query asks for, and as what it is read.
pub(crate) struct Columns<P> {
    exprs: Vec<Expr>,
    read_as: PhantomData<fn() -> P>,
}

impl<P> Columns<P> {
    fn of(exprs: Vec<Expr>) -> Self {
        Self { exprs, read_as: PhantomData }
    }

    /// And others behind them.
    pub(crate) fn and<Q>(mut self, mut others: Columns<Q>) -> Columns<(P, Q)> {
        self.exprs.append(&mut others.exprs);
        Columns::of(self.exprs)
    }

    /// They are of a table that is joined from outside.
    pub(crate) fn joined(self) -> Columns<Joined<P>> {
        Columns::of(self.exprs)
    }

    /// The query, of which the rest is still to be given.
    pub(crate) fn select(self, rest: impl FnOnce(&mut SelectStatement) -> &mut SelectStatement) -> Select<P> {
        Select { query: Query::select().exprs(self.exprs).take(), read_as: PhantomData }.with(rest)
    }
}

/// A record's columns, where the query has one table.
pub(crate) fn record<P: Record>() -> Columns<P> {
    Columns::of(P::columns().into_iter().map(Expr::col).collect())
}

/// A record's columns, each with its table's name.
pub(crate) fn record_of_table<P: Record>() -> Columns<P> {
    Columns::of(P::columns().into_iter().map(|column| Expr::col((P::TABLE, column))).collect())
}

/// One column.
pub(crate) fn column<P: Part>(column: impl IntoColumnRef) -> Columns<P> {
    cell(Expr::col(column))
}

/// What an expression comes to.
pub(crate) fn cell<P: Part>(expr: impl Into<Expr>) -> Columns<P> {
    const { assert!(P::WIDTH == 1, "one expression is one cell") };
    Columns::of(vec![expr.into()])
}

/// A query, and as what its rows are read.
pub(crate) struct Select<P> {
    pub(crate) query: SelectStatement,
    read_as: PhantomData<fn() -> P>,
}

impl<P> Select<P> {
    /// More of it.
    pub(crate) fn with(mut self, more: impl FnOnce(&mut SelectStatement) -> &mut SelectStatement) -> Self {
        more(&mut self.query);
        self
    }
}

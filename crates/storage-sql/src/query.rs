//! What the statements of several tables are made of.

use sea_query::{
    Expr, ExprTrait, Func, InsertStatement, IntoColumnRef, IntoIden, Query, SelectStatement, UpdateStatement,
};

use crate::{
    codec::Encode,
    part::{Columns, Select, cell},
    statement::{Args, Built, Param},
    table::{Insertion, NewRow},
};

pub(crate) fn zero() -> Expr {
    Expr::cust("0")
}

pub(crate) fn one() -> Expr {
    Expr::cust("1")
}

/// One row of named values.
pub(crate) fn insert<C: IntoIden>(
    table: impl IntoIden,
    row: impl IntoIterator<Item = (C, Expr)>,
) -> InsertStatement {
    insert_rows(table, [row])
}

/// Adds one row: the bound columns in the order of their declaration, and behind them those that begin the same in
/// every row.
pub(crate) fn insert_new<T: NewRow>() -> InsertStatement {
    let columns = T::columns();
    let bound = columns.iter().filter(|(_, insertion)| matches!(insertion, Insertion::Bound));
    let bound = (0..).zip(bound).map(|(number, &(column, _))| (column, Expr::from(Param::of(number))));
    let constant = columns.iter().filter_map(|&(column, ref insertion)| match insertion {
        Insertion::Constant(text) => Some((column, Expr::cust(*text))),
        Insertion::Bound | Insertion::Given => None,
    });
    insert(T::TABLE, bound.chain(constant))
}

/// Several rows, each with values for the same columns.
pub(crate) fn insert_rows<C: IntoIden, R: IntoIterator<Item = (C, Expr)>>(
    table: impl IntoIden,
    rows: impl IntoIterator<Item = R>,
) -> InsertStatement {
    let mut insert = Query::insert();
    insert.into_table(table.into_iden());
    for row in rows {
        let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
        // It only refuses a row of another length than its columns.
        let _ = insert.columns(columns).values(values);
    }
    insert
}

/// Whether a column is one of these values.
pub(crate) fn among(column: impl IntoColumnRef, values: Vec<Param>) -> Expr {
    Expr::col(column).is_in(values)
}

/// How many rows there are.
pub(crate) fn count() -> Columns<u64> {
    cell(Expr::cust("COUNT(*)"))
}

/// A sum: both databases are to answer with 64 bits, and with zero where there is nothing.
pub(crate) fn total(column: impl IntoColumnRef) -> Columns<u64> {
    total_of(Expr::col(column))
}

/// The same of what an expression comes to in each row.
pub(crate) fn total_of(expr: Expr) -> Columns<u64> {
    cell(sum(expr))
}

fn sum(expr: Expr) -> Expr {
    Func::coalesce([Func::sum(expr).cast_as("bigint"), zero()]).into()
}

/// The same as a query of its own within another.
pub(crate) fn sum_of(column: impl IntoColumnRef) -> SelectStatement {
    Query::select().expr(sum(Expr::col(column))).take()
}

/// How many rows of a table are past an instant.
pub(crate) fn count_past(table: impl IntoIden, end: impl IntoIden, now: Param) -> Select<u64> {
    count().select(|query| query.from(table.into_iden()).and_where(Expr::col(end.into_iden()).lte(now)))
}

/// Revokes what is not revoked.
pub(crate) fn revoke(table: impl IntoIden, revoked_at: impl IntoIden + Copy, now: Param) -> UpdateStatement {
    Query::update()
        .table(table.into_iden())
        .value(revoked_at, now)
        .and_where(Expr::col(revoked_at.into_iden()).is_null())
        .take()
}

/// An update of those columns for which there is something new.
pub(crate) struct Changes {
    update: UpdateStatement,
    args: Args,
    any: bool,
}

impl Changes {
    /// Of the rows of a table that meet a condition, which may use values bound already.
    pub(crate) fn of(table: impl IntoIden, condition: Expr, args: Args) -> Self {
        let update = Query::update().table(table.into_iden()).and_where(condition).take();
        Self { update, args, any: false }
    }

    /// In any case.
    pub(crate) fn always(&mut self, column: impl IntoIden, value: impl Into<Expr>) -> &mut Self {
        self.update.value(column, value);
        self
    }

    /// When there is something new.
    pub(crate) fn set<T: Encode>(&mut self, column: impl IntoIden, value: &Option<T>) -> &mut Self {
        if let Some(value) = value {
            let value = self.args.bind(value);
            self.update.value(column, value);
            self.any = true;
        }
        self
    }

    /// Whether there was.
    pub(crate) fn any(&self) -> bool {
        self.any
    }

    pub(crate) fn built(self) -> Built<()> {
        self.args.of(self.update)
    }
}

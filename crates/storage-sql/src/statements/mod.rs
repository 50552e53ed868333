//! Every statement there is. Values are never part of a text.

pub(crate) mod contents;
pub(crate) mod leases;
pub(crate) mod reservations;
pub(crate) mod rooms;
pub(crate) mod sweep;
pub(crate) mod tickets;
pub(crate) mod tokens;
pub(crate) mod uploads;

#[cfg(test)]
mod golden;

use sea_query::{Expr, ExprTrait, Func, InsertStatement, IntoIden, Query, SelectStatement};

use crate::{
    statement::{Dialect, arg},
    tables::Reservations,
};

/// A count, a sum: both databases are to answer with 64 bits, and with zero where there is nothing.
fn total(column: Expr) -> Expr {
    Func::coalesce([Func::sum(column).cast_as("bigint"), zero()]).into()
}

fn zero() -> Expr {
    Expr::cust("0")
}

fn one() -> Expr {
    Expr::cust("1")
}

fn qualified<T: IntoIden + Copy + 'static, C: IntoIden + Copy + 'static, const N: usize>(
    table: T,
    columns: [C; N],
) -> [(T, C); N] {
    columns.map(|column| (table, column))
}

/// One row of named values.
fn insert<C: IntoIden, const N: usize>(table: impl IntoIden, row: [(C, Expr); N]) -> InsertStatement {
    let (columns, values): (Vec<_>, Vec<_>) = row.into_iter().unzip();
    insert_rows(table, columns, [values])
}

/// Several rows.
fn insert_rows<C: IntoIden>(
    table: impl IntoIden,
    columns: impl IntoIterator<Item = C>,
    rows: impl IntoIterator<Item = Vec<Expr>>,
) -> InsertStatement {
    let mut insert = Query::insert();
    insert.into_table(table.into_iden()).columns(columns);
    for row in rows {
        // It only refuses a row of another length than the columns; the golden files would show that.
        let _ = insert.values(row);
    }
    insert
}

/// How many rows of a table meet a condition, and the sum of a column over them.
fn count_and_sum(table: impl IntoIden, column: impl IntoIden, condition: Expr) -> SelectStatement {
    Query::select()
        .expr(Expr::cust("COUNT(*)"))
        .expr(total(Expr::col(column.into_iden())))
        .from(table.into_iden())
        .and_where(condition)
        .take()
}

/// A sum of holds that live beyond the instant `arg(now)`.
fn live_holds(now: u64) -> SelectStatement {
    Query::select()
        .expr(total(Expr::col((Reservations::Table, Reservations::Size))))
        .from(Reservations::Table)
        .and_where(Expr::col((Reservations::Table, Reservations::Deadline)).gt(arg(now)))
        .take()
}

/// The text of the statement that finds a content by its name, for the same proof.
pub fn newest_statement(dialect: Dialect) -> &'static str {
    contents::NEWEST.text(dialect)
}

/// The texts of the statements that pieces of uploads run, and what goes on beside them, so that an adapter can prove
/// that none of them reads what is another upload's.
pub fn upload_statements(dialect: Dialect) -> Vec<(&'static str, &'static str)> {
    let statements = [
        &uploads::BY_ID,
        &uploads::BY_TOKEN,
        &uploads::FILES_OF,
        &uploads::LIVE,
        &uploads::LIVE_OF_SESSION,
        &uploads::CHUNKS,
        &uploads::CHUNKS_OF_FILE,
        &uploads::CHUNK_BY_INDEX,
        &uploads::SAVE_HASH,
        &uploads::HAND_OVER_CHUNKS,
        &uploads::LAPSE_SESSION,
        &uploads::LAPSE_GUESTS,
        &uploads::EXTEND_ANNOUNCEMENT,
        &uploads::RETRACT_ANNOUNCEMENT,
        &reservations::UPDATE_HOLD,
        &reservations::DELETE,
        &reservations::DELETE_OF_ROOM,
        &sweep::DELETE_LAPSED_RESERVATIONS,
        &contents::MORE_SEGMENTS,
    ];
    statements.map(|statement| (statement.name, statement.text(dialect))).to_vec()
}

/// The texts of the statements that every request runs, so that an adapter can prove that each is served by
/// indexes alone.
pub fn access_statements(dialect: Dialect) -> [(&'static str, &'static str); 2] {
    [&rooms::ACCESS, &contents::ACCESS].map(|statement| (statement.name, statement.text(dialect)))
}

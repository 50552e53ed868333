//! How a table is declared: its columns, once, from which it is read and written.

use sea_query::IntoIden;

use crate::value::Value;

/// Where the value of a column comes from in a new row.
pub(crate) enum Insertion {
    /// From what is added.
    Bound,
    /// It begins the same in every row.
    Constant(&'static str),
    /// From the database.
    Given,
}

/// What becomes a row of one table.
pub(crate) trait NewRow {
    /// The table's columns.
    type Column: IntoIden + Copy + 'static;
    /// The table itself.
    const TABLE: Self::Column;

    fn columns() -> Vec<(Self::Column, Insertion)>;

    /// The values of those columns that are [`Insertion::Bound`], in their order.
    fn values(&self) -> Vec<Value>;
}

/// Declares a table: its columns by the names that the migrations give them.
///
/// - `Table { column, … }`: nothing but the names.
/// - `Table = Record { column, … }`: a row is read as a record of the domain, whose fields have the columns' names and
///   say their types. `+ { field: value }` behind it is for fields that no column holds.
/// - `Table = Record from New { column, … }`: and a row is added from a `New`, whose fields have the columns' names as
///   well. A column whose value comes from elsewhere says so: `= auto` from the database, `= 0` always the same,
///   `= (created_at)` or `= (size())` from another field or a method of `New`.
macro_rules! table {
    ($(#[$doc:meta])* $table:ident { $($column:ident),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, sea_query::Iden)]
        #[expect(non_camel_case_types, reason = "columns are named as the database names them")]
        pub(crate) enum $table { Table, $($column),* }
    };
    (
        $(#[$doc:meta])*
        $table:ident = $record:ident $(+ { $($more:ident: $value:expr),* })? $(from $new:ident)?
        { $($column:ident $(= $how:tt)?),* $(,)? }
    ) => {
        $crate::table::table! { $(#[$doc])* $table { $($column),* } }
        $crate::table::record! { $record of $table { $($column),* } $(+ { $($more: $value),* })? }
        $crate::table::table!(@new $table $($new)? { $($column $(= $how)?),* });
    };
    (@new $table:ident { $($columns:tt)* }) => {};
    (@new $table:ident $new:ident { $($column:ident $(= $how:tt)?),* }) => {
        impl $crate::table::NewRow for $new {
            type Column = $table;
            const TABLE: $table = $table::Table;

            fn columns() -> Vec<($table, $crate::table::Insertion)> {
                vec![$(($table::$column, $crate::table::table!(@how $($how)?))),*]
            }

            fn values(&self) -> Vec<$crate::value::Value> {
                let values = [$($crate::table::table!(@value self, $column $($how)?)),*];
                values.into_iter().flatten().collect()
            }
        }
    };
    (@how) => { $crate::table::Insertion::Bound };
    (@how auto) => { $crate::table::Insertion::Given };
    (@how ($($from:tt)+)) => { $crate::table::Insertion::Bound };
    (@how [$value:expr]) => { $crate::table::Insertion::Bound };
    (@how $constant:literal) => { $crate::table::Insertion::Constant(stringify!($constant)) };
    (@value $new:ident, $column:ident) => { Some($crate::codec::Encode::encode(&$new.$column)) };
    (@value $new:ident, $column:ident auto) => { None };
    (@value $new:ident, $column:ident ($($from:tt)+)) => { Some($crate::codec::Encode::encode(&$new.$($from)+)) };
    (@value $new:ident, $column:ident [$value:expr]) => { Some($crate::codec::Encode::encode(&$value)) };
    (@value $new:ident, $column:ident $constant:literal) => { None };
}

/// Declares what some columns of a table are read as, in their order: a struct whose fields have the columns' names
/// and say their types. `field: Record` is made of several columns; `field = column` has another name. `+ { field:
/// value }` is for fields that no column holds. With `struct` in front the struct itself is declared too.
macro_rules! record {
    (struct $record:ident of $table:ident { $($field:ident: $kind:ty),* $(,)? }) => {
        struct $record { $($field: $kind),* }

        $crate::table::record! { $record of $table { $($field),* } }
    };
    (
        $record:ident of $table:ident { $($field:ident $(: $nested:ident)? $(= $column:ident)?),* $(,)? }
        $(+ { $($more:ident: $value:expr),* })?
    ) => {
        impl $crate::part::Part for $record {
            const WIDTH: usize = 0 $(+ $crate::table::record!(@width $($nested)?))*;

            fn read<R: $crate::value::Row>(
                cells: &mut $crate::part::Cells<'_, R>,
            ) -> elizabeth_core::ports::StoreResult<Self> {
                // In this order, which is the columns'.
                Ok(Self { $($field: cells.read()?,)* $($($more: $value),*)? })
            }
        }

        impl $crate::part::Record for $record {
            type Column = $table;
            const TABLE: $table = $table::Table;

            fn columns() -> Vec<$table> {
                [$($crate::table::record!(@columns $table $field $(: $nested)? $(= $column)?)),*].concat()
            }
        }
    };
    (@width) => { 1 };
    (@width $nested:ident) => { <$nested as $crate::part::Part>::WIDTH };
    (@columns $table:ident $field:ident) => { vec![$table::$field] };
    (@columns $table:ident $field:ident = $column:ident) => { vec![$table::$column] };
    (@columns $table:ident $field:ident: $nested:ident) => { <$nested as $crate::part::Record>::columns() };
}
pub(crate) use {record, table};

//! The statements and rows that every SQL adapter of Elizabeth shares.
//!
//! [`SqlTx`] implements core's store ports over a narrow waist: a [`Connection`] that executes and fetches, in one
//! of two [`Dialect`]s. What crosses it is only 64-bit integers (sizes in bytes, instants in microseconds), text and
//! bytes, so that a row reads the same on every database. Nothing here knows a driver; the texts of all statements
//! stand in golden files, in both dialects.

mod connection;
mod rows;
mod statement;
mod statements;
mod store;
mod tables;
mod tx;

pub use connection::{Connection, Row, Transaction, Value};
pub use statement::{Dialect, Sql, Statement};
pub use statements::{access_statements, newest_statement, upload_statements};
pub use tx::SqlTx;

//! The statements and rows that every SQL adapter of Elizabeth shares.
//!
//! [`SqlTx`] implements core's store ports over a narrow waist: a [`Connection`] that executes and fetches, in one
//! of two [`Dialect`]s. What crosses it is only 64-bit integers (sizes in bytes, instants in microseconds), text and
//! bytes, so that a row reads the same on every database. Nothing here depends on a driver; the texts of all
//! statements stand in golden files, in both dialects. What adapters do alike with theirs is [`sqlx_driver!`].
//!
//! A table is one file of `tables`: its columns are declared there once, and read, listed and inserted from that; its
//! statements take values by name. `store` implements the ports with them.

mod codec;
mod connection;
mod driver;
mod json;
mod observed;
mod part;
mod query;
mod statement;
mod store;
mod table;
mod tables;
mod tx;
mod value;

pub use connection::{Connection, Transaction};
pub use observed::Observed;
pub use statement::{Dialect, Sql, Statement};
pub use tables::{access_statements, event_statements, newest_statement, upload_statements};
pub use tx::SqlTx;
pub use value::{Row, Value};

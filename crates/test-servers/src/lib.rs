//! Real servers for the tests of the other crates: started where a test needs one, gone with it.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    reason = "test code: a server that cannot be had fails the test"
)]

mod pgbouncer;
pub mod postgres;
mod s3;

pub use pgbouncer::PgBouncer;
pub use postgres::{Postgres, Settings};
pub use s3::S3;

//! The same suite on Postgres and a bucket.
#![expect(
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "test code: what cannot go on fails by panicking"
)]

mod redirect;
#[path = "../api/suite.rs"]
mod suite;
#[path = "../support/mod.rs"]
mod support;

const BACKEND: support::Backend = support::Backend::Postgres;

//! The same suite on SQLite and the file system.

#[path = "../api/suite.rs"]
mod suite;
#[path = "../support/mod.rs"]
mod support;

const BACKEND: support::Backend = support::Backend::Sqlite;

//! The interface over real sockets, on the adapters in memory.

#[path = "suite.rs"]
mod suite;
#[path = "../support/mod.rs"]
mod support;

const BACKEND: support::Backend = support::Backend::Memory;

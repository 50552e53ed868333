//! What strangers may do to a server: guess, ask, connect, hold it up. Clients are addresses of this machine.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "test code: what cannot go on fails by panicking, and says what was measured"
)]

mod bodies;
mod clients;
mod connections;
mod edits;
mod guesses;
mod hosts;
mod passwords;
mod rooms;
#[path = "../binary/server.rs"]
#[expect(dead_code, reason = "the other test program uses the rest")]
mod server;
#[path = "../support/mod.rs"]
#[expect(dead_code, reason = "the other test programs use the rest")]
mod support;

const BACKEND: support::Backend = support::Backend::Memory;

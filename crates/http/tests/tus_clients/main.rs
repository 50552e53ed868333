//! Clients of the tus protocol that others wrote, against the server's own binary: over lines that are cut and servers
//! that are killed.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "test code: what cannot go on fails by panicking, and says how far it came"
)]

mod client;
mod install;
mod proxy;
#[path = "../binary/server.rs"]
#[expect(dead_code, reason = "the other test program uses the rest")]
mod server;
#[path = "../tools/mod.rs"]
mod tools;
mod uploads;

//! The server's own binary, run as an operator runs it: what only a whole process can show.
#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "test code: what cannot go on fails by panicking, and says how far it came"
)]

mod changed_bytes;
mod crash;
mod editors;
#[path = "../support/events.rs"]
#[expect(dead_code, reason = "the other test programs use the rest")]
mod events;
mod folder;
mod follow;
mod full_disk;
mod listeners;
mod log;
mod lost_files;
mod metrics;
mod redirect;
#[expect(dead_code, reason = "the other test program uses the rest")]
mod server;
mod thumbnails;
mod tour;
mod two_processes;
mod wrong_clock;

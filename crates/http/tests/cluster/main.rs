//! Many processes as one service: four servers on one Postgres and one bucket, killed and restarted under load.
#![expect(
    clippy::expect_used,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "test code: what cannot go on fails by panicking, and says how far it came"
)]

mod client;
mod kills;
mod load;
mod outage;
#[path = "../binary/server.rs"]
#[expect(dead_code, reason = "the other test program uses the rest")]
mod server;
mod together;

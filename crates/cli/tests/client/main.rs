//! The tool's client commands, run as a person runs them against a real server.
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod files;
mod help;
mod hostile;
mod keys;
mod refusals;
mod rooms;
mod server;

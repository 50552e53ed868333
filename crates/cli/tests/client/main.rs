//! The tool's client commands, run as a person runs them against a real server.
#![expect(clippy::panic, clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

mod chunks;
mod elsewhere;
mod files;
mod help;
mod hostile;
mod invites;
mod keys;
mod limits;
mod proxy;
mod readme;
mod refusals;
mod renewal;
mod rooms;
mod server;
mod signals;
mod texts;
mod watch;

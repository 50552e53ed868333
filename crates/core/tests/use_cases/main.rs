//! The use cases over the memory adapters, by a clock that is set by hand.
#![expect(clippy::unwrap_used, reason = "test code: what goes wrong fails the test")]

mod admin;
mod append;
mod archive;
mod chunk_faults;
mod chunks;
mod collisions;
mod complete;
mod events;
mod faults;
mod folder;
mod interleavings;
mod leap;
mod pieces;
mod rooms;
mod space;
mod support;
mod sweep;
mod texts;
mod tickets;
mod tokens;
mod turns;
mod upload_ends;
mod upload_rights;
mod uploads;

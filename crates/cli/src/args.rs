use clap::{Parser, Subcommand};
use elizabeth_wiring::Options;

use crate::{admin_rooms::Rooms, gc::Gc};

/// Looks after an Elizabeth: rooms that hold files
#[derive(Parser)]
#[command(version, arg_required_else_help = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) options: Options,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Work on the data itself, beside a running server or without one
    #[command(subcommand)]
    Admin(Admin),
}

#[derive(Subcommand)]
pub(crate) enum Admin {
    /// Remove what is over: expired rooms and contents, dead reservations and tokens, left-over blobs
    Gc(Gc),
    /// Look at all rooms, or remove one
    #[command(subcommand)]
    Rooms(Rooms),
}

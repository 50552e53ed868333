use clap::{Args as ClapArgs, Parser, Subcommand};
use elizabeth_wiring::Options;

use crate::{
    admin_rooms::Rooms,
    commands::{
        completions::Completions, get::Get, invite::Invite, ls::Ls, man::Man, put::Put, rm::Rm, room::Room,
        text::Text, watch::Watch,
    },
    gc::Gc,
    output::Output,
};

/// What is printed behind the options: for scripts, and for who wonders where a key is. Lines are broken where shown.
const MORE: &str = "\
Exit codes:
  0    done
  1    failed, with one line on standard error (of get --all, one for each file)
  2    wrong usage
  3    refused: a password, a key or a permission is missing
  4    not there, or not there any more
  5    does not fit
  130  interrupted, 143 terminated

A room is written HOST/ROOM or https://HOST/ROOM, and ROOM alone where --server (ELIZABETH_SERVER) is set. Without \
a scheme it is https, but http for this machine itself.

Who creates a room is its owner. The room's key is remembered in keys.json, in the folder ELIZABETH_CONFIG_DIR or \
where the platform keeps settings (~/.config/elizabeth). A guest's session is remembered beside it, in sessions.json, \
while files of more than 8 MiB are on their way or a room is watched: the same command goes on in it. Up to where a \
room was watched is remembered in the folder watches.";

/// Shares files in rooms of an Elizabeth, and looks after one
#[derive(Parser)]
#[command(version, arg_required_else_help = true, after_help = MORE)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) output: Output,
}

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Send files and folders, and print their addresses, a line each
    Put(Put),
    /// Fetch a file, or all files of a room
    Get(Get),
    /// List what is in a room
    Ls(Ls),
    /// Delete contents of a room
    Rm(Rm),
    /// Add a text, and print its address
    Text(Text),
    /// Follow what happens in a room, from where it was followed last
    Watch(Watch),
    /// Create, show, change or delete a room
    #[command(subcommand)]
    Room(Room),
    /// Make a link that lets somebody in, or gives out one content
    Invite(Invite),
    /// Work on the data itself, beside a running server or without one
    Admin(Box<AdminArgs>),
    /// Print what a shell needs to complete commands
    Completions(Completions),
    /// Print the manual page, or write one a command into a folder
    Man(Man),
}

#[derive(ClapArgs)]
pub(crate) struct AdminArgs {
    #[command(subcommand)]
    pub(crate) command: Admin,
    #[command(flatten)]
    pub(crate) options: Options,
}

#[derive(Subcommand)]
pub(crate) enum Admin {
    /// Remove what is over: expired rooms and contents, dead reservations and tokens, left-over blobs
    Gc(Gc),
    /// Look at all rooms, or remove one
    #[command(subcommand)]
    Rooms(Rooms),
}

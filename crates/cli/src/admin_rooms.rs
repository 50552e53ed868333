use std::io::{self, Write};

use bytesize::ByteSize;
use clap::{Args, Subcommand};
use elizabeth_core::{
    name::RoomRef,
    room::{Room, RoomStatus},
    time::Timestamp,
};
use elizabeth_wiring::Options;
use serde::Serialize;

use crate::{args::Output, error::Error};

/// Rooms that are fetched at a time.
const PAGE: u64 = 1000;

#[derive(Subcommand)]
pub(crate) enum Rooms {
    /// List all rooms, expired ones that were not collected among them
    List,
    /// Remove a room with all that is in it; every token of it is dead at once
    Delete(Delete),
}

#[derive(Args)]
pub(crate) struct Delete {
    /// Its name or slug
    #[arg(value_parser = RoomRef::parse)]
    room: RoomRef,
}

impl Rooms {
    pub(crate) async fn run(self, options: Options, output: Output) -> Result<(), Error> {
        match self {
            Self::List => list(options, output.json).await,
            Self::Delete(delete) => delete.run(options, output.json).await,
        }
    }
}

/// Prints the rooms page by page, however many there are: a table, or one JSON array.
async fn list(options: Options, json: bool) -> Result<(), Error> {
    let app = options.build_existing().await?.app;
    let mut out = io::stdout().lock();
    let mut lead = "[";
    if !json {
        writeln!(out, "{}", columns(["ID", "STATUS", "SIZE", "OF", "ENTERED", "EXPIRES", "NAME"]))?;
    }
    let mut after = None;
    loop {
        let rooms = app.rooms(after, PAGE).await?;
        let now = app.now();
        for room in &rooms {
            if json {
                write!(out, "{lead}")?;
                lead = ",";
                serde_json::to_writer(&mut out, &Json::new(room, now))?;
            } else {
                writeln!(out, "{}", line(room))?;
            }
        }
        match rooms.last() {
            Some(last) if rooms.len() as u64 == PAGE => after = Some(last.id),
            _ => break,
        }
    }
    if json {
        writeln!(out, "{}]", if lead == "[" { "[" } else { "" })?;
    }
    Ok(out.flush()?)
}

impl Delete {
    /// Removes the room and its bytes, and says what it was.
    async fn run(self, options: Options, json: bool) -> Result<(), Error> {
        let app = options.build_existing().await?.app;
        let now = app.now();
        let removed = app.remove_room(&self.room).await?;
        app.collect_blobs().await?;
        let (room, contents, size) = (&removed.room, removed.contents, ByteSize(removed.freed_size));
        let mut out = io::stdout().lock();
        if json {
            serde_json::to_writer(&mut out, &Json::new(room, now))?;
            writeln!(out)?;
        } else {
            writeln!(out, "Removed room {} (id {}): {contents} contents, {size}", room.name, room.id)?;
        }
        Ok(out.flush()?)
    }
}

/// A line of the table. The name comes last, as no name is too long there.
fn columns([id, status, size, most, entered, expires, name]: [&str; 7]) -> String {
    format!("{id:>8}  {status:<6}  {size:>10}  {most:>10}  {entered:>9}  {expires:<20}  {name}")
}

fn line(room: &Room) -> String {
    let status = match room.status {
        RoomStatus::Open => "open",
        RoomStatus::Locked => "locked",
        RoomStatus::Closed => "closed",
    };
    columns([
        &room.id.to_string(),
        status,
        &ByteSize(room.current_size()).to_string(),
        &ByteSize(room.max_size).to_string(),
        &room.entries.to_string(),
        &room.expire_at.map_or_else(|| "never".into(), |end| end.floor_secs().to_string()),
        room.name.as_str(),
    ])
}

/// A room as the server's interface shows it.
#[derive(Serialize)]
struct Json<'a> {
    id: i64,
    name: &'a str,
    slug: &'a str,
    has_password: bool,
    status: u8,
    max_size: u64,
    current_size: u64,
    max_times_entered: Option<u64>,
    current_times_entered: u64,
    expire_at: Option<String>,
    expires_in_seconds: Option<u64>,
    created_at: String,
    updated_at: String,
    permission: u8,
}

impl<'a> Json<'a> {
    fn new(room: &'a Room, now: Timestamp) -> Self {
        Self {
            id: room.id.0,
            name: room.name.as_str(),
            slug: &room.slug,
            has_password: room.password_hash.is_some(),
            status: room.status.code(),
            max_size: room.max_size,
            current_size: room.current_size(),
            max_times_entered: room.max_entries,
            current_times_entered: room.entries,
            expire_at: room.expire_at.map(|end| end.to_string()),
            expires_in_seconds: room.time_left(now).map(|left| left.as_secs()),
            created_at: room.created_at.to_string(),
            updated_at: room.updated_at.to_string(),
            permission: room.permission.bits(),
        }
    }
}

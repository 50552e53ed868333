use std::io::{self, Write};

use bytesize::ByteSize;
use clap::{Args, Subcommand};
use elizabeth_api::RoomObject;
use elizabeth_core::{name::RoomRef, room::Room};
use elizabeth_wiring::Options;

use crate::{error::Error, output::Output, words::Status};

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
    let wired = options.build_existing().await?;
    let app = &wired.app;
    let mut out = io::stdout().lock();
    let mut lead = "[";
    if !json {
        writeln!(out, "{}", columns(["ID", "STATUS", "SIZE", "OF", "ENTERED", "EXPIRES", "NAME"]))?;
    }
    let mut after = None;
    loop {
        let page = app.rooms(after, PAGE).await?;
        let now = app.now();
        for room in &page.items {
            if json {
                write!(out, "{lead}")?;
                lead = ",";
                serde_json::to_writer(&mut out, &RoomObject::new(room, now))?;
            } else {
                writeln!(out, "{}", line(room))?;
            }
        }
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    wired.close().await;
    if json {
        writeln!(out, "{}]", if lead == "[" { "[" } else { "" })?;
    }
    Ok(out.flush()?)
}

impl Delete {
    /// Removes the room and its bytes, and prints what it was.
    async fn run(self, options: Options, json: bool) -> Result<(), Error> {
        let wired = options.build_existing().await?;
        let app = &wired.app;
        let now = app.now();
        let removed = app.remove_room(&self.room).await?;
        app.collect_blobs().await?;
        wired.close().await;
        let (room, contents, size) = (&removed.room, removed.contents, ByteSize(removed.freed_size));
        let mut out = io::stdout().lock();
        if json {
            serde_json::to_writer(&mut out, &RoomObject::new(room, now))?;
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
    columns([
        &room.id.to_string(),
        Status::word(room.status.code()),
        &ByteSize(room.current_size()).to_string(),
        &ByteSize(room.max_size).to_string(),
        &room.entries.to_string(),
        &room.expire_at.map_or_else(|| "never".into(), |end| end.floor_secs().to_string()),
        room.name.as_str(),
    ])
}

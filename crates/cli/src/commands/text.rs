use std::{
    io::{self, Read},
    time::Duration,
};

use clap::Args;
use elizabeth_client::{AddText, Method};
use serde_json::Value;

use crate::{
    error::Error,
    output::Output,
    progress::Progress,
    terminal,
    units::{from_now, span},
    visit::Access,
};

/// The most of standard input that is taken for a text, in bytes. A server takes less.
const INPUT_MAX: u64 = 4 << 20;

#[derive(Args)]
pub(crate) struct Text {
    /// Where to: HOST/ROOM
    #[arg(value_name = "ROOM-URL")]
    room: String,
    /// The text; - or nothing is standard input
    text: Option<String>,
    /// Its name
    #[arg(long, short)]
    name: Option<String>,
    /// What it is written in, for its colours: rust, markdown, …
    #[arg(long, value_name = "WORD")]
    language: Option<String>,
    /// Keep it at the top
    #[arg(long)]
    pinned: bool,
    /// Create the room if it is not there: that is the default
    #[arg(long, overrides_with = "no_create")]
    create: bool,
    /// Fail if the room is not there
    #[arg(long)]
    no_create: bool,
    /// How long it is kept [default: as long as the room]
    #[arg(long, value_name = "DURATION", value_parser = span)]
    expire_in: Option<Duration>,
    /// How often it can be downloaded [default: as often as one likes]
    #[arg(long, value_name = "N")]
    max_downloads: Option<u64>,
    #[command(flatten)]
    access: Access,
}

impl Text {
    /// Adds the text.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let piped = self.text.as_deref().is_none_or(|text| text == "-");
        if piped && self.access.password_stdin {
            return Err(Error::Usage("standard input cannot be both a text and a password".into()));
        }
        let mut visit = self.access.visit_room(&self.room).await?;
        let text = match self.text {
            Some(text) if !piped => text,
            Some(_) | None => terminal::blocking(read_text).await?,
        };
        let body = AddText {
            text,
            file_name: self.name,
            language: self.language,
            pinned: self.pinned.then_some(true),
            max_downloads: self.max_downloads,
            expire_at: self.expire_in.map(from_now),
        };
        let mut session = if self.no_create && !self.create {
            visit.enter().await?
        } else {
            visit.enter_or_create(&Progress::new(0, output.is_quiet())).await?
        };
        let stored: Value = session.send(Method::POST, &["texts"], &body).await?;
        super::put::print_one(&visit, stored, output)
    }
}

fn read_text() -> io::Result<String> {
    let mut text = String::new();
    let read = io::stdin().lock().take(INPUT_MAX + 1).read_to_string(&mut text)?;
    if read as u64 > INPUT_MAX {
        return Err(io::Error::other("it is too long for a text: use put"));
    }
    Ok(text)
}

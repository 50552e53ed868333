use clap::Args;
use elizabeth_client::{Method, Room, read};
use serde_json::Value;

use crate::{
    error::Error,
    output::Output,
    terminal,
    units::{human_size, human_time},
    visit::{Access, Visit},
    words::{Permissions, Status},
};

#[derive(Args)]
pub(crate) struct Show {
    /// Which room: HOST/ROOM
    #[arg(value_name = "ROOM-URL")]
    room: String,
    #[command(flatten)]
    access: Access,
}

impl Show {
    /// Prints what a room is like. It is not entered for that, unless by its owner.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let mut visit = self.access.visit_room(&self.room).await?;
        let room: Value = if visit.credentials.owner_key.is_some() {
            visit.enter().await?.call(Method::GET, &[]).await?
        } else {
            visit.client.room(&visit.target.room).await?
        };
        if output.json {
            return terminal::print_json(&room);
        }
        print_link(&visit, &room)?;
        let room: Room = read(&room)?;
        visit.note(&room)?;
        let entries = match room.max_times_entered {
            Some(most) => format!("{} of {most}", room.current_times_entered),
            None => room.current_times_entered.to_string(),
        };
        let expires = room.expire_at.map_or_else(|| "never".to_owned(), |at| human_time(at.0) + " UTC");
        for (what, value) in [
            ("status", Status::word(room.status).to_owned()),
            ("guests may", Permissions::words(room.permission)),
            ("password", if room.has_password { "yes" } else { "no" }.to_owned()),
            ("size", format!("{} of {}", human_size(room.current_size), human_size(room.max_size))),
            ("entries", entries),
            ("expires", expires),
        ] {
            terminal::print_line(&format!("  {what:<12}{value}"))?;
        }
        Ok(())
    }
}

/// Prints the address that a room answers to.
pub(super) fn print_link(visit: &Visit, room: &Value) -> Result<(), Error> {
    let room: Room = read(room)?;
    terminal::print_line(visit.client.server().room(&room.slug).as_str())
}

use std::time::Duration;

use clap::Args;
use elizabeth_client::{CreateRoom, Secret};
use secrecy::ExposeSecret;

use crate::{
    error::Error,
    output::Output,
    terminal,
    units::{from_now, size, span},
    visit::Access,
    words::Permissions,
};

#[derive(Args)]
pub(crate) struct Create {
    /// Its address: HOST/ROOM
    #[arg(value_name = "ROOM-URL")]
    room: String,
    /// Ask for a password that guests will need
    #[arg(long, conflicts_with = "password_stdin")]
    ask_password: bool,
    /// The most bytes it may hold [default: the server's]
    #[arg(long, value_name = "SIZE", value_parser = size)]
    max_size: Option<u64>,
    /// How long it lives [default: the server's]
    #[arg(long, value_name = "DURATION", value_parser = span)]
    expire_in: Option<Duration>,
    /// How often it can be entered [default: the server's]
    #[arg(long, value_name = "N")]
    max_entries: Option<u64>,
    /// What guests may do: view, edit, share, delete [default: all but delete]
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    permission: Vec<Permissions>,
    /// Print the owner key too: it is a secret
    #[arg(long)]
    show_key: bool,
    #[command(flatten)]
    access: Access,
}

impl Create {
    /// Makes the room. A password that was given becomes its password.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let mut visit = self.access.visit_room(&self.room).await?;
        if self.ask_password {
            visit.credentials.password = Some(super::set::new_password().await?);
        }
        let options = CreateRoom {
            password: visit.credentials.password.clone().map(Secret),
            expire_at: self.expire_in.map(from_now),
            max_size: self.max_size,
            max_times_entered: self.max_entries,
            permission: Permissions::all(&self.permission),
        };
        let (mut room, key) = visit.create(options).await?;
        // Whoever is let in first owns a room as well: so nobody else is the first.
        visit.enter().await?;
        if output.json {
            if self.show_key {
                room["owner_key"] = key.expose_secret().into();
            }
            return terminal::print_json(&room);
        }
        super::show::print_link(&visit, &room)?;
        if self.show_key { terminal::print_line(key.expose_secret()) } else { Ok(()) }
    }
}

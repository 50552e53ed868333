use std::time::Duration;

use clap::Args;
use elizabeth_client::{ChangeSettings, Method, Room, SetPermissions, read};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use crate::{
    error::Error,
    output::Output,
    terminal,
    units::{Setting, count_or_unlimited, from_now, size_or_default, span_or_never},
    visit::Access,
    words::{Permissions, Status},
};

#[derive(Args)]
pub(crate) struct Set {
    /// Which room: HOST/ROOM
    #[arg(value_name = "ROOM-URL")]
    room: String,
    /// What guests may do: view, edit, share, delete. Without share, the room gets an address of its own
    #[arg(long, value_delimiter = ',', value_name = "WORDS")]
    permission: Vec<Permissions>,
    /// Who is let in
    #[arg(long)]
    status: Option<Status>,
    /// The most bytes it may hold, or default
    #[arg(long, value_name = "SIZE", value_parser = size_or_default)]
    max_size: Option<Setting<u64>>,
    /// How long it lives from now on, or never
    #[arg(long, value_name = "DURATION", value_parser = span_or_never)]
    expire_in: Option<Setting<Duration>>,
    /// How often it can be entered, all told, or unlimited
    #[arg(long, value_name = "N", value_parser = count_or_unlimited)]
    max_entries: Option<Setting<u64>>,
    /// Ask for a new password
    #[arg(long)]
    ask_new_password: bool,
    /// Read the new password from the first line of standard input
    #[arg(long, conflicts_with_all = ["ask_new_password", "password_stdin"])]
    new_password_stdin: bool,
    /// Take the password away
    #[arg(long, conflicts_with_all = ["ask_new_password", "new_password_stdin"])]
    no_password: bool,
    #[command(flatten)]
    access: Access,
}

impl Set {
    /// Changes the settings, then the permissions, and prints the address that the room answers to.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let mut visit = self.access.visit_room(&self.room).await?;
        let settings = self.settings().await?;
        let permission = Permissions::all(&self.permission);
        if settings.is_none() && permission.is_none() {
            return Err(Error::Usage("say what to change".into()));
        }
        let mut session = visit.enter().await?;
        let mut room = Value::Null;
        if let Some(settings) = settings {
            room = session.send(Method::POST, &["settings"], &settings).await?;
        }
        if permission.is_some() {
            let body = SetPermissions { permission, ..SetPermissions::default() };
            room = session.send(Method::POST, &["permissions"], &body).await?;
        }
        visit.note(&read::<Room>(&room)?)?;
        if output.json { terminal::print_json(&room) } else { super::show::print_link(&visit, &room) }
    }

    /// What is to change of the settings; `None` where nothing is.
    async fn settings(&self) -> Result<Option<ChangeSettings>, Error> {
        let password = if self.ask_new_password {
            Some(Some(new_password().await?.into()))
        } else if self.new_password_stdin {
            let empty = || Error::Usage("--new-password-stdin: standard input has no first line".into());
            Some(Some(terminal::read_password().await?.ok_or_else(empty)?.into()))
        } else {
            self.no_password.then_some(None)
        };
        let any = self.status.is_some()
            || self.max_size.is_some()
            || self.expire_in.is_some()
            || self.max_entries.is_some()
            || password.is_some();
        Ok(any.then(|| ChangeSettings {
            max_size: self.max_size.map(Setting::value),
            max_times_entered: self.max_entries.map(Setting::value),
            expire_at: self.expire_in.map(|span| span.value().map(from_now)),
            status: self.status.map(|status| Some(status.into())),
            password,
        }))
    }
}

/// Asks for a password twice: what is typed cannot be seen.
pub(super) async fn new_password() -> Result<SecretString, Error> {
    let missing = || Error::Usage("a password can only be asked for on a terminal, and is not empty".into());
    let first = terminal::ask_password("New password").await?.ok_or_else(missing)?;
    let second = terminal::ask_password("Once more").await?.ok_or_else(missing)?;
    if first.expose_secret() == second.expose_secret() {
        Ok(first)
    } else {
        Err(Error::Usage("the two passwords differ".into()))
    }
}

use std::time::Duration;

use clap::Args;
use elizabeth_client::{Method, Room, read};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

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
        let permission = (!self.permission.is_empty()).then(|| Permissions::bits(&self.permission));
        if settings == json!({}) && permission.is_none() {
            return Err(Error::Usage("say what to change".into()));
        }
        let mut session = visit.enter().await?;
        let mut room = Value::Null;
        if settings != json!({}) {
            room = session.call(Method::POST, &["settings"], Some(&settings)).await?;
        }
        if let Some(bits) = permission {
            let body = json!({"permission": bits});
            room = session.call(Method::POST, &["permissions"], Some(&body)).await?;
        }
        visit.note(&read::<Room>(&room)?)?;
        if output.json { terminal::print_json(&room) } else { super::show::print_link(&visit, &room) }
    }

    async fn settings(&self) -> Result<Value, Error> {
        let mut settings = json!({});
        if let Some(status) = self.status {
            settings["status"] = status.code().into();
        }
        if let Some(size) = self.max_size {
            settings["max_size"] = size.value().into();
        }
        if let Some(span) = self.expire_in {
            settings["expire_at"] = span.value().map(from_now).into();
        }
        if let Some(most) = self.max_entries {
            settings["max_times_entered"] = most.value().into();
        }
        if self.ask_new_password {
            settings["password"] = new_password().await?.expose_secret().into();
        }
        if self.new_password_stdin {
            let password = terminal::read_password().await?;
            let empty = || Error::Usage("--new-password-stdin: standard input has no first line".into());
            settings["password"] = password.ok_or_else(empty)?.expose_secret().into();
        }
        if self.no_password {
            settings["password"] = Value::Null;
        }
        Ok(settings)
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

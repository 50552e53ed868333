use std::time::Duration;

use clap::Args;
use elizabeth_client::{ClientError, CreateTicket, Method, TicketAction};
use serde_json::Value;

use crate::{error::Error, output::Output, terminal, units::span, visit::Access, words::Permissions};

#[derive(Args)]
pub(crate) struct Invite {
    /// Which room: HOST/ROOM
    #[arg(value_name = "ROOM-URL")]
    room: String,
    /// What the guest may do; edit alone makes a drop box [default: what you may do]
    #[arg(long, value_delimiter = ',', value_name = "WORDS", conflicts_with = "content")]
    permission: Vec<Permissions>,
    /// How long the link is good [default: as the server has it, ten minutes]
    #[arg(long, value_name = "DURATION", value_parser = span)]
    ttl: Option<Duration>,
    /// How often it can be used [default: as the server has it: once to enter, without limit for a content]
    #[arg(long, value_name = "N")]
    uses: Option<u64>,
    /// Give out this one content, and nothing else
    #[arg(long, value_name = "ID")]
    content: Option<i64>,
    #[command(flatten)]
    access: Access,
}

impl Invite {
    /// Prints the link. It is a secret: whoever has it is let in.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let body = CreateTicket {
            action: if self.content.is_some() { TicketAction::Download } else { TicketAction::Enter },
            content_id: self.content,
            permission: Permissions::all(&self.permission),
            ttl_seconds: self.ttl.map(|ttl| ttl.as_secs()),
            max_uses: self.uses,
        };
        let mut session = self.access.visit_room(&self.room).await?.enter().await?;
        let ticket: Value = session.send(Method::POST, &["tickets"], &body).await?;
        if output.json {
            return terminal::print_json(&ticket);
        }
        match ticket["url"].as_str() {
            Some(url) => terminal::print_line(url),
            None => Err(ClientError::Foreign("it made a link without an address").into()),
        }
    }
}

use clap::Args;
use elizabeth_client::Method;
use serde_json::Value;

use crate::{error::Error, output::Output, terminal, visit::Access};

#[derive(Args)]
pub(crate) struct Delete {
    /// Which room: HOST/ROOM
    #[arg(value_name = "ROOM-URL")]
    room: String,
    /// Do not ask
    #[arg(long, short)]
    yes: bool,
    #[command(flatten)]
    access: Access,
}

impl Delete {
    /// Deletes the room, and forgets its key.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        let mut visit = self.access.visit_room(&self.room).await?;
        if !self.yes {
            if !terminal::is_attended() {
                return Err(Error::Usage("nobody is here to be asked: say --yes".into()));
            }
            let question = format!("Delete {} with everything in it?", visit.target.link());
            if !terminal::confirm(&question).await? {
                return Err(Error::Declined);
            }
        }
        let answer: Value = visit.enter().await?.call(Method::DELETE, &[]).await?;
        visit.forget()?;
        if output.json { terminal::print_json(&answer) } else { Ok(()) }
    }
}

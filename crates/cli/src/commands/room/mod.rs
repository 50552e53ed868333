//! What concerns a room as a whole.

mod create;
mod delete;
mod set;
mod show;

use clap::Subcommand;

use crate::{error::Error, output::Output};

#[derive(Subcommand)]
pub(crate) enum Room {
    /// Create a room, remember its owner key, and print its address
    Create(create::Create),
    /// Show a room
    Show(show::Show),
    /// Change a room's settings and permissions; only its owner may
    Set(Box<set::Set>),
    /// Delete a room with everything in it
    Delete(delete::Delete),
}

impl Room {
    /// Does what is asked.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        match self {
            Self::Create(create) => create.run(output).await,
            Self::Show(show) => show.run(output).await,
            Self::Set(set) => set.run(output).await,
            Self::Delete(delete) => delete.run(output).await,
        }
    }
}

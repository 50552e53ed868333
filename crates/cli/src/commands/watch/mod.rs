//! `watch`: what happens in a room is printed, fetched and acted upon, each event once over all runs of the command.

mod entered;
mod exec;
mod inbox;
mod record;
mod report;
mod texts;
mod watching;

use std::{io, path::PathBuf};

use clap::{Args, ValueEnum};

use self::{
    entered::Entered,
    inbox::Inbox,
    record::{Record, Task},
    watching::Watching,
};
use crate::{error::Error, memory::MemoryError, output::Output, progress::Progress, visit::Access};

#[derive(Args)]
pub(crate) struct Watch {
    /// Which room: HOST/ROOM
    #[arg(value_name = "ROOM-URL")]
    room: String,
    /// Fetch what is added into this folder, each content to a place of its own, and texts again when they have changed;
    /// what has a limit of downloads is left out
    #[arg(long, value_name = "DIR")]
    get: Option<PathBuf>,
    /// Run this by sh for each event, one after the other: the event is on its standard input, as --json prints it, and
    /// in ELIZABETH_EVENT, ELIZABETH_ROOM, ELIZABETH_CONTENT_ID, ELIZABETH_FILE_NAME and, behind --get, ELIZABETH_PATH
    #[arg(long, value_name = "CMD")]
    exec: Option<String>,
    /// Where to begin the first time; afterwards it is where the same command, with the same --get and --exec, ended
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Start::Now)]
    from: Start,
    /// Begin as if it were the first time
    #[arg(long)]
    anew: bool,
    #[command(flatten)]
    access: Access,
}

/// Where a room is followed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Start {
    /// With what happens next
    Now,
    /// With all that is in the room
    All,
}

impl Watch {
    /// Follows the room until it is deleted, may not be followed any more, or nobody reads what is printed.
    pub(crate) async fn run(self, output: Output) -> Result<(), Error> {
        match self.follow(output).await {
            Err(Error::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
            done => done,
        }
    }

    async fn follow(self, output: Output) -> Result<(), Error> {
        let visit = self.access.visit_room(&self.room).await?;
        let progress = Progress::new(0, output.is_quiet());
        let inbox = self.get.map(Inbox::open).transpose()?;
        let task = Task::new(&visit.target, inbox.as_ref().map(Inbox::folder), self.exec.as_deref());
        let record = match Record::open(task, self.anew) {
            Err(Error::Memory(error @ MemoryError::NoFolder)) => {
                progress.remark(&format!("{error}; what was seen is forgotten"));
                Record::forgetful()
            }
            record => record?,
        };
        inbox.as_ref().map_or(Ok(()), |inbox| inbox.sweep(&record))?;
        let entered = Entered::enter(visit, progress.clone()).await?;
        Watching { entered, record, inbox, exec: self.exec, output, progress, reset: None, catch_up_at: None }
            .follow(self.from)
            .await
    }
}

//! Elizabeth's command-line tool.

mod admin_rooms;
mod args;
mod error;
mod gc;

use std::process::ExitCode;

use clap::Parser;

use crate::args::{Admin, Args, Command};

#[tokio::main]
async fn main() -> ExitCode {
    match run(Args::parse()).await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => error.tell(),
    }
}

async fn run(Args { options, command }: Args) -> Result<(), error::Error> {
    // What goes well is told by the command's own output.
    elizabeth_wiring::init_logging_above(tracing::Level::WARN, options.log_format()?)?;
    match command {
        Command::Admin(Admin::Gc(gc)) => gc.run(options).await,
        Command::Admin(Admin::Rooms(rooms)) => rooms.run(options).await,
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_commands_fit_together() {
        super::Args::command().debug_assert();
    }
}

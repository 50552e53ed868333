//! Elizabeth's command-line tool.

mod args;
mod client;
mod commands;
mod error;
mod files;
mod gc;
mod keys;
mod place;
mod progress;
mod target;
mod terminal;
mod units;
mod visit;

use std::process::ExitCode;

use clap::Parser;

use crate::{
    args::{Admin, AdminArgs, Args, Command, Output},
    error::Error,
};

/// What a process that was interrupted exits with, as shells have it.
const INTERRUPTED: i32 = 130;

#[tokio::main]
async fn main() -> ExitCode {
    let done = tokio::select! {
        done = run(Args::parse()) => Some(done),
        Ok(()) = tokio::signal::ctrl_c() => None,
    };
    match done {
        Some(Ok(())) => ExitCode::SUCCESS,
        Some(Err(error)) => error.tell(),
        // What the command held is given back by now: temporary files, connections, the terminal. A thread that
        // still waits for input is not waited for.
        None => std::process::exit(INTERRUPTED),
    }
}

async fn run(Args { command, output }: Args) -> Result<(), Error> {
    match command {
        Command::Put(put) => put.run(output).await,
        Command::Get(get) => get.run(output).await,
        Command::Ls(ls) => ls.run(output).await,
        Command::Rm(rm) => rm.run(output).await,
        Command::Text(text) => text.run(output).await,
        Command::Room(room) => room.run(output).await,
        Command::Invite(invite) => invite.run(output).await,
        Command::Admin(admin) => run_admin(*admin, output).await,
        Command::Completions(completions) => completions.run(),
        Command::Man(man) => man.run(),
    }
}

async fn run_admin(AdminArgs { command, options }: AdminArgs, output: Output) -> Result<(), Error> {
    // What goes well is told by the command's own output.
    elizabeth_wiring::init_logging_above(tracing::Level::WARN, options.log_format()?)?;
    match command {
        Admin::Gc(gc) => gc.run(options, output).await,
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

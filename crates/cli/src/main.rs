//! Elizabeth's command-line tool.

mod admin_rooms;
mod args;
mod commands;
mod error;
mod files;
mod gc;
mod keys;
mod memory;
mod output;
mod place;
mod plain;
mod progress;
mod sessions;
mod terminal;
mod units;
mod visit;
mod words;

use std::{env, future::pending, process::ExitCode};

use clap::CommandFactory;
use elizabeth_wiring::parse_from;
use tokio::signal::unix::{SignalKind, signal};

use crate::{
    args::{Admin, AdminArgs, Args, Command},
    error::Error,
    output::Output,
};

#[tokio::main]
async fn main() -> ExitCode {
    let done = tokio::select! {
        done = run() => Ok(done),
        code = stopped() => Err(code),
    };
    match done {
        Ok(Ok(())) => ExitCode::SUCCESS,
        Ok(Err(error)) => error.report(),
        // What the command held is given back by now: temporary files, connections, the terminal. A thread that
        // still waits for input is not waited for.
        Err(code) => std::process::exit(code),
    }
}

/// Waits for a signal to stop; what to exit with then, as shells have it. Who hangs up is left alone: under `nohup`
/// the work is to go on.
async fn stopped() -> i32 {
    let of = async |kind: SignalKind| match signal(kind) {
        Ok(mut stop) => drop(stop.recv().await),
        // Then the signal ends the process without our doing.
        Err(_) => pending().await,
    };
    let signal = tokio::select! {
        () = of(SignalKind::interrupt()) => SignalKind::interrupt(),
        () = of(SignalKind::terminate()) => SignalKind::terminate(),
    };
    128 + signal.as_raw_value()
}

async fn run() -> Result<(), Error> {
    let Args { command, output } = parse_from(env::args_os())?;
    match command {
        Command::Put(put) => put.run(output).await,
        Command::Get(get) => get.run(output).await,
        Command::Ls(ls) => ls.run(output).await,
        Command::Rm(rm) => rm.run(output).await,
        Command::Text(text) => text.run(output).await,
        Command::Watch(watch) => watch.run(output).await,
        Command::Room(room) => room.run(output).await,
        Command::Invite(invite) => invite.run(output).await,
        Command::Admin(admin) => run_admin(*admin, output).await,
        Command::Completions(completions) => completions.run(Args::command()),
        Command::Man(man) => man.run(Args::command()),
    }
}

async fn run_admin(AdminArgs { command, options }: AdminArgs, output: Output) -> Result<(), Error> {
    // What goes well stands in the command's own output.
    elizabeth_wiring::init_logging_above(tracing::Level::WARN, options.log_format())?;
    match command {
        Admin::Gc(gc) => gc.run(options, output).await,
        Admin::Rooms(rooms) => rooms.run(options, output).await,
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

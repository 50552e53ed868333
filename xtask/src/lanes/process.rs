//! A step's own process, and what it costs.

use std::{
    env,
    fs::{self, File},
    io::{self, IsTerminal},
    path::PathBuf,
    process::{Child, Command, ExitStatus},
    time::{Duration, Instant},
};

use rustix::{
    param::clock_ticks_per_second,
    process::{Pid, WaitId, WaitIdOptions, waitid},
};

use super::Step;
use crate::{Result, cargo::Workspace};

/// What a step cost.
#[derive(Clone, Copy, Default)]
pub struct Cost {
    pub wall: Duration,
    /// Of all processors, in the step's process and those that it awaited.
    pub cpu: Duration,
}

/// How a step ended.
pub struct End {
    pub passed: bool,
    pub cost: Cost,
    /// What it printed, where that has not been shown.
    pub output: String,
}

/// Runs a step to its end. Both its outputs go to that file, if one is given.
pub fn run(step: &Step, output: Option<PathBuf>, workspace: &Workspace) -> End {
    let started = Instant::now();
    let (ended, printed) = match output {
        None => (ended(command(step, workspace)), String::new()),
        Some(path) => {
            let ended = redirected(command(step, workspace), &path).and_then(ended);
            let printed = fs::read(&path).unwrap_or_default();
            (ended, String::from_utf8_lossy(&printed).into_owned())
        }
    };
    let wall = started.elapsed();
    match ended {
        Ok((status, cpu)) => End { passed: status.success(), cost: Cost { wall, cpu }, output: printed },
        Err(error) => {
            let cost = Cost { wall, cpu: Duration::ZERO };
            End { passed: false, cost, output: format!("{printed}{}: {error}\n", step.command) }
        }
    }
}

fn command(step: &Step, workspace: &Workspace) -> Command {
    let mut words = step.command.split(' ');
    let mut command = match words.next() {
        Some("cargo") => workspace.command(),
        // By its path it may be gone: cargo builds this program too, and replaces it.
        _ => Command::new("/proc/self/exe"),
    };
    command.args(words);
    command
}

fn redirected(mut command: Command, path: &PathBuf) -> Result<Command> {
    let file = File::create(path)?;
    command.stdout(file.try_clone()?).stderr(file);
    if io::stdout().is_terminal() && env::var_os("CARGO_TERM_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    Ok(command)
}

fn ended(mut command: Command) -> Result<(ExitStatus, Duration)> {
    let mut child = command.spawn()?;
    let cpu = processor_time(&child);
    Ok((child.wait()?, cpu.unwrap_or_default()))
}

/// Waits for the end of a process, whose times can be read until it is awaited for good; zero where they cannot
/// (Linux: `/proc/PID/stat`).
fn processor_time(child: &Child) -> Option<Duration> {
    waitid(WaitId::Pid(Pid::from_child(child)), WaitIdOptions::EXITED | WaitIdOptions::NOWAIT).ok()?;
    let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).ok()?;
    // The program's name, in brackets, may hold anything. Its own times and its children's are the 14th field to the
    // 17th.
    let (_, fields) = stat.rsplit_once(')')?;
    let times = fields.split_whitespace().skip(11).take(4);
    let ticks = times.map(|ticks| ticks.parse::<u64>().ok()).sum::<Option<u64>>()?;
    Some(Duration::from_millis(ticks * 1000 / clock_ticks_per_second()))
}

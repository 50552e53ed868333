//! Runs steps: those of a lane one after the other, the lanes beside each other.

mod board;
mod process;
#[cfg(test)]
mod tests;

use std::{sync::mpsc, thread};

use clap::Args;

use self::board::Board;
use crate::{Result, cargo::Workspace, terminal::say};

/// What a step needs most, and so has to itself.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Lane {
    /// Cargo.
    Build,
    /// Node and the browser.
    Page,
    /// The disk.
    Data,
    /// The whole machine.
    Alone,
}

/// A command that has to succeed.
#[derive(Clone, Copy)]
pub struct Step {
    /// What `--only` calls it.
    pub name: &'static str,
    pub lane: Lane,
    /// The step that has to succeed before, where that one runs too.
    pub after: Option<&'static str>,
    /// `cargo …` or `xtask …`, with a space between arguments.
    pub command: &'static str,
}

impl Step {
    /// The step, once another one has succeeded.
    pub const fn after(self, other: &'static str) -> Self {
        Self { after: Some(other), ..self }
    }
}

/// Which steps are to run.
#[derive(Args)]
pub struct Choice {
    /// Run this step alone; may be given several times
    #[arg(long, value_name = "NAME")]
    pub only: Vec<String>,
    /// Run this step and those that stand after it in the list
    #[arg(long, value_name = "NAME", conflicts_with = "only")]
    pub from: Option<String>,
}

impl Choice {
    /// The chosen ones in their order: all, where nothing is chosen.
    ///
    /// # Errors
    ///
    /// When a name is no step's.
    fn of(&self, steps: Vec<Step>) -> Result<Vec<Step>> {
        let names: Vec<&str> = steps.iter().map(|step| step.name).collect();
        let place = |name: &String| {
            let found = names.iter().position(|known| known == name);
            found.ok_or_else(|| format!("no step is called {name}; the steps are {}", names.join(", ")))
        };
        let first = self.from.as_ref().map(place).transpose()?.unwrap_or(0);
        let only = self.only.iter().map(place).collect::<std::result::Result<Vec<_>, _>>()?;
        let chosen = |at: usize| at >= first && (only.is_empty() || only.contains(&at));
        Ok(steps.into_iter().enumerate().filter(|(at, _)| chosen(*at)).map(|(_, step)| step).collect())
    }
}

/// Runs the chosen steps until one fails; those that run by then are waited for. What a step prints is shown when it
/// ends, or at once where it is the only one. At the end stands what each has cost, and behind it once more what a failed
/// one printed last: others may have printed much since.
pub fn run(steps: Vec<Step>, choice: &Choice, workspace: &Workspace) -> Result {
    let mut board = Board::new(choice.of(steps)?);
    let folder = tempfile::tempdir()?;
    let is_only = board.len() == 1;
    let (sender, ends) = mpsc::channel();
    thread::scope(|scope| {
        loop {
            while let Some((at, step)) = board.begin() {
                say(&format!("> {}: {}", step.name, step.command));
                let output = (!is_only).then(|| folder.path().join(step.name));
                let sender = sender.clone();
                scope.spawn(move || sender.send((at, process::run(&step, output, workspace))));
            }
            if !board.is_running() {
                break;
            }
            let Ok((at, end)) = ends.recv() else { break };
            say(&board.end(at, end));
        }
    });
    say(&board.table());
    board.last_words().for_each(|words| say(&words));
    match board.failed().as_slice() {
        [] => Ok(()),
        failed => Err(format!("{} failed", failed.join(", ")).into()),
    }
}

//! What a chore runs and prints, as a person at the terminal sees it.

use std::process::Command;

use crate::Result;

/// Runs a command, which has to succeed.
pub fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}

/// Prints a line.
#[expect(clippy::print_stdout, reason = "a chore's output is for the terminal")]
pub fn say(line: &str) {
    println!("{line}");
}

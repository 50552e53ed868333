//! What a chore runs and says, as a person at the terminal sees it.

use std::{
    env,
    process::{Command, Stdio},
};

use crate::Result;

/// Runs cargo, showing what is run.
pub fn cargo(args: &[&str]) -> Result {
    say(&format!("$ cargo {}", args.join(" ")));
    run(cargo_command().args(args))
}

/// Runs cargo for what it prints.
pub fn cargo_output(args: &[&str]) -> Result<String> {
    let output = cargo_command().args(args).stderr(Stdio::inherit()).output()?;
    if !output.status.success() {
        return Err(format!("cargo {} failed", args.join(" ")).into());
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a command, which has to succeed.
pub fn run(command: &mut Command) -> Result {
    let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
    if status.success() { Ok(()) } else { Err(format!("{command:?} failed").into()) }
}

/// What cargo builds here carries its page, or fails.
fn cargo_command() -> Command {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.env("ELIZABETH_WEB_UI", "require");
    cargo
}

/// Tells the person at the terminal.
#[expect(clippy::print_stdout, reason = "a chore's output is for the terminal")]
pub fn say(line: &str) {
    println!("{line}");
}

//! What a chore runs and says, as a person at the terminal sees it.

use std::{env, process::Command};

use crate::Result;

/// Runs cargo, showing what is run.
pub fn cargo(args: &[&str]) -> Result {
    say(&format!("$ cargo {}", args.join(" ")));
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let status = Command::new(cargo).args(args).status()?;
    if status.success() { Ok(()) } else { Err(format!("cargo {} failed", args.join(" ")).into()) }
}

/// Tells the person at the terminal.
#[expect(clippy::print_stdout, reason = "a chore's output is for the terminal")]
pub fn say(line: &str) {
    println!("{line}");
}

//! The steps of `cargo xtask test`, in the order in which they fail soonest.

use std::{env, process::Command};

use bytesize::ByteSize;

use crate::{Result, memory};

/// Runs everything that has to pass.
pub fn test() -> Result {
    cargo(&["fmt", "--all", "--check"])?;
    cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"])?;
    cargo(&["test", "--workspace", "--all-features"])?;
    cargo(&["build", "--release"])?;
    memory::measure(ByteSize::gib(1), ByteSize::mib(32))
}

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

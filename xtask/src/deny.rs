//! `cargo xtask deny`: licenses, sources and banned crates of all dependencies.

use std::{path::PathBuf, process::Command};

use crate::{
    Result,
    cargo::Workspace,
    terminal::{run, say},
};

const VERSION: &str = "0.20.2";

/// All it can do but for known defects, whose list is not in the package registry.
const CHECKS: [&str; 3] = ["bans", "licenses", "sources"];

/// Has cargo-deny check them by `deny.toml`. Where it is not installed in the right version, it is built once in the
/// folder of builds.
pub fn check(workspace: &Workspace) -> Result {
    let program = if is_installed() { "cargo-deny".into() } else { built(workspace)? };
    say(&format!("$ cargo deny check {}", CHECKS.join(" ")));
    run(Command::new(program).args(["--all-features", "check", "--hide-inclusion-graph"]).args(CHECKS))
}

fn is_installed() -> bool {
    let output = Command::new("cargo-deny").arg("--version").output();
    output.is_ok_and(|output| output.stdout == format!("cargo-deny {VERSION}\n").as_bytes())
}

fn built(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target.join("tools").join(format!("cargo-deny-{VERSION}"));
    let program = folder.join("bin/cargo-deny");
    if !program.exists() {
        say(&format!("cargo-deny {VERSION} is missing: building it."));
        let builds = tempfile::tempdir()?;
        let mut cargo = workspace.command();
        cargo.args(["install", "--locked", "--no-track", "--no-default-features", "cargo-deny"]);
        cargo.args(["--version", VERSION, "--root"]).arg(&folder).arg("--target-dir").arg(builds.path());
        // It runs for a second: what optimising it takes would not come back.
        run(cargo.arg("--debug").env("CARGO_PROFILE_DEV_DEBUG", "none"))?;
    }
    Ok(program)
}

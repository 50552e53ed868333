//! `cargo xtask suites`: all tests of the crates but those that measure time.

use crate::{Result, cargo::Workspace};

/// Has servers killed and a database stopped by the clock, and so runs as a step of its own.
const BY_THE_CLOCK: &str = "cluster";

/// Runs them.
pub fn run(workspace: &Workspace) -> Result {
    let all = ["test", "--workspace", "--all-features"];
    let mut args = [&all[..], &["--lib", "--bins", "--examples"]].concat();
    let tests = workspace.integration_tests();
    args.extend(tests.iter().filter(|name| **name != BY_THE_CLOCK).flat_map(|name| ["--test", name]));
    workspace.cargo(&args)?;
    workspace.cargo(&[&all[..], &["--doc"]].concat())
}

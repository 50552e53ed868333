//! `cargo xtask docs`: the documentation of every crate, without a warning.

use crate::{Result, cargo::Workspace, terminal::run};

/// Builds it, private items and all.
pub fn check(workspace: &Workspace) -> Result {
    let args = ["doc", "--workspace", "--all-features", "--no-deps"];
    run(workspace.command().args(args).env("RUSTDOCFLAGS", "--deny warnings"))
}

//! `cargo xtask features`: the sets of features that the programs are built in.

use crate::{Result, cargo::Workspace};

/// The feature sets that the binaries are built in; each has to stand alone.
const FEATURES: [&str; 3] = ["sqlite", "postgres", "postgres,s3"];

/// Checks both binaries in each set of features, and that a build for one database carries nothing of the other.
pub fn check(workspace: &Workspace) -> Result {
    let packages = ["--package", "elizabeth-http", "--package", "elizabeth-cli", "--no-default-features"];
    for features in FEATURES {
        let chosen = ["--features", features, "--", "--deny", "warnings"];
        workspace.cargo(&[&["clippy"], &packages[..], &chosen].concat())?;
    }
    for (features, foreign) in [
        ("postgres,s3", ["libsqlite3-sys", "sqlx-sqlite"]),
        ("sqlite,s3", ["sqlx-postgres", "elizabeth-storage-postgres"]),
    ] {
        for package in ["elizabeth-http", "elizabeth-cli"] {
            let tree = ["tree", "--package", package, "--no-default-features", "--features", features];
            let edges = ["--edges", "normal,build", "--prefix", "none"];
            let tree = workspace.cargo_output(&[&tree[..], &edges].concat())?;
            if let Some(crept_in) =
                foreign.iter().find(|name| tree.lines().any(|line| line.starts_with(**name)))
            {
                return Err(format!("{package} with {features} carries {crept_in}").into());
            }
        }
    }
    Ok(())
}

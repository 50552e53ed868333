//! `cargo xtask circles`: modules that need each other.
//!
//! A module is a file. It needs another where it names an item that is defined there, by an import or by a path, outside
//! of tests. A file that passes an item on (`pub use`) is looked through to the one that defines it. What a module passes
//! on of its children needs nothing, and what it takes from a module that it lies in does not count: a folder is read
//! from the top. Nor do methods and fields, which name no module. The library and each program of a package are looked at
//! by themselves; tests and examples are not.

mod mentions;
mod parse;
mod resolve;
mod rings;
#[cfg(test)]
mod tests;

use std::path::Path;

use self::{parse::Crate, rings::Ring};
use crate::{Result, cargo::Workspace, terminal::say};

/// Reports every circle; fails when there is one.
pub fn check(workspace: &Workspace) -> Result {
    let mut rings = Vec::new();
    for root in workspace.crate_roots() {
        rings.extend(rings_of(root)?);
    }
    for ring in &rings {
        say(&ring.describe(&workspace.root));
    }
    match rings.len() {
        0 => Ok(()),
        count => Err(format!("{count} circles of modules that need each other").into()),
    }
}

/// The circles among the modules of a crate, by its root file.
fn rings_of(root: &Path) -> Result<Vec<Ring>> {
    let parsed = Crate::parse(root)?;
    Ok(rings::find(&resolve::needs(&parsed)))
}

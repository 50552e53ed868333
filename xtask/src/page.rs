//! The page: its types and its logic are checked, then a real browser drives it, against the real server.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    Result,
    cargo::Workspace,
    terminal::{run, say},
};

/// What npm installs a folder's packages by, and what it leaves behind.
const LOCK: &str = "package-lock.json";
const INSTALLED: &str = "node_modules/.package-lock.json";

/// Installs what the page is made of.
pub fn install() -> Result {
    installed("ui").map(drop)
}

/// Checks the page's sources, and runs the tests of what needs no browser.
pub fn check() -> Result {
    let ui = installed("ui")?;
    npm(&ui, &["run", "check"])?;
    npm(&ui, &["test"])
}

/// Drives the page that the server carries with Chromium. The arguments are for vitest: which of the tests to run.
pub fn drive(args: &[String], workspace: &Workspace) -> Result {
    let binary = workspace.programs()?.server;
    let e2e = installed("e2e")?;
    let args = [&["test".to_owned(), "--".to_owned()], args].concat();
    say(&format!("$ npm {} ({})", args.join(" "), e2e.display()));
    run(Command::new("npm").args(args).current_dir(e2e).env("ELIZABETH_HTTP", binary))
}

/// A folder of the page, with the packages of its lock file.
fn installed(name: &str) -> Result<PathBuf> {
    let folder = Path::new("crates/web-ui").join(name);
    let changed = |file: &str| fs::metadata(folder.join(file)).and_then(|found| found.modified());
    let is_there = match changed(INSTALLED) {
        Ok(installed) => installed >= changed(LOCK)?,
        Err(error) if error.kind() == io::ErrorKind::NotFound => false,
        Err(error) => return Err(error.into()),
    };
    if !is_there {
        npm(&folder, &["ci", "--no-audit", "--no-fund"])?;
    }
    Ok(folder)
}

fn npm(folder: &Path, arguments: &[&str]) -> Result {
    say(&format!("$ npm {} ({})", arguments.join(" "), folder.display()));
    run(Command::new("npm").args(arguments).current_dir(folder))
}

//! The page: its types and its logic are checked, then a real browser drives it, against the real server.

use std::{
    fs, io,
    path::{Path, PathBuf},
    process::Command,
};

use clap::ValueEnum;
use elizabeth_test_servers::{Postgres, Settings};

use crate::{
    Result,
    cargo::Workspace,
    terminal::{run, say},
};

/// What npm installs a folder's packages by, and what it leaves behind.
const LOCK: &str = "package-lock.json";
const INSTALLED: &str = "node_modules/.package-lock.json";

/// What has packages of its own.
#[derive(Clone, Copy, ValueEnum)]
pub enum Part {
    /// The page
    Ui,
    /// What drives it with a browser
    E2e,
}

/// Installs the packages of a part.
pub fn install(part: Part) -> Result {
    installed(part).map(drop)
}

/// Checks the page's sources, and runs the tests of what needs no browser.
pub fn check() -> Result {
    let ui = installed(Part::Ui)?;
    npm(&ui, &["run", "check"])?;
    npm(&ui, &["test"])
}

/// Drives the page that the server carries with Chromium and Firefox. The arguments are for vitest: which of the tests
/// to run.
pub fn drive(args: &[String], workspace: &Workspace) -> Result {
    vitest(args, workspace, &[])
}

/// Measures what people see in Chromium, and prints it.
pub fn measure(workspace: &Workspace) -> Result {
    let postgres = Postgres::launch(Settings::default());
    let databases = ["POSTGRES_ONE", "POSTGRES_TWO"].map(|name| (name, postgres.database("screens")));
    let args = ["--config", "measure.config.ts", "--disable-console-intercept"].map(str::to_owned);
    vitest(&args, workspace, &databases)
}

fn vitest(args: &[String], workspace: &Workspace, env: &[(&str, String)]) -> Result {
    let binary = workspace.programs()?.server;
    let e2e = installed(Part::E2e)?;
    let args = [&["test".to_owned(), "--".to_owned()], args].concat();
    say(&format!("$ npm {} ({})", args.join(" "), e2e.display()));
    let env = env.iter().map(|(name, value)| (name, value));
    run(Command::new("npm").args(args).current_dir(e2e).env("ELIZABETH_HTTP", binary).envs(env))
}

/// The folder of a part, with the packages of its lock file.
fn installed(part: Part) -> Result<PathBuf> {
    let folder = Path::new("crates/web-ui").join(match part {
        Part::Ui => "ui",
        Part::E2e => "e2e",
    });
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

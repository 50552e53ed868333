//! Builds the page where npm is there. Where it is not, the server does without, with a warning;
//! `ELIZABETH_WEB_UI=require` makes that an error, `ELIZABETH_WEB_UI=skip` does not even try.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

type Result<T = ()> = std::result::Result<T, Box<dyn std::error::Error>>;

/// What the page is made of.
const SOURCES: [&str; 9] = [
    "index.html",
    "package-lock.json",
    "package.json",
    "public",
    "scripts",
    "src",
    "svelte.config.js",
    "tsconfig.json",
    "vite.config.ts",
];

fn main() -> Result {
    let ui = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?).join("ui");
    let dist = PathBuf::from(env::var("OUT_DIR")?).join("dist");
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", ui.join(source).display());
    }
    println!("cargo::rerun-if-env-changed=ELIZABETH_WEB_UI");
    let wish = env::var("ELIZABETH_WEB_UI").unwrap_or_default();
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    let built = if wish == "skip" { Err("it is to be skipped".into()) } else { build(&ui, &dist) };
    match built {
        Ok(()) => Ok(()),
        Err(why) if wish == "require" => Err(why),
        Err(why) => {
            println!("cargo::warning=the server is built without its page: {why}");
            // What a build that failed has left would be half a page.
            if dist.exists() {
                fs::remove_dir_all(&dist)?;
            }
            Ok(fs::create_dir_all(&dist)?)
        }
    }
}

fn build(ui: &Path, dist: &Path) -> Result {
    if !is_installed(ui)? {
        npm(ui, dist, &["ci", "--no-audit", "--no-fund", "--loglevel=error"])?;
    }
    npm(ui, dist, &["run", "--silent", "build"])
}

/// Whether what the lock file names is there: npm leaves a copy of it behind, newer than the file that it was made from.
fn is_installed(ui: &Path) -> Result<bool> {
    let modified = |name: &str| fs::metadata(ui.join(name)).and_then(|found| found.modified());
    match modified("node_modules/.package-lock.json") {
        Ok(installed) => Ok(installed >= modified("package-lock.json")?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error.into()),
    }
}

fn npm(ui: &Path, dist: &Path, arguments: &[&str]) -> Result {
    let mut command = Command::new(if cfg!(windows) { "npm.cmd" } else { "npm" });
    command.args(arguments).current_dir(ui).env("ELIZABETH_WEB_UI_OUT", dist).stdin(Stdio::null());
    let output = match command.output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err("npm is missing; install Node 20 or newer and build again".into());
        }
        ran => ran?,
    };
    if output.status.success() {
        return Ok(());
    }
    let printed = [output.stdout, output.stderr].concat();
    let printed = String::from_utf8_lossy(&printed);
    // Warnings are single lines.
    let last: Vec<&str> = printed.lines().filter(|line| !line.trim().is_empty()).collect();
    let last = last[last.len().saturating_sub(12)..].join(" | ");
    Err(format!("npm {} failed: {last}", arguments.join(" ")).into())
}

//! `cargo xtask programs`: the programs that the tests start.

use std::{path::Path, process::Command};

use crate::{
    Result,
    terminal::{run, say},
};

/// Installs the programs that the tests start, where they are missing: a throw-away Postgres of their own and a pooler in front of it, what reads
/// an archive as people will, what the README's commands are pasted with, what clients of the tus protocol run on, two
/// browsers, one of which can write Chinese, and what sets a program's clock wrong.
pub fn install() -> Result {
    let is_there = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let pip = Command::new("python3").args(["-m", "pip", "--version"]).output();
    let pip = pip.is_ok_and(|ended| ended.status.success());
    let debian = Path::new("/usr/lib/postgresql");
    let postgres =
        is_there("postgres") || debian.read_dir().is_ok_and(|mut versions| versions.next().is_some());
    let fonts = Path::new("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc").exists();
    let needed = [
        ("postgresql", postgres),
        ("unzip", is_there("unzip")),
        ("curl", is_there("curl")),
        ("chromium", is_there("chromium")),
        ("firefox-esr", is_there("firefox-esr")),
        ("fonts-noto-cjk", fonts),
        ("python3-pip", pip),
        ("nodejs", is_there("node")),
        ("npm", is_there("npm")),
        ("faketime", is_there("faketime")),
        ("pgbouncer", is_there("pgbouncer")),
    ];
    let missing: Vec<&str> = needed.iter().filter(|(_, there)| !there).map(|(package, _)| *package).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    say(&format!("The tests need Debian's {packages}: installing."));
    let install = || {
        run(Command::new("apt-get").args(["update", "--quiet"]))?;
        let arguments = ["install", "--yes", "--quiet", "--no-install-recommends"];
        let mut command = Command::new("apt-get");
        run(command.args(arguments).args(&missing).env("DEBIAN_FRONTEND", "noninteractive"))
    };
    install().map_err(|error| {
        format!("{error}: install what is missing (Debian: apt-get install {packages}), then try again")
            .into()
    })
}

//! The steps of `cargo xtask test`, in the order in which they fail soonest.

use std::{path::Path, process::Command};

use bytesize::ByteSize;

use crate::{
    Result, archive,
    chunks::{self, Plan},
    memory, page,
    terminal::{cargo, cargo_output, run, say},
};

/// The feature sets that the binaries are built in; each has to stand alone.
const FEATURES: [&str; 3] = ["sqlite", "postgres", "postgres,s3"];

/// Runs everything that has to pass.
pub fn test() -> Result {
    cargo(&["fmt", "--all", "--check"])?;
    install_programs()?;
    page::check()?;
    cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "--deny", "warnings"])?;
    check_features()?;
    cargo(&["test", "--workspace", "--all-features"])?;
    cargo(&["build", "--release"])?;
    page::drive()?;
    memory::measure(ByteSize::gib(1), ByteSize::mib(32), false)?;
    memory::measure(ByteSize::gib(2), ByteSize::mib(96), true)?;
    archive::measure(ByteSize::mib(4100), ByteSize::mib(48))?;
    let (size, limit) = (ByteSize::gib(2), ByteSize::mib(100));
    for s3 in [false, true] {
        chunks::measure(&Plan { size, senders: 4, kills: 3, limit, s3, seed: None })?;
    }
    Ok(())
}

/// Checks both binaries in each set of features, and that a build for one database carries nothing of the other.
pub fn check_features() -> Result {
    let packages = ["--package", "elizabeth-http", "--package", "elizabeth-cli", "--no-default-features"];
    for features in FEATURES {
        let chosen = ["--features", features, "--", "--deny", "warnings"];
        cargo(&[&["clippy"], &packages[..], &chosen].concat())?;
    }
    for (features, foreign) in [
        ("postgres,s3", ["libsqlite3-sys", "sqlx-sqlite"]),
        ("sqlite,s3", ["sqlx-postgres", "elizabeth-storage-postgres"]),
    ] {
        for package in ["elizabeth-http", "elizabeth-cli"] {
            let tree = ["tree", "--package", package, "--no-default-features", "--features", features];
            let edges = ["--edges", "normal,build", "--prefix", "none"];
            let tree = cargo_output(&[&tree[..], &edges].concat())?;
            if let Some(crept_in) =
                foreign.iter().find(|name| tree.lines().any(|line| line.starts_with(**name)))
            {
                return Err(format!("{package} with {features} carries {crept_in}").into());
            }
        }
    }
    Ok(())
}

/// Installs the programs that the tests start, where they are missing: a throw-away Postgres of their own, what reads
/// an archive as people will, what the README's commands are pasted with, what clients of the tus protocol run on, and a
/// browser that can write Chinese.
fn install_programs() -> Result {
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
        ("fonts-noto-cjk", fonts),
        ("python3-pip", pip),
        ("nodejs", is_there("node")),
        ("npm", is_there("npm")),
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

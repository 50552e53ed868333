//! Programs that others wrote, installed once in the folder of the build, in the versions that stand beside a test.

use std::{
    fs,
    path::{Path, PathBuf},
    process::Command,
};

use sha2::{Digest, Sha256};

/// Where Python finds these packages.
pub fn python(name: &str, requirements: &str) -> PathBuf {
    installed(name, &[("requirements.txt", requirements)], |folder| {
        let mut pip = Command::new("python3");
        // Into a folder, not into an environment: the module for those is a package of its own on Debian.
        pip.args(["-m", "pip", "install", "--quiet", "--no-deps", "--target", "."]);
        pip.args(["--disable-pip-version-check", "--requirement", "requirements.txt"]).current_dir(folder);
        run(pip, "python3 with pip (Debian: apt-get install python3-pip)");
    })
}

/// Where Node finds these packages.
pub fn node(name: &str, package: &str, lock: &str) -> PathBuf {
    let files = [("package.json", package), ("package-lock.json", lock)];
    let folder = installed(name, &files, |folder| {
        let mut npm = Command::new("npm");
        npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--silent"]).current_dir(folder);
        run(npm, "Node 18 or newer with npm (Debian: apt-get install nodejs npm)");
    });
    folder.join("node_modules")
}

/// A folder that holds what these files ask for. It gets its name when it is complete: one that an installation broke
/// off in is never taken for it.
fn installed(name: &str, files: &[(&str, &str)], install: impl FnOnce(&Path)) -> PathBuf {
    let mut hasher = Sha256::new();
    files.iter().for_each(|(_, text)| hasher.update(text));
    let version = data_encoding::HEXLOWER.encode(&hasher.finalize()[..8]);
    let parent = Path::new(env!("CARGO_TARGET_TMPDIR")).join("tools");
    let complete = parent.join(format!("{name}-{version}"));
    if complete.is_dir() {
        return complete;
    }
    fs::create_dir_all(&parent).unwrap();
    let fresh = tempfile::tempdir_in(&parent).unwrap();
    for (name, text) in files {
        fs::write(fresh.path().join(name), text).unwrap();
    }
    install(fresh.path());
    match fs::rename(fresh.path(), &complete) {
        Ok(()) => drop(fresh.keep()),
        // Another test program was first.
        Err(error) => assert!(complete.is_dir(), "{error}"),
    }
    complete
}

fn run(mut command: Command, needed: &str) {
    let ended = command.output();
    let ended = ended.unwrap_or_else(|error| panic!("these tests need {needed}: {command:?}: {error}"));
    let printed = [ended.stdout, ended.stderr].concat();
    assert!(
        ended.status.success(),
        "these tests need {needed}, and the network the first time: {command:?}: {}",
        String::from_utf8_lossy(&printed)
    );
}

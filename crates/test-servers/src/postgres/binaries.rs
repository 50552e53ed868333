use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use super::account::Account;

/// Where Debian and its kin keep each version's binaries.
const DEBIAN: &str = "/usr/lib/postgresql";

/// The folder of the server's binaries.
pub(crate) struct Binaries(PathBuf);

impl Binaries {
    pub(crate) fn find() -> Self {
        let on_path = env::var_os("PATH").map(|path| env::split_paths(&path).collect()).unwrap_or_default();
        let places: [fn() -> Vec<PathBuf>; 2] = [of_debian, of_pg_config];
        let is_whole =
            |folder: &PathBuf| ["initdb", "postgres"].iter().all(|name| folder.join(name).is_file());
        let found =
            std::iter::once(on_path).chain(places.iter().map(|place| place())).flatten().find(is_whole);
        match found {
            Some(folder) => Self(folder),
            None => panic!(
                "no Postgres server here for this test: `apt-get install postgresql` (initdb, postgres)"
            ),
        }
    }

    /// A command in a folder, as an account, that no setting of ours reaches.
    pub(crate) fn command(&self, name: &str, account: Option<&Account>, folder: &Path) -> Command {
        let mut command = Command::new(self.0.join(name));
        command.current_dir(folder).env_clear().env("LC_ALL", "C").env("PATH", &self.0);
        if let Some(account) = account {
            account.run(&mut command);
        }
        command
    }
}

/// The newest version first.
fn of_debian() -> Vec<PathBuf> {
    let versions = fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin"))))
        .collect();
    versions.sort_unstable();
    versions.into_iter().rev().map(|(_, folder)| folder).collect()
}

fn of_pg_config() -> Vec<PathBuf> {
    let answer = Command::new("pg_config").arg("--bindir").output();
    let folder = answer.ok().and_then(|answer| String::from_utf8(answer.stdout).ok());
    folder.map(|folder| PathBuf::from(folder.trim())).into_iter().collect()
}

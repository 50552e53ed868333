use std::{
    fs,
    os::unix::{fs::chown, process::CommandExt},
    path::Path,
    process::Command,
};

/// An unprivileged account of the operating system: Postgres refuses to run as root.
pub(crate) struct Account {
    uid: u32,
    gid: u32,
}

impl Account {
    /// Whom the server is to run as; `None` is as ourselves.
    pub(crate) fn for_server() -> Option<Self> {
        if !rustix::process::geteuid().is_root() {
            return None;
        }
        let accounts = fs::read_to_string("/etc/passwd").unwrap();
        let found = ["postgres", "nobody"].iter().find_map(|name| Self::named(&accounts, name));
        assert!(
            found.is_some(),
            "postgres refuses root, and there is no account postgres or nobody to run it as"
        );
        found
    }

    fn named(accounts: &str, name: &str) -> Option<Self> {
        accounts.lines().find_map(|line| {
            let fields: Vec<_> = line.split(':').collect();
            match fields[..] {
                [found, _, uid, gid, ..] if found == name => {
                    Some(Self { uid: uid.parse().ok()?, gid: gid.parse().ok()? })
                }
                _ => None,
            }
        })
    }

    /// Gives it a file or folder.
    pub(crate) fn own(&self, path: &Path) {
        chown(path, Some(self.uid), Some(self.gid)).unwrap();
    }

    /// Makes it the one whom a command runs as.
    pub(crate) fn run(&self, command: &mut Command) {
        command.uid(self.uid).gid(self.gid);
    }
}

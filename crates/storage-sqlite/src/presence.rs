//! Who has the database open: a file beside it, `….lock`, which each process locks, and which says whether the last one
//! closed the database in good order.

use std::{
    ffi::OsString,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Seek, Write},
    mem,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use elizabeth_core::ports::{StoreError, StoreResult};

/// What the file holds while the database is open.
const OPEN: &[u8] = b"open\n";

/// How the database was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Whether it was not closed since it was opened.
    pub(crate) open: bool,
    /// Whether nobody else has it open: whoever did not close it has died over it.
    pub(crate) alone: bool,
}

/// This process's lock. Dropped it says that the database was left in good order, unless others have it open.
pub(crate) struct Presence {
    state: Mutex<State>,
}

enum State {
    Entered(File),
    Open(File),
    Left,
}

impl Presence {
    /// Takes the lock; of those who start at once one has the database to itself until [`Presence::opened`]. Blocks.
    pub(crate) fn enter(database: &Path) -> io::Result<(Self, Found)> {
        let path = beside(database, ".lock");
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path)?;
        let alone = match file.try_lock() {
            Ok(()) => true,
            Err(TryLockError::WouldBlock) => {
                file.lock_shared()?;
                false
            }
            Err(TryLockError::Error(error)) => return Err(error),
        };
        let open = file.metadata()?.len() > 0;
        Ok((Self { state: Mutex::new(State::Entered(file)) }, Found { open, alone }))
    }

    /// From here on the database is open, and others may come. What it is recovered from has its place on the disk before
    /// this says so. Blocks.
    pub(crate) fn opened(&self, database: &Path) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let State::Entered(mut file) = mem::replace(&mut *state, State::Left) {
            if let Some(folder) = database.parent() {
                File::open(folder)?.sync_all()?;
            }
            file.rewind()?;
            file.write_all(OPEN)?;
            file.sync_all()?;
            file.lock_shared()?;
            *state = State::Open(file);
        }
        Ok(())
    }

    /// The database was closed: says so, unless others have it open. Blocks.
    pub(crate) fn leave(&self) -> io::Result<()> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        match mem::replace(&mut *state, State::Left) {
            State::Open(file) if file.try_lock().is_ok() => {
                file.set_len(0)?;
                file.sync_all()
            }
            // Who has not come to open it leaves it as it was found.
            State::Open(_) | State::Entered(_) | State::Left => Ok(()),
        }
    }
}

impl Drop for Presence {
    fn drop(&mut self) {
        // SQLite puts the log into the file when its last connection ends. Failing it costs a check at the next start.
        let _ = self.leave();
    }
}

/// A file of the database's name and more.
pub(crate) fn beside(database: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(database);
    name.push(suffix);
    name.into()
}

/// Refuses what would start as a new database though there was one: SQLite would make a new one of an empty file, and
/// throw away the log that belongs to the old one.
pub(crate) fn check_is_whole(database: &Path, found: Found) -> StoreResult<()> {
    let size = |path: &Path| fs::metadata(path).map(|file| file.len()).ok();
    let (file, log) = (size(database).unwrap_or(0), size(&beside(database, "-wal")));
    let why = match (file, log) {
        (0, Some(1..)) => "is empty or gone, and its log, …-wal, is not",
        (0, _) if found.open => "is empty or gone, and was not closed",
        (_, None) if found.open => "was not closed, and its log, …-wal, is gone, with what was written last",
        _ => return Ok(()),
    };
    Err(StoreError::Unavailable(format!(
        "{} {why}: put back what is missing, or start once with --adopt to go on with what there is, a backup, say",
        database.display()
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_dies_leaves_it_open_and_who_leaves_does_not() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("e.db");
        let enter = || Presence::enter(&database).unwrap();
        let (first, found) = enter();
        assert_eq!(found, Found { open: false, alone: true });
        first.opened(&database).unwrap();
        // The lock goes with a process that dies; nothing takes the mark back.
        *first.state.lock().unwrap() = State::Left;
        // Nor does who looks and goes away.
        assert_eq!(enter().1, Found { open: true, alone: true });
        let (second, found) = enter();
        assert_eq!(found, Found { open: true, alone: true });
        second.opened(&database).unwrap();
        let (third, found) = enter();
        assert_eq!(found, Found { open: true, alone: false });
        third.opened(&database).unwrap();
        drop(second);
        assert_eq!(enter().1, Found { open: true, alone: false });
        drop(third);
        assert_eq!(enter().1, Found { open: false, alone: true });
    }

    #[test]
    fn what_is_missing_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("e.db");
        let log = beside(&database, "-wal");
        let refused = |open| {
            let refusal = check_is_whole(&database, Found { open, alone: true }).err();
            refusal.map(|error| error.to_string()).unwrap_or_default()
        };
        assert_eq!(refused(false), "");
        assert!(refused(true).contains("is empty or gone, and was not closed"));
        fs::write(&database, "").unwrap();
        fs::write(&log, "frames").unwrap();
        for open in [true, false] {
            assert!(refused(open).contains("its log, …-wal, is not"));
        }
        fs::write(&database, "a database").unwrap();
        assert_eq!(refused(true) + &refused(false), "");
        fs::remove_file(&log).unwrap();
        assert_eq!(refused(false), "");
        assert!(refused(true).contains("with what was written last"));
    }
}

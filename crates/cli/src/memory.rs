//! What is remembered from one command to the next: secrets, in files of the user's own.

use std::{
    borrow::Cow,
    fs::{self, DirBuilder, File, TryLockError},
    io::{self, Write},
    marker::PhantomData,
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use directories::ProjectDirs;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// Where the folder is, instead of where the platform keeps such things.
const FOLDER: &str = "ELIZABETH_CONFIG_DIR";
/// The only form of the files so far.
const VERSION: u32 = 1;

/// One file of what is remembered of rooms. It is read whenever it is asked, and changed by one process at a time.
pub(crate) struct Memory<T> {
    folder: PathBuf,
    /// What the file is called, without its ending.
    name: Cow<'static, str>,
    entries: PhantomData<fn() -> T>,
}

/// What keeps things from being read or remembered.
#[derive(Debug, thiserror::Error)]
pub(crate) enum MemoryError {
    #[error("there is no folder to remember owner keys in: set {FOLDER}")]
    NoFolder,
    #[error("what is remembered: {path}: {source}")]
    Folder { path: PathBuf, source: io::Error },
    #[error("what is remembered: {path} is not of a form that is understood here: mend it or move it away")]
    Form { path: PathBuf },
}

#[derive(Deserialize, Serialize)]
struct Contents<T> {
    version: u32,
    rooms: Vec<T>,
}

/// What keeps other processes from changing a file, until it is dropped.
pub(crate) struct Lock {
    _file: File,
}

impl<T: DeserializeOwned + Serialize> Memory<T> {
    /// A file in the folder that the environment names, or where the platform keeps a program's settings.
    pub(crate) fn locate(name: &'static str) -> Result<Self, MemoryError> {
        Ok(Self::at(folder()?, name))
    }

    /// A file of many in a folder of their own in there.
    pub(crate) fn locate_below(below: &str, name: String) -> Result<Self, MemoryError> {
        Ok(Self::at(folder()?.join(below), name))
    }

    /// A file in a folder, which need not be there yet.
    pub(crate) fn at(folder: PathBuf, name: impl Into<Cow<'static, str>>) -> Self {
        Self { folder, name: name.into(), entries: PhantomData }
    }

    /// All that is remembered.
    pub(crate) fn read(&self) -> Result<Vec<T>, MemoryError> {
        let path = self.path("json");
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(source) => return Err(MemoryError::Folder { path, source }),
        };
        match serde_json::from_slice::<Contents<T>>(&bytes) {
            Ok(contents) if contents.version == VERSION => Ok(contents.rooms),
            Ok(_) | Err(_) => Err(MemoryError::Form { path }),
        }
    }

    /// What waits until no other process changes the file. It may take a while: whoever has the lock may be asking a
    /// server.
    pub(crate) fn locking(&self) -> impl FnOnce() -> Result<Lock, MemoryError> + Send + use<T> {
        let (folder, path) = (self.folder.clone(), self.path("lock"));
        move || lock(&folder, &path).map_err(|source| MemoryError::Folder { path: folder, source })
    }

    /// Keeps other processes from changing the file, unless one has it now.
    pub(crate) fn try_lock(&self) -> Result<Option<Lock>, MemoryError> {
        let failed = |source| MemoryError::Folder { path: self.folder.clone(), source };
        let file = lockable(&self.folder, &self.path("lock")).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Lock { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(failed(error)),
        }
    }

    /// Changes the file while no other process does, if `change` says that there is something to be changed.
    pub(crate) fn change(&self, change: impl FnOnce(&mut Vec<T>) -> bool) -> Result<(), MemoryError> {
        self.change_locked(&self.locking()()?, change)
    }

    /// The same for who keeps the others away already: read, changed, written beside it, renamed over it.
    pub(crate) fn change_locked(
        &self,
        _: &Lock,
        change: impl FnOnce(&mut Vec<T>) -> bool,
    ) -> Result<(), MemoryError> {
        let mut rooms = self.read()?;
        if !change(&mut rooms) {
            return Ok(());
        }
        let replaced = replace(&self.folder, &self.path("json"), &Contents { version: VERSION, rooms });
        replaced.map_err(|source| MemoryError::Folder { path: self.folder.clone(), source })
    }

    /// Forgets all of it.
    pub(crate) fn remove_locked(&self, _: &Lock) -> Result<(), MemoryError> {
        let path = self.path("json");
        match fs::remove_file(&path) {
            Err(source) if source.kind() != io::ErrorKind::NotFound => {
                Err(MemoryError::Folder { path, source })
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }

    fn path(&self, ending: &str) -> PathBuf {
        self.folder.join(format!("{}.{ending}", self.name))
    }
}

/// The folder where things are remembered.
fn folder() -> Result<PathBuf, MemoryError> {
    let named = std::env::var_os(FOLDER).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let usual = || Some(ProjectDirs::from("", "", "elizabeth")?.config_dir().to_owned());
    named.or_else(usual).ok_or(MemoryError::NoFolder)
}

fn lock(folder: &Path, path: &Path) -> io::Result<Lock> {
    let file = lockable(folder, path)?;
    file.lock()?;
    Ok(Lock { _file: file })
}

fn lockable(folder: &Path, path: &Path) -> io::Result<File> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder)?;
    File::options().create(true).truncate(false).write(true).open(path)
}

/// Writes a file anew. Temporary files are for nobody else to read (0600), and it stays so after the renaming.
fn replace(folder: &Path, path: &Path, contents: &impl Serialize) -> io::Result<()> {
    let mut file = tempfile::Builder::new().prefix(".remembered").tempfile_in(folder)?;
    serde_json::to_writer_pretty(&mut file, contents)?;
    writeln!(file)?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    File::open(folder)?.sync_all()
}

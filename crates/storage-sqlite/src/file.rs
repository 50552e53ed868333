use std::{
    fs, io,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
};

use elizabeth_core::ports::{StoreError, StoreResult};
use tokio::task::spawn_blocking;

use crate::{
    error::unusable,
    open,
    presence::{Found, Presence, check_is_whole},
};

/// The database file that this process has open.
pub(crate) struct OpenFile {
    path: PathBuf,
    presence: Arc<Presence>,
    /// Its device and inode.
    identity: OnceLock<(u64, u64)>,
}

impl OpenFile {
    /// Says that this process is about to open the database, and how it is found. It is made where there is none.
    pub(crate) async fn enter(path: &Path, adopt: bool) -> StoreResult<(Self, Found)> {
        let path = open::absolute(path)?;
        let entered = blocking(move || -> StoreResult<_> {
            open::make_folders(&path)?;
            let (presence, found) = Presence::enter(&path).map_err(unusable)?;
            if !adopt {
                check_is_whole(&path, found)?;
            }
            open::make_file(&path)?;
            Ok((Self { path, presence: Arc::new(presence), identity: OnceLock::new() }, found))
        });
        entered.await?
    }

    /// Where it really is.
    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    /// It is open.
    pub(crate) async fn opened(&self) -> StoreResult<()> {
        let identity = identity(&self.path).map_err(unusable)?;
        self.identity.get_or_init(|| identity);
        let (presence, path) = (self.presence.clone(), self.path.clone());
        blocking(move || presence.opened(&path)).await?.map_err(unusable)
    }

    /// It is closed.
    pub(crate) async fn leave(&self) -> StoreResult<()> {
        let presence = self.presence.clone();
        blocking(move || presence.leave()).await?.map_err(unusable)
    }

    /// That the file which is open is the one at its path: what is written to one that was removed or replaced is lost.
    pub(crate) fn check_is_the_same(&self) -> StoreResult<()> {
        match identity(&self.path) {
            Ok(found) if self.identity.get() == Some(&found) => Ok(()),
            Ok(_) => {
                Err(StoreError::Unavailable("the database file was replaced under the server".to_owned()))
            }
            Err(error) => Err(unusable(error)),
        }
    }
}

fn identity(path: &Path) -> io::Result<(u64, u64)> {
    let file = fs::metadata(path)?;
    Ok((file.dev(), file.ino()))
}

async fn blocking<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> StoreResult<T> {
    spawn_blocking(work).await.map_err(|error| StoreError::Unavailable(error.to_string()))
}

//! What belongs together knows it: the identifier in the store and in the blob store.

use crate::{
    Elizabeth, Error, Result,
    installation::{InstallationId, Join, Mismatch},
};

/// Why an installation was not opened.
#[derive(Debug, thiserror::Error)]
pub enum JoinError {
    /// Database and blobs do not belong together.
    #[error(transparent)]
    Mismatch(#[from] Mismatch),
    /// One of them failed.
    #[error(transparent)]
    Failed(#[from] Error),
}

impl Elizabeth {
    /// Sees to it that the store and the blob store belong together, for the start of a program: both hold the same
    /// identifier afterwards. Where neither had one it is drawn. With `adopt` they are joined whatever they held.
    ///
    /// # Errors
    ///
    /// [`JoinError::Mismatch`] when they belong to different installations, or one of them is missing beside the other.
    pub async fn join_installation(&self, adopt: bool) -> Result<(), JoinError> {
        // The blobs first: they are marked after the store, so that of those who start at once nobody finds them alone.
        let blobs = self.ports.blobs.installation().await.map_err(Error::from)?;
        let mut tx = self.ports.store.read().await.map_err(Error::from)?;
        let known = tx.installation().await.map_err(Error::from)?;
        let holds_rooms = !tx.rooms(None, 1, self.now()).await.map_err(Error::from)?.is_empty();
        drop(tx);
        let id = match known.join(blobs, holds_rooms, adopt)? {
            Join::Joined => return Ok(()),
            Join::Draw => InstallationId(self.ports.entropy.uuid()),
            Join::Both(id) => id,
        };
        let id = self.retried(|| self.name_installation(id)).await?;
        if self.ports.blobs.set_installation(id).await.map_err(Error::from)? {
            self.retried(|| async {
                let mut tx = self.ports.store.begin().await?;
                tx.mark_blobs().await?;
                Ok(tx.commit().await?)
            })
            .await?;
        }
        Ok(())
    }

    /// The identifier that the store holds from here on: this one, unless somebody was first.
    async fn name_installation(&self, id: InstallationId) -> Result<InstallationId> {
        let mut tx = self.ports.store.begin().await?;
        tx.name_installation(id).await?;
        let kept = tx.installation().await?.id.unwrap_or(id);
        tx.commit().await?;
        Ok(kept)
    }
}

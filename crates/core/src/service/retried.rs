//! What a transaction that failed through no fault of its own is owed: another try.

use crate::{
    Elizabeth, Error, Result,
    ports::{BlobError, StoreError},
};

/// How often a unit of work is begun before its collisions are reported to the caller.
const TRIES: u32 = 5;

impl Elizabeth {
    /// Runs a unit of work, which begins a transaction of its own and ends it, once more when the store undid it for
    /// colliding with another. Each try sees what the others have committed by then. It is not waited between tries:
    /// the store lets one of those that collide go on, and who comes again queues behind it. Once more, too, when the
    /// disk was full and its ballast could be given back; what grows is refused then.
    ///
    /// What the work does besides its transaction is done in each try, so it must be harmless twice; what is dear
    /// belongs in front. A commit whose end is unknown is never tried again: it may have taken place.
    ///
    /// # Errors
    ///
    /// Those of the work; [`StoreError::Contended`] when the last try collides too.
    pub(crate) async fn retried<T, F>(&self, work: impl Fn() -> F) -> Result<T>
    where
        F: Future<Output = Result<T>>,
    {
        let mut has_met_full_disk = false;
        for attempt in 1..TRIES {
            match work().await {
                Err(Error::Store(StoreError::Contended(why))) => tracing::debug!(attempt, why, "collided"),
                Err(error) if !has_met_full_disk && self.yields_to(&error) => has_met_full_disk = true,
                answer => return answer,
            }
        }
        work().await
    }

    /// Whether an error is a full disk, and there is space now that its ballast is given back.
    pub(crate) fn yields_to(&self, error: &Error) -> bool {
        match error {
            Error::Store(StoreError::Full(why)) | Error::Blob(BlobError::Full(why)) => {
                let is_released = self.ballast.release();
                tracing::warn!(why, is_released, "the disk is full");
                is_released
            }
            _ => false,
        }
    }
}

//! What a transaction that collided with another is owed: another try.

use crate::{Error, Result, ports::StoreError};

/// How often a unit of work is begun before its collisions are reported to the caller.
const TRIES: u32 = 5;

/// Runs a unit of work, which begins a transaction of its own and ends it, once more when the store undid it for
/// colliding with another. Each try sees what the others have committed by then. It is not waited between tries:
/// the store lets one of those that collide go on, and who comes again queues behind it.
///
/// What the work does besides its transaction is done in each try, so it must be harmless twice; what is dear belongs
/// in front. A commit whose end is unknown is never tried again: it may have taken place.
///
/// # Errors
///
/// Those of the work; [`StoreError::Contended`] when the last try collides too.
pub(crate) async fn retried<T, F>(work: impl Fn() -> F) -> Result<T>
where
    F: Future<Output = Result<T>>,
{
    for attempt in 1..TRIES {
        match work().await {
            Err(Error::Store(StoreError::Contended(why))) => tracing::debug!(attempt, why, "collided"),
            answer => return answer,
        }
    }
    work().await
}

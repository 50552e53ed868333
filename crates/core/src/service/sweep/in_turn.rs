//! Of many processes one sweeps at a time: the one that holds a lease in the store.

use crate::{Elizabeth, Result, id::LeaseHolder, service::sweep::gc::GcReport};

impl Elizabeth {
    /// Sweeps as [`Elizabeth::gc`] does, if nobody else is at it; `None` when somebody is. The lease is prolonged on
    /// the way and given back at the end. A sweep that loses it, because it stood still for longer than
    /// [`SWEEP_LEASE`](crate::service::SWEEP_LEASE), leaves the rest to whoever has it now.
    ///
    /// Cut off, it keeps its place until the lease is over.
    ///
    /// # Errors
    ///
    /// When the store fails; what was removed until then stays removed.
    pub async fn sweep_in_turn(&self, holder: LeaseHolder) -> Result<Option<GcReport>> {
        let Some(lease) = self.take_leader_lease(holder).await? else { return Ok(None) };
        let swept = self.sweep(&mut Some(lease)).await;
        if let Err(error) = self.retried(|| self.release_leader_lease(holder)).await {
            tracing::warn!(%error, "the sweeper's lease is kept until it is over");
        }
        swept.map(Some)
    }
}

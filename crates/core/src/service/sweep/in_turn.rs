//! Of many processes one sweeps at a time: the one that holds a lease in the store.

use std::time::Duration;

use crate::{
    Elizabeth, Result,
    id::LeaseHolder,
    service::{retried::retried, sweep::gc::GcReport},
    time::Timestamp,
};

/// How long a lease lasts unless it is prolonged. When its holder dies, the next one waits for so long at most.
pub const SWEEP_LEASE: Duration = Duration::from_secs(30);

/// The lease's name in the store.
const LEASE: &str = "sweep";

/// The leadership of a sweep under way.
pub(crate) struct LeaderLease {
    holder: LeaseHolder,
    /// From when on it has to be prolonged before the next step.
    due: Timestamp,
}

impl Elizabeth {
    /// A holder of leases unlike all others. Each process draws one when it starts.
    pub fn new_lease_holder(&self) -> LeaseHolder {
        LeaseHolder(self.ports.entropy.uuid())
    }

    /// Sweeps as [`Elizabeth::gc`] does, if nobody else is at it; `None` when somebody is. The lease is prolonged on
    /// the way and given back at the end. A sweep that loses it, because it stood still for longer than
    /// [`SWEEP_LEASE`], leaves the rest to whoever has it now.
    ///
    /// Cut off, it keeps its place until the lease is over.
    ///
    /// # Errors
    ///
    /// When the store fails; what was removed until then stays removed.
    pub async fn sweep_in_turn(&self, holder: LeaseHolder) -> Result<Option<GcReport>> {
        let Some(lease) = self.take_leader_lease(holder).await? else { return Ok(None) };
        let swept = self.sweep(&mut Some(lease)).await;
        if let Err(error) = retried(|| self.give_turn_back(holder)).await {
            tracing::warn!(%error, "the sweeper's lease is kept until it is over");
        }
        swept.map(Some)
    }

    /// Whether a sweep may take its next step; one without a lease always may.
    pub(crate) async fn may_go_on(&self, lease: &mut Option<LeaderLease>) -> Result<bool> {
        match lease {
            Some(LeaderLease { holder, due }) if *due <= self.now() => {
                match self.take_leader_lease(*holder).await? {
                    Some(prolonged) => {
                        *lease = Some(prolonged);
                        Ok(true)
                    }
                    None => Ok(false),
                }
            }
            Some(_) | None => Ok(true),
        }
    }

    /// Takes the lease or prolongs it; `None` when it is another's.
    async fn take_leader_lease(&self, holder: LeaseHolder) -> Result<Option<LeaderLease>> {
        retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            let now = self.now();
            if !tx.take_lease(LEASE, holder, now, now.saturating_add(SWEEP_LEASE)).await? {
                return Ok(None);
            }
            tx.commit().await?;
            Ok(Some(LeaderLease { holder, due: now.saturating_add(SWEEP_LEASE / 2) }))
        })
        .await
    }

    async fn give_turn_back(&self, holder: LeaseHolder) -> Result<()> {
        let mut tx = self.ports.store.begin().await?;
        tx.release_lease(LEASE, holder).await?;
        Ok(tx.commit().await?)
    }
}

//! Leadership: a row of the store that one process holds for a while.

use std::time::Duration;

use crate::{Elizabeth, Result, id::LeaseHolder, time::Timestamp};

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

    /// Whether a sweep may take its next step; one without a lease always may.
    pub(super) async fn may_go_on(&self, lease: &mut Option<LeaderLease>) -> Result<bool> {
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
    pub(super) async fn take_leader_lease(&self, holder: LeaseHolder) -> Result<Option<LeaderLease>> {
        self.retried(|| async {
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

    /// Gives the lease back before its end.
    pub(super) async fn release_leader_lease(&self, holder: LeaseHolder) -> Result<()> {
        let mut tx = self.ports.store.begin().await?;
        tx.release_lease(LEASE, holder).await?;
        Ok(tx.commit().await?)
    }
}

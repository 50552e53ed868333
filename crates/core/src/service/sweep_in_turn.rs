//! Of many processes one sweeps at a time: the one that holds a lease in the store.

use std::time::Duration;

use super::{retried::retried, sweep::GcReport};
use crate::{Elizabeth, Result, id::LeaseHolder, time::Timestamp};

/// How long a turn lasts unless it is prolonged. When its holder dies, the next one waits for so long at most.
pub const SWEEP_LEASE: Duration = Duration::from_secs(30);

/// The lease's name in the store.
const LEASE: &str = "sweep";

/// The turn of a sweep under way.
pub(super) struct Turn {
    holder: LeaseHolder,
    /// From when on it has to be prolonged before the next step.
    due: Timestamp,
}

impl Elizabeth {
    /// A holder of leases unlike all others. Each process draws one when it starts.
    pub fn new_lease_holder(&self) -> LeaseHolder {
        LeaseHolder(self.ports.entropy.uuid())
    }

    /// Sweeps as [`Elizabeth::gc`] does, if nobody else is at it; `None` when somebody is. The turn is prolonged on
    /// the way and given back at the end. A sweep that loses it, because it stood still for longer than
    /// [`SWEEP_LEASE`], leaves the rest to whoever has it now.
    ///
    /// Cut off, it keeps its turn until the lease is over.
    ///
    /// # Errors
    ///
    /// When the store fails; what was removed until then stays removed.
    pub async fn sweep_in_turn(&self, holder: LeaseHolder) -> Result<Option<GcReport>> {
        let Some(turn) = self.take_turn(holder).await? else { return Ok(None) };
        let swept = self.sweep(&mut Some(turn)).await;
        if let Err(error) = retried(|| self.give_turn_back(holder)).await {
            tracing::warn!(%error, "the sweeper's lease is kept until it is over");
        }
        swept.map(Some)
    }

    /// Whether a sweep may take its next step; one without a turn always may.
    pub(super) async fn may_go_on(&self, turn: &mut Option<Turn>) -> Result<bool> {
        match turn {
            Some(Turn { holder, due }) if *due <= self.now() => match self.take_turn(*holder).await? {
                Some(prolonged) => {
                    *turn = Some(prolonged);
                    Ok(true)
                }
                None => Ok(false),
            },
            Some(_) | None => Ok(true),
        }
    }

    /// Takes the turn or prolongs it; `None` when it is another's.
    async fn take_turn(&self, holder: LeaseHolder) -> Result<Option<Turn>> {
        retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            let now = self.now();
            if !tx.take_lease(LEASE, holder, now, now.saturating_add(SWEEP_LEASE)).await? {
                return Ok(None);
            }
            tx.commit().await?;
            Ok(Some(Turn { holder, due: now.saturating_add(SWEEP_LEASE / 2) }))
        })
        .await
    }

    async fn give_turn_back(&self, holder: LeaseHolder) -> Result<()> {
        let mut tx = self.ports.store.begin().await?;
        tx.release_lease(LEASE, holder).await?;
        Ok(tx.commit().await?)
    }
}

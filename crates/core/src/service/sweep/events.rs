//! Events that are kept no more.

use crate::{
    Elizabeth, Result,
    event::{EVENTS_KEPT, EVENTS_KEPT_FOR},
    id::RoomId,
    limits::Limit,
    ports::ReadTx,
    service::sweep::{gc::BATCH, leader_lease::LeaderLease},
    time::Timestamp,
};

/// How many events one transaction removes at most.
const EVENTS_AT_ONCE: u64 = 1000;

impl Elizabeth {
    /// Removes the events of rooms beyond those that are kept; says how many. What is old is so by the clock that removal
    /// goes by.
    pub(super) async fn prune_events(
        &self,
        until: Timestamp,
        lease: &mut Option<LeaderLease>,
    ) -> Result<u64> {
        let (mut pruned, mut after) = (0, None);
        loop {
            let rooms =
                self.rooms_of_old_events(self.ports.store.read().await?.as_mut(), until, after).await?;
            let Some(&last) = rooms.last() else { return Ok(pruned) };
            for room in rooms {
                while self.may_go_on(lease).await? {
                    let removed = self.retried(|| self.prune_events_of(room, until)).await?;
                    pruned += removed;
                    if removed < EVENTS_AT_ONCE {
                        break;
                    }
                }
            }
            after = Some(last);
        }
    }

    /// How many events of rooms there are beyond those that are kept.
    pub(super) async fn survey_events(&self, tx: &mut dyn ReadTx, until: Timestamp) -> Result<u64> {
        let (mut over, mut after) = (0, None);
        loop {
            let rooms = self.rooms_of_old_events(tx, until, after).await?;
            let Some(&last) = rooms.last() else { return Ok(over) };
            for room in rooms {
                let (oldest, up_to) = self.prunable(tx, room, until).await?;
                over += up_to.saturating_add(1).saturating_sub(oldest);
            }
            after = Some(last);
        }
    }

    async fn rooms_of_old_events(
        &self,
        tx: &mut dyn ReadTx,
        until: Timestamp,
        after: Option<RoomId>,
    ) -> Result<Vec<RoomId>> {
        let since = until.saturating_sub(EVENTS_KEPT_FOR);
        let most = self.policy().limits.get(Limit::RoomEvents);
        Ok(tx.rooms_of_old_events(after, since, EVENTS_KEPT, most, BATCH).await?)
    }

    /// No lock is needed: what is newest is never among it.
    async fn prune_events_of(&self, room: RoomId, until: Timestamp) -> Result<u64> {
        let mut tx = self.ports.store.begin().await?;
        let (oldest, up_to) = self.prunable(tx.as_mut(), room, until).await?;
        let removed = tx.delete_events(room, up_to.min(oldest.saturating_add(EVENTS_AT_ONCE - 1))).await?;
        tx.commit().await?;
        Ok(removed)
    }

    /// The oldest event of a room, and up to which one they may go.
    async fn prunable<T: ReadTx + ?Sized>(
        &self,
        tx: &mut T,
        room: RoomId,
        until: Timestamp,
    ) -> Result<(u64, u64)> {
        let Some(&(_, range)) = tx.event_ranges(&[room]).await?.first() else { return Ok((1, 0)) };
        let first_young = tx.first_event_since(room, until.saturating_sub(EVENTS_KEPT_FOR)).await?;
        Ok((range.oldest, range.prunable(first_young, &self.policy().limits)))
    }
}

use async_trait::async_trait;

use super::{
    state::State,
    view::{Draft, Sees, View},
};
use crate::{
    ports::{ReadTotals, StoreResult, Totals, WriteTotals},
    quota::Hold,
    time::Timestamp,
};

impl State {
    fn live_total(&self, now: Timestamp, bytes: impl Fn(Hold) -> u64) -> u64 {
        let live = self.reservations.behind(None).map(|held| held.hold).filter(|hold| hold.is_live(now));
        live.map(bytes).fold(0, u64::saturating_add)
    }
}

#[async_trait]
impl<S: Sees> ReadTotals for View<S> {
    async fn outstanding(&mut self, now: Timestamp) -> StoreResult<u64> {
        Ok(self.now().live_total(now, |hold| hold.size.saturating_sub(hold.arrived)))
    }

    async fn totals(&mut self, now: Timestamp) -> StoreResult<Totals> {
        let state = self.now();
        Ok(Totals { stored: state.stored_size, held: state.live_total(now, |hold| hold.size) })
    }
}

#[async_trait]
impl WriteTotals for View<Draft> {
    async fn lock_totals(&mut self) -> StoreResult<()> {
        // Whoever writes has locked everything.
        Ok(())
    }

    async fn share_totals(&mut self) -> StoreResult<()> {
        Ok(())
    }
}

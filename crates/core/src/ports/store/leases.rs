use async_trait::async_trait;

use super::error::StoreResult;
use crate::{id::LeaseHolder, time::Timestamp};

/// Leases: work that one process at a time does.
#[async_trait]
pub trait WriteLeases: Send {
    /// Takes a lease until an instant: one that nobody has, that was over by `now`, or that this holder has already,
    /// whose end moves then. `false` when it is another's. One guarded statement, so that of many at once one gets
    /// it.
    async fn take_lease(
        &mut self,
        name: &str,
        holder: LeaseHolder,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool>;

    /// Gives a lease back before its end. `false` when this holder does not have it.
    async fn release_lease(&mut self, name: &str, holder: LeaseHolder) -> StoreResult<bool>;
}

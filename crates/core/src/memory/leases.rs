use async_trait::async_trait;

use super::view::{Draft, View};
use crate::{
    id::LeaseHolder,
    ports::{StoreResult, WriteLeases},
    time::Timestamp,
};

#[async_trait]
impl WriteLeases for View<Draft> {
    async fn take_lease(
        &mut self,
        name: &str,
        holder: LeaseHolder,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool> {
        let leases = &mut self.state().leases;
        let free = leases.get(name).is_none_or(|&(other, end)| other == holder || end <= now);
        if free {
            leases.insert_mut(name.to_owned(), (holder, until));
        }
        Ok(free)
    }

    async fn release_lease(&mut self, name: &str, holder: LeaseHolder) -> StoreResult<bool> {
        let leases = &mut self.state().leases;
        let held = leases.get(name).is_some_and(|&(other, _)| other == holder);
        Ok(held && leases.remove_mut(name))
    }
}

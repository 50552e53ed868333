use async_trait::async_trait;
use elizabeth_core::{
    id::LeaseHolder,
    ports::{StoreResult, WriteLeases},
    time::Timestamp,
};

use crate::{connection::Transaction, tables::leases, tx::SqlTx};

#[async_trait]
impl<C: Transaction> WriteLeases for SqlTx<C> {
    async fn take_lease(
        &mut self,
        name: &str,
        holder: LeaseHolder,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool> {
        Ok(self.run(leases::Take { name, holder, until, now }).await? == 1)
    }

    async fn release_lease(&mut self, name: &str, holder: LeaseHolder) -> StoreResult<bool> {
        Ok(self.run(leases::Release { name, holder }).await? == 1)
    }
}

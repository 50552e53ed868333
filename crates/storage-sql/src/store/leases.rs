use async_trait::async_trait;
use elizabeth_core::{
    id::LeaseHolder,
    ports::{StoreResult, WriteLeases},
    time::Timestamp,
};

use crate::{connection::Transaction, rows, statements::leases, tx::SqlTx};

#[async_trait]
impl<C: Transaction> WriteLeases for SqlTx<C> {
    async fn take_lease(
        &mut self,
        name: &str,
        holder: LeaseHolder,
        now: Timestamp,
        until: Timestamp,
    ) -> StoreResult<bool> {
        let values = vec![rows::text(name), rows::uuid(holder.0), rows::time(until), rows::time(now)];
        Ok(self.run(&leases::TAKE, values).await? == 1)
    }

    async fn release_lease(&mut self, name: &str, holder: LeaseHolder) -> StoreResult<bool> {
        Ok(self.run(&leases::RELEASE, vec![rows::text(name), rows::uuid(holder.0)]).await? == 1)
    }
}

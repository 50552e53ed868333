use async_trait::async_trait;
use elizabeth_core::{
    installation::{Installation, InstallationId},
    ports::{ReadInstallation, StoreResult, WriteInstallation},
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction},
    tables::installation,
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadInstallation for SqlTx<C> {
    async fn installation(&mut self) -> StoreResult<Installation> {
        self.one(installation::Known {}).await
    }
}

#[async_trait]
impl<C: Transaction> WriteInstallation for SqlTx<C> {
    async fn name_installation(&mut self, id: InstallationId) -> StoreResult<()> {
        self.run(installation::Name { id }).await.map(drop)
    }

    async fn mark_blobs(&mut self) -> StoreResult<()> {
        self.run(installation::MarkBlobs {}).await.map(drop)
    }

    async fn set_removed_until(&mut self, until: Timestamp) -> StoreResult<()> {
        self.run(installation::SetRemovedUntil { until }).await.map(drop)
    }

    async fn probe(&mut self, now: Timestamp) -> StoreResult<()> {
        self.run(installation::Probe { now }).await.map(drop)
    }
}

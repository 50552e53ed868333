use async_trait::async_trait;

use super::view::{Draft, Sees, View};
use crate::{
    installation::{Installation, InstallationId},
    ports::{ReadInstallation, StoreResult, WriteInstallation},
    time::Timestamp,
};

#[async_trait]
impl<S: Sees> ReadInstallation for View<S> {
    async fn installation(&mut self) -> StoreResult<Installation> {
        Ok(self.now().installation)
    }
}

#[async_trait]
impl WriteInstallation for View<Draft> {
    async fn name_installation(&mut self, id: InstallationId) -> StoreResult<()> {
        self.state().installation.id.get_or_insert(id);
        Ok(())
    }

    async fn mark_blobs(&mut self) -> StoreResult<()> {
        self.state().installation.blobs_marked = true;
        Ok(())
    }

    async fn set_removed_until(&mut self, until: Timestamp) -> StoreResult<()> {
        self.state().installation.removed_until = Some(until);
        Ok(())
    }

    async fn probe(&mut self, _: Timestamp) -> StoreResult<()> {
        Ok(())
    }
}

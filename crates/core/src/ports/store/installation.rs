use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    installation::{Installation, InstallationId},
    time::Timestamp,
};

/// What can be asked about the installation as a whole.
#[async_trait]
pub trait ReadInstallation: Send {
    /// What is known of it. A new store knows nothing.
    async fn installation(&mut self) -> StoreResult<Installation>;
}

/// What can be done to what is known of the installation.
#[async_trait]
pub trait WriteInstallation: Send {
    /// Gives it its identifier, unless it has one. Of many at once one is kept.
    async fn name_installation(&mut self, id: InstallationId) -> StoreResult<()>;

    /// From here on a blob store holds its identifier.
    async fn mark_blobs(&mut self) -> StoreResult<()>;

    /// Notes up to which instant a sweep removes what is over.
    async fn set_removed_until(&mut self, until: Timestamp) -> StoreResult<()>;

    /// Writes what nobody reads: the proof that something can be written.
    async fn probe(&mut self, now: Timestamp) -> StoreResult<()>;
}

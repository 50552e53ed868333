use async_trait::async_trait;

use super::error::StoreResult;
use crate::time::Timestamp;

/// What all rooms together take.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    /// Bytes of their contents.
    pub stored: u64,
    /// Bytes held for uploads.
    pub held: u64,
}

/// What can be asked about all rooms together.
#[async_trait]
pub trait ReadTotals: Send {
    /// Bytes that the holds which live at an instant are still going to bring: what they hold, without what has arrived.
    async fn outstanding(&mut self, now: Timestamp) -> StoreResult<u64>;

    /// What is stored, and what holds take that end behind an instant: both as they were at one moment.
    async fn totals(&mut self, now: Timestamp) -> StoreResult<Totals>;
}

/// What a decision on all rooms together needs.
#[async_trait]
pub trait WriteTotals: Send {
    /// From here on until this transaction ends no other one gets past this, and what is asked sees what those before
    /// have committed. Whoever calls it MUST have locked its room before.
    async fn lock_totals(&mut self) -> StoreResult<()>;

    /// From here on until this transaction ends nobody gets past [`WriteTotals::lock_totals`], and what is asked sees
    /// what those have committed who did before. Others may share it. The same MUST have been locked before.
    async fn share_totals(&mut self) -> StoreResult<()>;
}

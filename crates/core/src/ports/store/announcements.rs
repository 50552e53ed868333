use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    id::{BlobKey, ReservationId},
    time::Timestamp,
};

/// What can be asked about blobs that are announced before they are written.
#[async_trait]
pub trait ReadAnnouncements: Send {
    /// How many announcements have lapsed.
    async fn lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<u64>;
}

/// What can be done to announcements of blobs, which are made before these are written.
#[async_trait]
pub trait WriteAnnouncements: Send {
    /// Announces blobs about to be written for a reservation. From `until` on they count as left behind.
    async fn announce(&mut self, id: ReservationId, keys: &[BlobKey], until: Timestamp) -> StoreResult<()>;

    /// Moves the end of a reservation's announcements.
    async fn extend_announcements(&mut self, id: ReservationId, until: Timestamp) -> StoreResult<()>;

    /// Moves the end of one announcement. `false` when it is gone.
    async fn extend_announcement(&mut self, key: &BlobKey, until: Timestamp) -> StoreResult<bool>;

    /// Removes one announcement. `false` when it is gone.
    async fn retract_announcement(&mut self, key: &BlobKey) -> StoreResult<bool>;

    /// Removes a reservation's announcements; says how many there were.
    async fn retract_announcements(&mut self, id: ReservationId) -> StoreResult<u64>;

    /// Turns lapsed announcements into blobs that wait to be deleted, in one step: an upload whose announcements
    /// are gone can not settle any more.
    async fn queue_lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<()>;
}

//! The store, a trait an aggregate: what can be asked about it and what can be done to it, with the records that
//! answers are made of. [`ReadTx`] and [`WriteTx`] are their sums.

mod announcements;
mod blob_queue;
mod contents;
mod edits;
mod error;
mod events;
mod installation;
mod leases;
mod reservations;
mod rooms;
mod sessions;
mod tickets;
mod totals;
mod uploads;

use std::sync::Arc;

use async_trait::async_trait;

pub use self::{
    announcements::{ReadAnnouncements, WriteAnnouncements},
    blob_queue::{ReadBlobQueue, WriteBlobQueue},
    contents::{ContentAccess, ContentPage, ReadContents, SweepReport, WriteContents},
    edits::{ReadEdits, WriteEdits},
    error::{StoreError, StoreResult},
    events::{ReadEvents, WriteEvents},
    installation::{ReadInstallation, WriteInstallation},
    leases::WriteLeases,
    reservations::{ReadReservations, WriteReservations},
    rooms::{Access, Counts, ReadRooms, WriteRooms},
    sessions::{CredentialKind, ReadSessions, WriteSessions},
    tickets::{ReadTickets, WriteTickets},
    totals::{ReadTotals, Totals, WriteTotals},
    uploads::{LapsedUpload, ReadUploads, UploadCounts, UploadOutline, UploadRange, WriteUploads},
};

use super::observer::Observer;

/// Everything that is kept but the blobs. The adapter's part is to be durable and isolated; all rules are core's.
///
/// What a store must promise:
///
/// - A write transaction sees nothing of another that is not committed, and once [`WriteRooms::lock_room`] has
///   returned, no other one changes that room, its holds or its contents until this one ends.
/// - When [`WriteTx::commit`] returns `Ok`, what was written survives a power cut.
/// - A transaction that is dropped leaves no trace.
/// - Numbers of rooms, contents, reservations and tickets ascend and are never given twice.
#[async_trait]
pub trait Store: Send + Sync {
    /// Begins a write transaction; waits while others hold what it needs.
    async fn begin(&self) -> StoreResult<Box<dyn WriteTx>>;

    /// Takes a connection to read with: each read by itself sees one consistent state.
    async fn read(&self) -> StoreResult<Box<dyn ReadTx>>;

    /// Bytes that can still be stored where it keeps its data, where it can tell.
    async fn free_space(&self) -> StoreResult<Option<u64>> {
        Ok(None)
    }

    /// Really asks the store whether it works.
    async fn check(&self) -> StoreResult<()>;

    /// Reports to an observer from now on how long it is waited for, and how many units of work share a commit. The
    /// first one given hears it.
    fn observe(&self, _observer: Arc<dyn Observer>) {}

    /// Puts everything in order for the end of the process: afterwards nothing can be begun or read. A store that is
    /// not closed loses nothing.
    async fn close(&self) -> StoreResult<()> {
        Ok(())
    }

    /// What kind of store this is, for the operator: `memory`, `sqlite`, `postgres`.
    fn kind(&self) -> &'static str;
}

/// All that can be asked. What is not there is `None`, an empty list or zero, never an error.
///
/// Whatever answers all of the parts is one.
pub trait ReadTx:
    ReadRooms
    + ReadContents
    + ReadEdits
    + ReadSessions
    + ReadTickets
    + ReadReservations
    + ReadUploads
    + ReadAnnouncements
    + ReadBlobQueue
    + ReadInstallation
    + ReadTotals
    + ReadEvents
{
}

impl<T> ReadTx for T where
    T: ReadRooms
        + ReadContents
        + ReadEdits
        + ReadSessions
        + ReadTickets
        + ReadReservations
        + ReadUploads
        + ReadAnnouncements
        + ReadBlobQueue
        + ReadInstallation
        + ReadTotals
        + ReadEvents
{
}

/// A unit of work: all that can be asked and done. Dropping it undoes it; [`WriteTx::commit`] makes it durable.
#[async_trait]
pub trait WriteTx:
    ReadTx
    + WriteRooms
    + WriteContents
    + WriteEdits
    + WriteSessions
    + WriteTickets
    + WriteReservations
    + WriteUploads
    + WriteAnnouncements
    + WriteBlobQueue
    + WriteLeases
    + WriteInstallation
    + WriteTotals
    + WriteEvents
{
    /// Makes everything durable, what it found of others too, and ends the transaction.
    async fn commit(self: Box<Self>) -> StoreResult<()>;
}

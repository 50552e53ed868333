//! What core needs from the world. Each port says what an implementation must do; the crate `elizabeth-testing`
//! holds the suites that check it.

mod ballast;
mod blobs;
mod clock;
mod crypto;
mod entropy;
mod messages;
mod observer;
mod room_watch;
mod store;

pub use ballast::{Ballast, NoBallast};
pub use blobs::{BlobError, BlobStream, BlobWriter, Blobs, PresignRequest};
pub use clock::Clock;
pub use crypto::{CryptoError, PasswordError, Passwords, TokenSigner};
pub use entropy::Entropy;
pub use messages::Messages;
pub use observer::Observer;
pub use room_watch::RoomWatch;
pub use store::{
    Access, ContentAccess, ContentPage, Counts, CredentialKind, LapsedUpload, ReadAnnouncements,
    ReadBlobQueue, ReadContents, ReadEdits, ReadEvents, ReadInstallation, ReadReservations, ReadRooms,
    ReadSessions, ReadTickets, ReadTotals, ReadTx, ReadUploads, Store, StoreError, StoreResult, SweepReport,
    Totals, UploadCounts, UploadOutline, UploadRange, WriteAnnouncements, WriteBlobQueue, WriteContents,
    WriteEdits, WriteEvents, WriteInstallation, WriteLeases, WriteReservations, WriteRooms, WriteSessions,
    WriteTickets, WriteTotals, WriteTx, WriteUploads,
};

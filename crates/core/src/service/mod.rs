//! The use cases: one a file, one transaction each.
//!
//! Every use case takes the room as the request names it and its [`Caller`]. The checks come in
//! one order, the same everywhere: syntax, the room exists, it is not expired, the credential is good, the
//! permission suffices and the room's state allows it, a change says where it starts from, what is named exists, it
//! is live, it is at the version that the change starts from, it fits.

mod authorize;
mod caller;
mod contents;
mod events;
mod growth;
mod installation;
mod page;
mod retried;
mod room_tx;
mod rooms;
mod sessions;
mod sweep;
mod system;
mod tickets;
mod uploads;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use crate::{
    id::{ContentId, Jti, SessionId},
    leap::RemovalClock,
    permission::Permission,
    policy::Policy,
    ports::{Ballast, Blobs, Clock, Entropy, NoBallast, Observer, Passwords, RoomWatch, Store, TokenSigner},
    time::Timestamp,
    token::Session,
};

pub use caller::{Caller, Visitor};
pub use contents::{Archive, ArchiveEntry, ContentsPart, Deleted, ListVersion, Readable};
pub use events::{About, EventsPart, HydratedEvent, Listening};
pub use installation::JoinError;
pub use page::Page;
pub use rooms::{CreatedRoom, RemovedRoom, VisitRequest};
pub use sessions::{Issued, IssuedRefresh, TokenList, TokenPlace, TokenRequest};
pub use sweep::{GcReport, SWEEP_LEASE};
pub use tickets::{CreatedTicket, TicketRequest, TicketView};
pub use uploads::{
    Append, Appended, BegunChunk, ChunkRequest, ChunkWriter, CompletedFile, ListedUpload, Prepared,
    PreparedUpload, Released, Upload, UploadAccess, UploadLease, UploadState, Uploaded,
};

/// The adapters that an [`Elizabeth`] works with.
#[derive(Clone)]
pub struct Ports {
    /// Rooms, contents, tokens.
    pub store: Arc<dyn Store>,
    /// Bytes.
    pub blobs: Arc<dyn Blobs>,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// Password hashes.
    pub passwords: Arc<dyn Passwords>,
    /// Signatures.
    pub signer: Arc<dyn TokenSigner>,
}

/// Rooms that hold files. Cheap to clone; every clone is the same service.
///
/// All methods may be cancelled by dropping their future: what was not committed is undone, and what was written
/// as blobs on the way is collected by [`Elizabeth::gc`].
#[derive(Clone)]
pub struct Elizabeth {
    ports: Ports,
    policy: Arc<Policy>,
    observer: Arc<dyn Observer>,
    watch: Arc<dyn RoomWatch>,
    ballast: Arc<dyn Ballast>,
    /// Downloads that are counted and not stored yet: see [`Elizabeth::flush_downloads`].
    downloads: Arc<Mutex<BTreeMap<ContentId, u64>>>,
    /// Up to when this process removes what is over.
    removal_clock: Arc<Mutex<RemovalClock>>,
}

impl Elizabeth {
    /// A service over these adapters, by this policy.
    pub fn new(ports: Ports, policy: Policy) -> Self {
        let removal_clock = Arc::new(Mutex::new(RemovalClock::started(ports.clock.monotonic())));
        Self {
            ports,
            policy: Arc::new(policy),
            observer: Arc::new(()),
            watch: Arc::new(()),
            ballast: Arc::new(NoBallast),
            downloads: Arc::default(),
            removal_clock,
        }
    }

    /// The same service over adapters that are made of its own.
    #[must_use]
    pub fn with_ports(self, change: impl FnOnce(Ports) -> Ports) -> Self {
        Self { ports: change(self.ports), ..self }
    }

    /// The same service, which tells an observer what its calls are about.
    #[must_use]
    pub fn observed_by(self, observer: Arc<dyn Observer>) -> Self {
        self.ports.store.observe(observer.clone());
        Self { observer, ..self }
    }

    /// The same service, which tells who watches rooms that it has changed them.
    #[must_use]
    pub fn watched_by(self, watch: Arc<dyn RoomWatch>) -> Self {
        Self { watch, ..self }
    }

    /// The same service with space of the disk kept back for those who delete when it is full.
    #[must_use]
    pub fn with_ballast(self, ballast: Arc<dyn Ballast>) -> Self {
        Self { ballast, ..self }
    }

    /// The policy it goes by.
    pub fn policy(&self) -> &Policy {
        &self.policy
    }

    /// Now, by the clock port.
    pub fn now(&self) -> Timestamp {
        self.ports.clock.now()
    }

    fn new_jti(&self) -> Jti {
        Jti(self.ports.entropy.uuid())
    }

    fn new_session(&self, owner: bool) -> Session {
        Session {
            sid: SessionId(self.ports.entropy.uuid()),
            owner,
            scope: Permission::all(),
            granted: Permission::empty(),
        }
    }
}

//! The use cases: one a file, one transaction each.
//!
//! Every use case takes the room as the request names it and the token as the client sent it. The checks come in
//! one order, the same everywhere: syntax, the room exists, it is not expired, the credential is good, the
//! permission suffices and the room's state allows it, a change says where it starts from, what is named exists, it
//! is live, it is at the version that the change starts from, it fits.

mod add_link;
mod add_text;
mod admin;
mod append;
mod archive;
mod authorize;
mod begin_upload;
mod change_content;
mod change_settings;
mod complete_upload;
mod contents;
mod create_room;
mod create_ticket;
mod delete_contents;
mod enter_by_ticket;
mod files;
mod issue_token;
mod join_uploads;
mod link_content;
mod list_contents;
mod peek_ticket;
mod piece;
mod prepare;
mod prepare_upload;
mod put_file;
mod read_by_ticket;
mod read_content;
mod refresh;
mod retried;
mod rooms;
mod set_permission;
mod sweep;
mod sweep_in_turn;
mod system;
mod tickets;
mod tokens;
mod upload;
mod upload_access;
mod upload_chunk;
mod upload_lease;
mod uploads;
mod visit;

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use crate::{
    id::{ContentId, Jti, SessionId},
    permission::Permission,
    policy::Policy,
    ports::{Blobs, Clock, Entropy, Passwords, Store, TokenSigner},
    time::Timestamp,
    token::Session,
};

pub use admin::RemovedRoom;
pub use append::{Append, Appended};
pub use archive::{Archive, ArchiveEntry};
pub use complete_upload::CompletedFile;
pub use create_room::CreatedRoom;
pub use create_ticket::{CreatedTicket, TicketRequest};
pub use delete_contents::Deleted;
pub use issue_token::{Issued, IssuedRefresh, TokenRequest};
pub use list_contents::ContentsPart;
pub use peek_ticket::TicketView;
pub use prepare::{Prepared, Released};
pub use prepare_upload::PreparedUpload;
pub use read_content::Readable;
pub use sweep::GcReport;
pub use sweep_in_turn::SWEEP_LEASE;
pub use tokens::TokenList;
pub use upload::{Upload, Uploaded};
pub use upload_access::UploadAccess;
pub use upload_chunk::{BegunChunk, ChunkRequest, ChunkWriter};
pub use upload_lease::UploadLease;
pub use uploads::{ListedUpload, UploadState};

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
    /// Downloads that are counted and not stored yet: see [`Elizabeth::flush_downloads`].
    downloads: Arc<Mutex<BTreeMap<ContentId, u64>>>,
    /// Whose calls without a token these are: see [`Elizabeth::visit`].
    visitor: Option<Arc<visit::Visitor>>,
}

impl Elizabeth {
    /// A service over these adapters, by this policy.
    pub fn new(ports: Ports, policy: Policy) -> Self {
        Self { ports, policy: Arc::new(policy), downloads: Arc::default(), visitor: None }
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
        Session { sid: SessionId(self.ports.entropy.uuid()), owner, scope: Permission::all() }
    }
}

//! What belongs together knows it: the database and the blob store of one installation hold the same identifier.

use std::fmt;

use uuid::Uuid;

use crate::time::Timestamp;

/// What an installation is known by: drawn at its first start, kept in the database and in the blob store.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstallationId(pub Uuid);

impl fmt::Display for InstallationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What the store knows of the installation that it belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Installation {
    /// Its identifier; `None` until the first start that knows of such.
    pub id: Option<InstallationId>,
    /// Whether a blob store holds the same one.
    pub blobs_marked: bool,
    /// Up to which instant the last sweep removed what was over: see [`RemovalClock`](crate::leap::RemovalClock).
    pub removed_until: Option<Timestamp>,
}

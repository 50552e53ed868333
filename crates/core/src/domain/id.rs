//! Identifiers. Numbers are given by the store and never used twice; the rest is drawn at random.

use std::fmt;

use uuid::Uuid;

macro_rules! numbered {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize,
        )]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

numbered! {
    /// A room's number. A room made later under the same name has another one.
    RoomId
}
numbered! {
    /// A content's number, ascending in the order of creation.
    ContentId
}
numbered! {
    /// A reservation's number.
    ReservationId
}

numbered! {
    /// A ticket's number.
    TicketId
}

/// A token's own identifier (`jti`, RFC 7519 section 4.1.7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Jti(pub Uuid);

/// A session: it stays the same when a token is renewed or refreshed, and reservations belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct SessionId(pub Uuid);

/// What clients know an upload in pieces by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct UploadId(pub Uuid);

/// Who takes a lease: a process, or a part of one. Drawn at random whenever it starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LeaseHolder(pub Uuid);

impl fmt::Display for Jti {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Where a blob lies in the blob store: 32 lower-case hexadecimal digits drawn at random, never derived from
/// anything that a person sent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlobKey(String);

impl BlobKey {
    /// The key made of 128 random bits.
    pub fn from_random(bits: [u8; 16]) -> Self {
        Self(data_encoding::HEXLOWER.encode(&bits))
    }

    /// Reads back a key that a store kept; `None` when it is not of the one form that keys have.
    pub fn from_stored(text: String) -> Option<Self> {
        let hex = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        (text.len() == 32 && text.bytes().all(hex)).then_some(Self(text))
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

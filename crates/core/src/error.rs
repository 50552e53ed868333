//! Everything a use case can answer instead of what was asked for.

use crate::{
    change::InvalidChange,
    content::{Content, Sha256Hash},
    counts::TooMany,
    edits::EditsSince,
    id::ContentId,
    name::FileName,
    permission::Permission,
    policy::{ARCHIVE_ENTRIES_MAX, CHUNKS_MAX},
    ports::{BlobError, CryptoError, PasswordError, StoreError},
    quota::{Full, HoldError},
    text::TextTooLong,
    ticket::{TicketIdle, TicketSpent},
};

pub use crate::domain::{invalid::Invalid, unauthorized::Unauthorized};

/// A use case's answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not do what was asked. Nothing was changed then, but where a variant has it otherwise.
///
/// It can be matched without a catch-all, so that whoever answers for each error hears of a new one from the compiler. For
/// a coarser view that stays as it is see [`Error::code`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The input is malformed or out of range.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// No room answers to that name.
    #[error("no such room")]
    RoomNotFound,
    /// The room's time is over.
    #[error("this room has expired")]
    RoomExpired,
    /// The credential is missing or invalid.
    #[error(transparent)]
    Unauthorized(#[from] Unauthorized),
    /// The token does not have the permission that this needs.
    #[error("this needs the permission {0}")]
    PermissionDenied(Permission),
    /// Only the room's owner may do this.
    #[error("only the owner of the room may do this")]
    OwnerOnly,
    /// The room does not answer to its plain name.
    #[error("this room is not shared under its name; ask for its private link")]
    NotShared,
    /// The room's password is another one.
    #[error("wrong password")]
    WrongPassword,
    /// The room's owner key is another one.
    #[error("wrong owner key")]
    WrongOwnerKey,
    /// The room lets nobody new in.
    #[error("this room is locked: nobody new may enter")]
    RoomLocked,
    /// The room is closed to all but its owner.
    #[error("this room is closed")]
    RoomClosed,
    /// The room's entries are used up.
    #[error("this room allows no more entries")]
    EntriesExhausted,
    /// The token named belongs to another session.
    #[error("this token belongs to another session")]
    NotYourToken,
    /// The ticket named was made by another session.
    #[error("this ticket was made by another session")]
    NotYourTicket,
    /// The content was added by another session.
    #[error("only who added this content, or the owner of the room, gives it a thumbnail")]
    NotYourContent,
    /// The content limits its downloads, and a thumbnail would show it without one.
    #[error("a content with max_downloads has no thumbnail")]
    LimitedContent,
    /// The content has no thumbnail.
    #[error("this content has no thumbnail")]
    ThumbnailNotFound,
    /// The room has no such content.
    #[error("no such content: {0}")]
    ContentNotFound(ContentId),
    /// The room has no content of that name that is live.
    #[error("no such file: {:?}", .0.as_str())]
    FileNotFound(FileName),
    /// A change does not say which version it starts from.
    #[error("say which version the change starts from: If-Match: \"<version>\"")]
    PreconditionRequired,
    /// Somebody else changed the content first. This is how it stands.
    #[error("the content is at version {} by now, which is not one that If-Match names", .0.version)]
    PreconditionFailed(Box<Content>),
    /// Edits start from an older version than the text is at. These have been made since.
    #[error("the text is at version {} by now", .0.to)]
    VersionBehind(Box<EditsSince>),
    /// Edits start from a version that is too old to say what has been edited since, or that there never was.
    #[error("what was edited since that version is not kept: read the text anew")]
    EditsGone,
    /// The session has no such reservation.
    #[error("no such reservation")]
    ReservationNotFound,
    /// The room has no such token.
    #[error("no such token")]
    TokenNotFound,
    /// The room has no such ticket.
    #[error("no such ticket")]
    TicketNotFound,
    /// The ticket's uses are used up.
    #[error("this ticket has been used up")]
    TicketSpent,
    /// The ticket lets in for what guests of the room may not do now. No use of it is spent.
    #[error("this link is for what guests of the room may not do now: {0}")]
    TicketIdle(Permission),
    /// The content's time is over.
    #[error("this content has expired")]
    ContentExpired,
    /// The content's downloads are used up.
    #[error("this content allows no more downloads")]
    DownloadsSpent,
    /// The reservation was not used in time, or its upload fell silent.
    #[error("this reservation has expired")]
    ReservationExpired,
    /// The name belongs to a room, or is another room's slug.
    #[error("this name is taken")]
    NameTaken,
    /// An upload has begun on the reservation already.
    #[error("an upload has begun on this reservation already")]
    ReservationInUse,
    /// An upload is not what its manifest promised. The reservation is released.
    #[error("the upload does not match its manifest: {0}")]
    ManifestMismatch(String),
    /// A file grew past the size its manifest gave it. The reservation is released.
    #[error("{name:?} is longer than the {declared} bytes announced", name = .name.as_str())]
    FileTooLong {
        /// The file.
        name: FileName,
        /// Bytes announced.
        declared: u64,
    },
    /// A chunk is not what its index or its request promises. Nothing of it is kept.
    #[error("the chunk is not as announced: {0}")]
    ChunkMismatch(String),
    /// Another chunk than this one has arrived under its index. That one is kept.
    #[error("chunk {index} of file {file} has arrived before, with other bytes")]
    ChunkConflict {
        /// The file's place in the manifest.
        file: u32,
        /// The chunk's place in the file.
        index: u64,
    },
    /// A file cannot be completed: not all of it has arrived.
    #[error("{count} chunks of file {file} have not arrived")]
    ChunksMissing {
        /// The file's place in the manifest.
        file: u32,
        /// How many.
        count: u64,
        /// The first of them, ascending.
        first: Vec<u64>,
    },
    /// Parts cannot be joined: one of them has not arrived whole.
    #[error("part {index} has not arrived whole")]
    PartUnfinished {
        /// Its place among those named, from 0 on.
        index: usize,
    },
    /// A piece was silent, or took to be made durable, for longer than its lease: nothing of it is kept, and it is to be
    /// sent again. The upload goes on.
    #[error("this piece took too long to become durable: send it again")]
    PieceLost,
    /// The room, or the session, has as many of something as there may be.
    #[error(transparent)]
    TooMany(#[from] TooMany),
    /// As many passwords wait to be checked for one client as may.
    #[error("too many passwords from this address wait to be checked: try again in a moment")]
    TooManyAttempts,
    /// So many passwords wait to be hashed that this one did not get its turn.
    #[error("too many passwords wait to be hashed")]
    PasswordsBusy,
    /// The whole has another hash than was announced. Its chunks are kept.
    #[error("the file's SHA-256 is {actual}, not {expected}", actual = .actual.to_hex(), expected = .expected.to_hex())]
    HashMismatch {
        /// What was announced.
        expected: Sha256Hash,
        /// What arrived.
        actual: Sha256Hash,
    },
    /// A piece does not begin where the file ends by now.
    #[error("the file ends at {offset} by now, the piece begins elsewhere")]
    OffsetConflict {
        /// Bytes that have arrived.
        offset: u64,
    },
    /// An upload has as many pieces as one may have, and its file is not whole.
    #[error("an upload has {CHUNKS_MAX} pieces at most: send larger ones")]
    TooManyPieces,
    /// A text is over the limit.
    #[error(transparent)]
    TextTooLong(#[from] TextTooLong),
    /// It does not fit the room.
    #[error(transparent)]
    RoomFull(#[from] Full),
    /// The room has more contents than one archive takes.
    #[error("an archive takes {ARCHIVE_ENTRIES_MAX} contents at most: choose some with ids")]
    ArchiveTooLarge,
    /// The server's own storage has no room left.
    #[error("the server's storage is full")]
    StorageFull,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The blob store failed.
    #[error(transparent)]
    Blob(#[from] BlobError),
    /// Hashing or signing failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

impl From<PasswordError> for Error {
    fn from(error: PasswordError) -> Self {
        match error {
            PasswordError::TooMany => Self::TooManyAttempts,
            PasswordError::Busy => Self::PasswordsBusy,
            PasswordError::Crypto(error) => Self::Crypto(error),
        }
    }
}

impl From<HoldError> for Error {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Lapsed => Self::ReservationExpired,
            HoldError::InUse => Self::ReservationInUse,
            HoldError::NotBegun => Self::ReservationNotFound,
        }
    }
}

impl From<InvalidChange> for Error {
    fn from(error: InvalidChange) -> Self {
        match error {
            InvalidChange::Invalid(error) => error.into(),
            InvalidChange::TextTooLong(error) => error.into(),
        }
    }
}

impl From<TicketSpent> for Error {
    fn from(TicketSpent: TicketSpent) -> Self {
        Self::TicketSpent
    }
}

impl From<TicketIdle> for Error {
    fn from(TicketIdle { scope }: TicketIdle) -> Self {
        Self::TicketIdle(scope)
    }
}

impl Error {
    /// A file that the manifest does not name, or names only once.
    pub(crate) fn unexpected_file(name: &str) -> Self {
        Self::ManifestMismatch(format!("{name:?} was not announced, or came twice"))
    }

    /// Files that were promised and did not come.
    pub(crate) fn missing_files(announced: usize, received: usize) -> Self {
        Self::ManifestMismatch(format!("{announced} files announced, {received} received"))
    }
}

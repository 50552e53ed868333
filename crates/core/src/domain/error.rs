//! Everything a use case can answer instead of what was asked for.

use crate::{
    content::{Content, ContentKind, Sha256Hash},
    id::ContentId,
    name::{FileName, InvalidFileName, InvalidRoomName},
    permission::{InvalidPermission, Permission},
    policy::{
        ARCHIVE_ENTRIES_MAX, CHUNK_SIZE_MAX, CHUNK_SIZE_MIN, CHUNKS_MAX, MANIFEST_FILES_MAX, PARTS_MAX,
        UPLOADS_MAX,
    },
    ports::{BlobError, CryptoError, StoreError},
    quota::{Full, HoldError},
    text::{InvalidLanguage, InvalidUrl, TextTooLong},
    time::Timestamp,
};

/// A use case's answer.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a use case did not do what was asked. Nothing was changed then, but where a variant says so.
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
    /// The credential is missing or no good.
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
    /// The room has as many uploads in pieces under way as one may have.
    #[error("a room has {UPLOADS_MAX} uploads in pieces under way at most: complete or give up some first")]
    TooManyUploads,
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

impl From<HoldError> for Error {
    fn from(error: HoldError) -> Self {
        match error {
            HoldError::Lapsed => Self::ReservationExpired,
            HoldError::InUse => Self::ReservationInUse,
            HoldError::NotBegun => Self::ReservationNotFound,
        }
    }
}

/// What is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Invalid {
    /// A room's name.
    #[error("invalid room name: {0}")]
    RoomName(#[from] InvalidRoomName),
    /// A file's name.
    #[error("invalid file name: {0}")]
    FileName(#[from] InvalidFileName),
    /// A permission.
    #[error("invalid permission: {0}")]
    Permission(#[from] InvalidPermission),
    /// A password.
    #[error("a password has 1 to 1024 bytes")]
    Password,
    /// A room's size.
    #[error("max_size may be {ceiling} at most here")]
    MaxSize {
        /// The operator's ceiling in bytes.
        ceiling: u64,
    },
    /// A room's size below what is in it.
    #[error("max_size is below the {current} bytes stored or reserved")]
    MaxSizeBelowCurrent {
        /// Bytes stored or reserved.
        current: u64,
    },
    /// A room's entries.
    #[error("max_times_entered is too large")]
    MaxEntries,
    /// A room's expiry.
    #[error("expire_at must lie in the future{}", .latest.map_or_else(String::new, |at| format!(", {at} at the latest")))]
    ExpireAt {
        /// The operator's ceiling.
        latest: Option<Timestamp>,
    },
    /// A content's expiry.
    #[error("a content's expire_at must lie in the future")]
    ContentExpireAt,
    /// A content's downloads.
    #[error("max_downloads must be at least 1")]
    MaxDownloads,
    /// A content's downloads, when there were as many already: it would be gone at once.
    #[error("max_downloads must be above the {count} downloads there were")]
    MaxDownloadsReached {
        /// Downloads so far.
        count: u64,
    },
    /// A link.
    #[error("invalid url: {0}")]
    Url(#[from] InvalidUrl),
    /// A text's language.
    #[error("invalid language: {0}")]
    Language(#[from] InvalidLanguage),
    /// Something that contents of this kind do not have.
    #[error("a {} has no {member} to change", .kind.as_str())]
    ContentMember {
        /// What was to be changed.
        member: &'static str,
        /// What the content is.
        kind: ContentKind,
    },
    /// A file whose name was to be cleared.
    #[error("a file keeps a name")]
    FileWithoutName,
    /// A ticket's life.
    #[error("ttl_seconds must be at least 1")]
    TicketTtl,
    /// A ticket's uses.
    #[error("max_uses must be at least 1, and no more than can be counted")]
    TicketUses,
    /// A media type.
    #[error("{0:?} is no media type")]
    MediaType(String),
    /// A file's size.
    #[error("{name:?}: the size {size} is out of range", name = .name.as_str())]
    FileSize {
        /// The file.
        name: FileName,
        /// Bytes announced.
        size: i128,
    },
    /// Sizes that add up to more than there can be.
    #[error("the sizes add up to more than a room can hold")]
    ManifestTotal,
    /// How many files a manifest names.
    #[error("a manifest names 1 to {MANIFEST_FILES_MAX} files, this one {0}")]
    ManifestCount(usize),
    /// A name that stands twice in a manifest.
    #[error("{:?} stands twice in the manifest", .0.as_str())]
    DoubledName(FileName),
    /// A hash.
    #[error("a SHA-256 is 64 hexadecimal digits, perhaps behind \"sha256:\"")]
    Hash,
    /// The size of a file's chunks.
    #[error("{name:?}: chunk_size may be {CHUNK_SIZE_MIN} to {CHUNK_SIZE_MAX}, not {asked}", name = .name.as_str())]
    ChunkSize {
        /// The file.
        name: FileName,
        /// Bytes asked for.
        asked: i128,
    },
    /// How many chunks an upload has.
    #[error("an upload has {CHUNKS_MAX} chunks at most, this one {chunks}: choose a larger chunk_size")]
    TooManyChunks {
        /// All files' chunks.
        chunks: u64,
    },
    /// A file's place in an upload's manifest.
    #[error("file_index {asked}: this upload has {files} files, counted from 0")]
    FileIndex {
        /// What was asked for.
        asked: u64,
        /// How many there are.
        files: usize,
    },
    /// A chunk's place in its file.
    #[error("chunk_index {asked}: this file has {chunks} chunks, counted from 0")]
    ChunkIndex {
        /// What was asked for.
        asked: u64,
        /// How many there are.
        chunks: u64,
    },
    /// No hash to compare the whole with.
    #[error("final_hash is missing, and no file_hash was announced")]
    FinalHashMissing,
    /// A list of parts with nothing in it, too much, or the same twice.
    #[error("name 1 to {PARTS_MAX} parts, each once")]
    Parts,
    /// A list of contents with nothing in it, or too much.
    #[error("name 1 to {MANIFEST_FILES_MAX} contents")]
    ContentCount,
}

/// What is wrong with a credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthorized {
    /// None was sent.
    #[error("this needs a room token: enter the room first")]
    Missing,
    /// It is not one of ours, or of another room.
    #[error("this token is not valid for this room")]
    Invalid,
    /// Its time is over.
    #[error("this token has expired")]
    Expired,
    /// It was revoked.
    #[error("this token was revoked")]
    Revoked,
    /// A refresh token that works no more.
    #[error("invalid or expired refresh token")]
    RefreshToken,
    /// A ticket that is unknown, expired, revoked, or opens something else.
    #[error("this ticket is not valid here, or no longer")]
    Ticket,
    /// An upload token that is unknown here.
    #[error("this upload token is not valid for this room, or no longer")]
    UploadToken,
    /// A refresh token that was used before; its whole session was revoked.
    #[error("this refresh token was used before; its session has been revoked")]
    RefreshTokenReused,
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

//! A stable word for each way in which a use case can fail, for programs.

use crate::{
    Error, Invalid, Unauthorized,
    counts::Counted,
    ports::{BlobError, StoreError},
};

/// Declares the codes with their words, so that neither can be without the other.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $word:literal,)+) => {
        /// What an error comes to for a program. Several errors may share one: what a caller can do about them is the
        /// same.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ErrorCode {
            $($(#[$doc])* $code,)+
        }

        impl ErrorCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$code,)+];

            /// Its word, in snake case. It never changes.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $word,)+
                }
            }
        }
    };
}

codes! {
    /// No room can have this name.
    InvalidRoomName = "invalid_room_name",
    /// No file can have this name.
    InvalidFileName = "invalid_file_name",
    /// Bits without a meaning.
    InvalidPermission = "invalid_permission",
    /// A password of 0 or too many bytes.
    InvalidPassword = "invalid_password",
    /// A room's size above the ceiling, or below what is in the room.
    InvalidMaxSize = "invalid_max_size",
    /// More entries than can be counted.
    InvalidMaxTimesEntered = "invalid_max_times_entered",
    /// An expiry in the past, or beyond the ceiling.
    InvalidExpireAt = "invalid_expire_at",
    /// Downloads below 1 or more than can be counted.
    InvalidMaxDownloads = "invalid_max_downloads",
    /// No JPEG, WebP or AVIF, another one than declared, or too many pixels a side.
    InvalidThumbnail = "invalid_thumbnail",
    /// A ticket's life below a second.
    InvalidTtlSeconds = "invalid_ttl_seconds",
    /// A ticket's uses below 1 or more than can be counted.
    InvalidMaxUses = "invalid_max_uses",
    /// No link, or not one of http, https or mailto.
    InvalidUrl = "invalid_url",
    /// An edit is of a text of another length, or begins or ends within a character. Or there are none, or too many.
    InvalidEdits = "invalid_edits",
    /// No editor can be known by this name.
    InvalidClient = "invalid_client",
    /// A text's language is no short word.
    InvalidLanguage = "invalid_language",
    /// Only texts say something, only links lead somewhere; and only texts without `max_downloads` are edited together.
    WrongContentType = "wrong_content_type",
    /// A file's size, or the sum of the sizes, is out of range.
    InvalidSize = "invalid_size",
    /// No files, too many, a name twice, or one that has to be alone.
    InvalidManifest = "invalid_manifest",
    /// No SHA-256, or none where one is needed.
    InvalidHash = "invalid_hash",
    /// Chunks of a size outside the limits, or too many of them.
    InvalidChunkSize = "invalid_chunk_size",
    /// The upload has no file of that index.
    InvalidFileIndex = "invalid_file_index",
    /// The file has no chunk of that index.
    InvalidChunkIndex = "invalid_chunk_index",
    /// No parts to be joined, too many, or one twice.
    InvalidParts = "invalid_parts",
    /// No ids, or too many.
    InvalidIds = "invalid_ids",
    /// The upload is not what was announced.
    ManifestMismatch = "manifest_mismatch",
    /// A chunk has another size or hash than its index or its request says; nothing of it is kept.
    ChunkMismatch = "chunk_mismatch",
    /// The whole file has another hash; its chunks are kept.
    HashMismatch = "hash_mismatch",
    /// No token was sent.
    TokenMissing = "token_missing",
    /// The token is not one of this room's.
    TokenInvalid = "token_invalid",
    /// The token has expired.
    TokenExpired = "token_expired",
    /// The token was revoked.
    TokenRevoked = "token_revoked",
    /// The refresh token is unknown, expired or revoked.
    RefreshTokenInvalid = "refresh_token_invalid",
    /// The refresh token was used before; its session is revoked.
    RefreshTokenReused = "refresh_token_reused",
    /// The ticket is unknown, expired, revoked, or opens something else.
    TicketInvalid = "ticket_invalid",
    /// The upload token is unknown, or of another room.
    UploadTokenInvalid = "upload_token_invalid",
    /// The token lacks a permission.
    PermissionDenied = "permission_denied",
    /// Only the owner may.
    OwnerOnly = "owner_only",
    /// The room does not answer to its plain name.
    NotShared = "not_shared",
    /// Another password.
    WrongPassword = "wrong_password",
    /// Another owner key.
    WrongOwnerKey = "wrong_owner_key",
    /// Nobody new may enter.
    RoomLocked = "room_locked",
    /// The room is closed to all but its owner.
    RoomClosed = "room_closed",
    /// The ticket is for what guests of the room may not do now.
    TicketIdle = "ticket_idle",
    /// The room's entries are used up.
    EntriesExhausted = "entries_exhausted",
    /// The token named belongs to another session.
    NotYourToken = "not_your_token",
    /// The ticket named was made by another session.
    NotYourTicket = "not_your_ticket",
    /// The content was added by another session.
    NotYourContent = "not_your_content",
    /// No such room.
    RoomNotFound = "room_not_found",
    /// No such content.
    ContentNotFound = "content_not_found",
    /// The content has no thumbnail.
    ThumbnailNotFound = "thumbnail_not_found",
    /// No such reservation.
    ReservationNotFound = "reservation_not_found",
    /// No such token.
    TokenNotFound = "token_not_found",
    /// No such ticket.
    TicketNotFound = "ticket_not_found",
    /// A content with `max_downloads` has no thumbnail.
    LimitedContent = "limited_content",
    /// Another room answers to this name.
    NameTaken = "name_taken",
    /// An upload has begun on this reservation.
    ReservationInUse = "reservation_in_use",
    /// Another chunk has arrived under this index, and is kept.
    ChunkConflict = "chunk_conflict",
    /// Chunks have not arrived, or a part has not.
    UploadIncomplete = "upload_incomplete",
    /// The file does not end where the piece begins.
    OffsetConflict = "offset_conflict",
    /// The room's time is over.
    RoomExpired = "room_expired",
    /// The content's time is over.
    ContentExpired = "content_expired",
    /// The content's downloads are used up.
    DownloadsSpent = "downloads_spent",
    /// The ticket's uses are used up.
    TicketSpent = "ticket_spent",
    /// The reservation was not used in time.
    ReservationExpired = "reservation_expired",
    /// The content is at another version than the change starts from.
    PreconditionFailed = "precondition_failed",
    /// Edits start from an older version than the text is at; those since come along.
    VersionBehind = "version_behind",
    /// What was edited since a version is not kept.
    EditsGone = "edits_gone",
    /// More contents than one archive takes.
    ArchiveTooLarge = "archive_too_large",
    /// A file is longer than announced.
    FileTooLong = "file_too_long",
    /// As many pieces have arrived as one upload may have.
    TooManyPieces = "too_many_pieces",
    /// A text is over the limit.
    TextTooLong = "text_too_long",
    /// It does not fit the room.
    RoomFull = "room_full",
    /// A change has to name the version that it starts from.
    PreconditionRequired = "precondition_required",
    /// The room has as many contents as one may have, or promised to uploads.
    RoomContentsFull = "room_contents_full",
    /// The names of what is in the room, and under way, cost as much as they may.
    RoomRowsFull = "room_rows_full",
    /// The room has as many reservations as one may have.
    TooManyReservations = "too_many_reservations",
    /// As many uploads in pieces are under way in the room as one may have.
    TooManyUploads = "too_many_uploads",
    /// Too many wrong guesses, or too many passwords to be checked at once: wait.
    TooManyAttempts = "too_many_attempts",
    /// As many uploads in pieces are under way in the session as a guest's may have.
    TooManySessionUploads = "too_many_session_uploads",
    /// The room has as many tickets as one may have.
    TooManyTickets = "too_many_tickets",
    /// The room has as many tokens as one may have.
    TooManyTokens = "too_many_tokens",
    /// The room has as many refresh tokens as one may have.
    TooManyRefreshTokens = "too_many_refresh_tokens",
    /// A defect on the server.
    Internal = "internal",
    /// The server's store cannot be reached; try again.
    Unavailable = "unavailable",
    /// The server's storage is full.
    StorageFull = "storage_full",
}

impl Error {
    /// Its word for programs.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Invalid(invalid) => invalid.code(),
            Self::RoomNotFound => ErrorCode::RoomNotFound,
            Self::RoomExpired => ErrorCode::RoomExpired,
            Self::Unauthorized(why) => why.code(),
            Self::PermissionDenied(_) => ErrorCode::PermissionDenied,
            Self::OwnerOnly => ErrorCode::OwnerOnly,
            Self::NotShared => ErrorCode::NotShared,
            Self::WrongPassword => ErrorCode::WrongPassword,
            Self::WrongOwnerKey => ErrorCode::WrongOwnerKey,
            Self::RoomLocked => ErrorCode::RoomLocked,
            Self::RoomClosed => ErrorCode::RoomClosed,
            Self::EntriesExhausted => ErrorCode::EntriesExhausted,
            Self::NotYourToken => ErrorCode::NotYourToken,
            Self::NotYourTicket => ErrorCode::NotYourTicket,
            Self::NotYourContent => ErrorCode::NotYourContent,
            Self::LimitedContent => ErrorCode::LimitedContent,
            Self::ThumbnailNotFound => ErrorCode::ThumbnailNotFound,
            Self::ContentNotFound(_) | Self::FileNotFound(_) => ErrorCode::ContentNotFound,
            Self::PreconditionRequired => ErrorCode::PreconditionRequired,
            Self::PreconditionFailed(_) => ErrorCode::PreconditionFailed,
            Self::VersionBehind(_) => ErrorCode::VersionBehind,
            Self::EditsGone => ErrorCode::EditsGone,
            Self::ReservationNotFound => ErrorCode::ReservationNotFound,
            Self::TokenNotFound => ErrorCode::TokenNotFound,
            Self::TicketNotFound => ErrorCode::TicketNotFound,
            Self::TicketSpent => ErrorCode::TicketSpent,
            Self::TicketIdle(_) => ErrorCode::TicketIdle,
            Self::ContentExpired => ErrorCode::ContentExpired,
            Self::DownloadsSpent => ErrorCode::DownloadsSpent,
            Self::ReservationExpired => ErrorCode::ReservationExpired,
            Self::NameTaken => ErrorCode::NameTaken,
            Self::ReservationInUse => ErrorCode::ReservationInUse,
            Self::ManifestMismatch(_) => ErrorCode::ManifestMismatch,
            Self::ChunkMismatch(_) => ErrorCode::ChunkMismatch,
            Self::HashMismatch { .. } => ErrorCode::HashMismatch,
            Self::ChunkConflict { .. } => ErrorCode::ChunkConflict,
            Self::ChunksMissing { .. } | Self::PartUnfinished { .. } => ErrorCode::UploadIncomplete,
            Self::OffsetConflict { .. } => ErrorCode::OffsetConflict,
            Self::TooMany(full) => full.what.code(),
            Self::TooManyAttempts => ErrorCode::TooManyAttempts,
            Self::TooManyPieces => ErrorCode::TooManyPieces,
            Self::FileTooLong { .. } => ErrorCode::FileTooLong,
            Self::ArchiveTooLarge => ErrorCode::ArchiveTooLarge,
            Self::TextTooLong(_) => ErrorCode::TextTooLong,
            Self::RoomFull(_) => ErrorCode::RoomFull,
            Self::StorageFull | Self::Store(StoreError::Full(_)) | Self::Blob(BlobError::Full(_)) => {
                ErrorCode::StorageFull
            }
            Self::Store(StoreError::Contended(_) | StoreError::Unavailable(_))
            | Self::Blob(BlobError::Unavailable(_))
            | Self::PasswordsBusy
            | Self::PieceLost => ErrorCode::Unavailable,
            Self::Store(StoreError::AddressTaken | StoreError::Corrupt(_))
            | Self::Blob(BlobError::Missing(_))
            | Self::Crypto(_) => ErrorCode::Internal,
        }
    }
}

impl Counted {
    /// The word for programs when there are as many as there may be.
    pub const fn code(self) -> ErrorCode {
        match self {
            Self::Contents => ErrorCode::RoomContentsFull,
            Self::Rows => ErrorCode::RoomRowsFull,
            Self::Reservations => ErrorCode::TooManyReservations,
            Self::Uploads => ErrorCode::TooManyUploads,
            Self::SessionUploads => ErrorCode::TooManySessionUploads,
            Self::Tickets => ErrorCode::TooManyTickets,
            Self::Tokens => ErrorCode::TooManyTokens,
            Self::RefreshTokens => ErrorCode::TooManyRefreshTokens,
        }
    }
}

impl Invalid {
    /// Its word for programs.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::RoomName(_) => ErrorCode::InvalidRoomName,
            Self::FileName(_) | Self::FileWithoutName => ErrorCode::InvalidFileName,
            Self::Permission(_) => ErrorCode::InvalidPermission,
            Self::Password => ErrorCode::InvalidPassword,
            Self::MaxSize { .. } | Self::MaxSizeBelowCurrent { .. } => ErrorCode::InvalidMaxSize,
            Self::MaxEntries => ErrorCode::InvalidMaxTimesEntered,
            Self::ExpireAt { .. } | Self::ContentExpireAt => ErrorCode::InvalidExpireAt,
            Self::MaxDownloads | Self::MaxDownloadsReached { .. } => ErrorCode::InvalidMaxDownloads,
            Self::Url(_) => ErrorCode::InvalidUrl,
            Self::Language(_) => ErrorCode::InvalidLanguage,
            Self::ContentMember { .. } | Self::LimitedText => ErrorCode::WrongContentType,
            Self::Edit { .. } | Self::EditCount => ErrorCode::InvalidEdits,
            Self::Editor => ErrorCode::InvalidClient,
            Self::Thumbnail(_) => ErrorCode::InvalidThumbnail,
            Self::TicketTtl => ErrorCode::InvalidTtlSeconds,
            Self::TicketUses => ErrorCode::InvalidMaxUses,
            Self::FileSize { .. } | Self::ManifestTotal => ErrorCode::InvalidSize,
            Self::ManifestCount(_) | Self::DoubledName(_) | Self::AppendedBeside(_) => {
                ErrorCode::InvalidManifest
            }
            Self::Hash | Self::FinalHashMissing => ErrorCode::InvalidHash,
            Self::ChunkSize { .. } | Self::TooManyChunks { .. } => ErrorCode::InvalidChunkSize,
            Self::FileIndex { .. } => ErrorCode::InvalidFileIndex,
            Self::ChunkIndex { .. } => ErrorCode::InvalidChunkIndex,
            Self::Parts => ErrorCode::InvalidParts,
            Self::ContentCount => ErrorCode::InvalidIds,
        }
    }
}

impl Unauthorized {
    /// Its word for programs.
    pub fn code(self) -> ErrorCode {
        match self {
            Self::Missing => ErrorCode::TokenMissing,
            Self::Invalid => ErrorCode::TokenInvalid,
            Self::Expired => ErrorCode::TokenExpired,
            Self::Revoked => ErrorCode::TokenRevoked,
            Self::UploadToken => ErrorCode::UploadTokenInvalid,
            Self::RefreshToken => ErrorCode::RefreshTokenInvalid,
            Self::Ticket => ErrorCode::TicketInvalid,
            Self::RefreshTokenReused => ErrorCode::RefreshTokenReused,
        }
    }
}

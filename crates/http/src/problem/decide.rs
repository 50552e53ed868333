//! What an error of a use case is answered with. Both matches name every case: a new error does not compile until it
//! is decided here which status it has, and what of its facts a program gets.

use axum::http::StatusCode;
use elizabeth_api::{ContentObject, EditsObject};
use elizabeth_core::{Error, ErrorCode};
use serde_json::{Value, json};

/// The status that a code comes with.
pub(super) const fn status(code: ErrorCode) -> StatusCode {
    use ErrorCode as E;
    use StatusCode as S;
    match code {
        E::InvalidRoomName
        | E::InvalidFileName
        | E::InvalidPermission
        | E::InvalidPassword
        | E::InvalidMaxSize
        | E::InvalidMaxTimesEntered
        | E::InvalidExpireAt
        | E::InvalidMaxDownloads
        | E::InvalidTtlSeconds
        | E::InvalidMaxUses
        | E::InvalidUrl
        | E::InvalidEdits
        | E::InvalidClient
        | E::InvalidLanguage
        | E::WrongContentType
        | E::InvalidThumbnail
        | E::InvalidSize
        | E::InvalidManifest
        | E::InvalidHash
        | E::InvalidChunkSize
        | E::InvalidFileIndex
        | E::InvalidChunkIndex
        | E::InvalidParts
        | E::InvalidIds
        | E::ManifestMismatch
        | E::ChunkMismatch
        | E::HashMismatch => S::BAD_REQUEST,
        E::TokenMissing
        | E::TokenInvalid
        | E::TokenExpired
        | E::TokenRevoked
        | E::RefreshTokenInvalid
        | E::RefreshTokenReused
        | E::TicketInvalid
        | E::UploadTokenInvalid => S::UNAUTHORIZED,
        E::PermissionDenied
        | E::OwnerOnly
        | E::NotShared
        | E::WrongPassword
        | E::WrongOwnerKey
        | E::RoomLocked
        | E::RoomClosed
        | E::TicketIdle
        | E::EntriesExhausted
        | E::NotYourToken
        | E::NotYourTicket
        | E::NotYourContent => S::FORBIDDEN,
        E::RoomNotFound
        | E::ContentNotFound
        | E::ThumbnailNotFound
        | E::ReservationNotFound
        | E::TokenNotFound
        | E::TicketNotFound => S::NOT_FOUND,
        E::NameTaken
        | E::LimitedContent
        | E::VersionBehind
        | E::ReservationInUse
        | E::ChunkConflict
        | E::UploadIncomplete
        | E::OffsetConflict
        | E::RoomContentsFull
        | E::TooManyTickets => S::CONFLICT,
        E::RoomExpired
        | E::EditsGone
        | E::ContentExpired
        | E::DownloadsSpent
        | E::TicketSpent
        | E::ReservationExpired => S::GONE,
        E::PreconditionFailed => S::PRECONDITION_FAILED,
        E::ArchiveTooLarge
        | E::FileTooLong
        | E::TooManyPieces
        | E::TextTooLong
        | E::RoomFull
        | E::RoomRowsFull => S::PAYLOAD_TOO_LARGE,
        E::PreconditionRequired => S::PRECONDITION_REQUIRED,
        E::TooManyReservations
        | E::TooManyUploads
        | E::TooManyAttempts
        | E::TooManySessionUploads
        | E::TooManyTokens
        | E::TooManyRefreshTokens => S::TOO_MANY_REQUESTS,
        E::Internal => S::INTERNAL_SERVER_ERROR,
        E::Unavailable => S::SERVICE_UNAVAILABLE,
        E::StorageFull => S::INSUFFICIENT_STORAGE,
    }
}

/// The facts that go with an error, for programs.
pub(super) fn details(error: &Error) -> Option<Value> {
    match error {
        Error::RoomFull(full) => Some(json!({"requested": full.requested, "remaining": full.remaining})),
        Error::PreconditionFailed(current) => serde_json::to_value(ContentObject::from(&**current)).ok(),
        Error::VersionBehind(since) => serde_json::to_value(EditsObject::from((**since).clone())).ok(),
        Error::FileTooLong { name, declared } => Some(json!({"name": name.as_str(), "declared": declared})),
        Error::ChunksMissing { file, count, first } => {
            Some(json!({"file_index": file, "missing_count": count, "missing_chunks": first}))
        }
        Error::HashMismatch { expected, actual } => {
            Some(json!({"expected": expected.to_hex(), "actual": actual.to_hex()}))
        }
        Error::TooMany(full) => Some(json!({"limit": full.what.limit().name(), "most": full.most})),
        Error::OffsetConflict { offset } => Some(json!({"offset": offset})),
        // Their sentences say what there is to say.
        Error::Invalid(_)
        | Error::RoomNotFound
        | Error::RoomExpired
        | Error::Unauthorized(_)
        | Error::PermissionDenied(_)
        | Error::OwnerOnly
        | Error::NotShared
        | Error::WrongPassword
        | Error::WrongOwnerKey
        | Error::RoomLocked
        | Error::RoomClosed
        | Error::EntriesExhausted
        | Error::NotYourToken
        | Error::NotYourTicket
        | Error::NotYourContent
        | Error::LimitedContent
        | Error::ThumbnailNotFound
        | Error::ContentNotFound(_)
        | Error::FileNotFound(_)
        | Error::PreconditionRequired
        | Error::EditsGone
        | Error::ReservationNotFound
        | Error::TokenNotFound
        | Error::TicketNotFound
        | Error::TicketSpent
        | Error::TicketIdle(_)
        | Error::ContentExpired
        | Error::DownloadsSpent
        | Error::ReservationExpired
        | Error::NameTaken
        | Error::ReservationInUse
        | Error::ManifestMismatch(_)
        | Error::ChunkMismatch(_)
        | Error::ChunkConflict { .. }
        | Error::PartUnfinished { .. }
        | Error::PieceLost
        | Error::TooManyAttempts
        | Error::PasswordsBusy
        | Error::TooManyPieces
        | Error::TextTooLong(_)
        | Error::ArchiveTooLarge
        | Error::StorageFull
        | Error::Store(_)
        | Error::Blob(_)
        | Error::Crypto(_) => None,
    }
}

//! The words that tell problems apart.

use serde::Serialize;
use utoipa::ToSchema;

/// A stable word for a problem. The status says of what class it is; one code always comes with one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// 400: the path cannot be read.
    InvalidPath,
    /// 400: the query string cannot be read.
    InvalidQuery,
    /// 400: a header cannot be read.
    InvalidHeader,
    /// 400: the body is no JSON, or of the wrong shape.
    InvalidJson,
    /// 400: the body ended before it was complete; nothing is kept.
    IncompleteBody,
    /// 400: the body is no well-formed `multipart/form-data`.
    InvalidMultipart,
    /// 400: no room can have this name.
    InvalidRoomName,
    /// 400: no file can have this name.
    InvalidFileName,
    /// 400: bits without a meaning.
    InvalidPermission,
    /// 400: a password of 0 or too many bytes.
    InvalidPassword,
    /// 400: a room's size above the ceiling, or below what is in the room.
    InvalidMaxSize,
    /// 400: more entries than can be counted.
    InvalidMaxTimesEntered,
    /// 400: an expiry in the past, or beyond the ceiling.
    InvalidExpireAt,
    /// 400: downloads below 1 or more than can be counted.
    InvalidMaxDownloads,
    /// 400: a ticket's life below a second.
    InvalidTtlSeconds,
    /// 400: a ticket's uses below 1 or more than can be counted.
    InvalidMaxUses,
    /// 400: no link, or not one of http, https or mailto.
    InvalidUrl,
    /// 400: a text's language is no short word.
    InvalidLanguage,
    /// 400: only texts say something, only links lead somewhere.
    WrongContentType,
    /// 400: no media type.
    InvalidMediaType,
    /// 400: a file's size, or the sum of the sizes, is out of range.
    InvalidSize,
    /// 400: no files, too many, or a name twice.
    InvalidManifest,
    /// 400: no SHA-256, or none where one is needed.
    InvalidHash,
    /// 400: chunks of a size outside the limits, or too many of them.
    InvalidChunkSize,
    /// 400: the upload has no file of that index.
    InvalidFileIndex,
    /// 400: the file has no chunk of that index.
    InvalidChunkIndex,
    /// 400: no parts to be joined, too many, or one twice.
    InvalidParts,
    /// 400: no ids, or too many.
    InvalidIds,
    /// 400: the upload is not what was announced.
    ManifestMismatch,
    /// 400: a chunk has another size or hash than its index or its request says; nothing of it is kept.
    ChunkMismatch,
    /// 400: the whole file has another hash; its chunks are kept. `details` has both.
    HashMismatch,
    /// 401: no token was sent.
    TokenMissing,
    /// 401: the token is not one of this room's.
    TokenInvalid,
    /// 401: the token has expired.
    TokenExpired,
    /// 401: the token was revoked.
    TokenRevoked,
    /// 401: the refresh token is unknown, expired or revoked.
    RefreshTokenInvalid,
    /// 401: the refresh token was used before; its session is revoked.
    RefreshTokenReused,
    /// 401: the ticket is unknown, expired, revoked, or opens something else.
    TicketInvalid,
    /// 401: the upload token is unknown, or of another room.
    UploadTokenInvalid,
    /// 401: the room's password is missing or another one, where a room is used as a folder.
    PasswordRequired,
    /// 401: this is not the admin token.
    AdminTokenInvalid,
    /// 403: the token lacks a permission.
    PermissionDenied,
    /// 403: only the owner may.
    OwnerOnly,
    /// 403: the room does not answer to its plain name.
    NotShared,
    /// 403: another password.
    WrongPassword,
    /// 403: another owner key.
    WrongOwnerKey,
    /// 403: nobody new may enter.
    RoomLocked,
    /// 403: the room is closed to all but its owner.
    RoomClosed,
    /// 403: the room's entries are used up.
    EntriesExhausted,
    /// 403: the token named belongs to another session.
    NotYourToken,
    /// 403: the ticket named was made by another session.
    NotYourTicket,
    /// 403: the upload is made of others; nothing can be added to it.
    UploadFinal,
    /// 404: there is nothing at this address.
    NotFound,
    /// 404: no such room.
    RoomNotFound,
    /// 404: no such content.
    ContentNotFound,
    /// 404: no such reservation.
    ReservationNotFound,
    /// 404: no such token.
    TokenNotFound,
    /// 404: no such ticket.
    TicketNotFound,
    /// 405: the address has other methods; `Allow` names them.
    MethodNotAllowed,
    /// 408: the body did not arrive in time.
    RequestTimeout,
    /// 408: the upload fell silent. A reservation for one upload is released; one in pieces can go on.
    UploadTimedOut,
    /// 409: another room answers to this name.
    NameTaken,
    /// 409: an upload has begun on this reservation.
    ReservationInUse,
    /// 409: another chunk has arrived under this index, and is kept.
    ChunkConflict,
    /// 409: chunks have not arrived, of which `details.missing_chunks` names the first thousand; or a part has not.
    UploadIncomplete,
    /// 409: the file does not end where the piece begins; `details.offset` says where it does.
    OffsetConflict,
    /// 410: the room's time is over.
    RoomExpired,
    /// 410: the content's time is over.
    ContentExpired,
    /// 410: the content's downloads are used up.
    DownloadsSpent,
    /// 410: the ticket's uses are used up.
    TicketSpent,
    /// 410: the reservation was not used in time.
    ReservationExpired,
    /// 411: the body's length must be announced.
    LengthRequired,
    /// 412: `If-Match` or `If-Unmodified-Since` does not hold; after a change `details` is the content as it stands.
    PreconditionFailed,
    /// 412: the request is of no version of the tus protocol that is spoken here; `Tus-Version` names it.
    TusVersion,
    /// 413: the body is over the limit for its kind.
    BodyTooLarge,
    /// 413: more contents than one archive takes.
    ArchiveTooLarge,
    /// 413: a file is longer than announced.
    FileTooLong,
    /// 413: as many pieces have arrived as one upload may have.
    TooManyPieces,
    /// 413: a text is over the limit.
    TextTooLong,
    /// 413: it does not fit the room.
    RoomFull,
    /// 415: a body of this type is not understood here.
    UnsupportedMediaType,
    /// 416: the range lies beyond the end.
    RangeNotSatisfiable,
    /// 428: a change has to name the version that it starts from in `If-Match`.
    PreconditionRequired,
    /// 460: a piece has another hash than was announced; nothing of it is kept.
    ChecksumMismatch,
    /// 429: as many uploads in pieces are under way in the room as one may have.
    TooManyUploads,
    /// 500: a defect on the server.
    Internal,
    /// 503: the server's store cannot be reached; try again.
    Unavailable,
    /// 507: the server's storage is full.
    StorageFull,
}

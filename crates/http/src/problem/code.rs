//! The words that tell problems apart.

use std::borrow::Cow;

use axum::http::StatusCode;
use elizabeth_core::ErrorCode;
use serde::{Serialize, Serializer};
use utoipa::{
    PartialSchema, ToSchema,
    openapi::{ObjectBuilder, RefOr, Schema, Type},
};

use super::decide;

/// A stable word for a problem. The status says of what class it is; one code always comes with one status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// A use case failed.
    Error(ErrorCode),
    /// The request did not come to one.
    Request(RequestCode),
}

/// Declares the codes of requests with their statuses and words.
macro_rules! codes {
    ($($(#[$doc:meta])* $code:ident = $status:literal $word:literal,)+) => {
        /// Why a request did not come to a use case.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum RequestCode {
            $($(#[$doc])* $code,)+
        }

        impl RequestCode {
            const ALL: &[Self] = &[$(Self::$code,)+];

            const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$code => $word,)+
                }
            }

            fn status(self) -> StatusCode {
                let number = match self {
                    $(Self::$code => $status,)+
                };
                StatusCode::from_u16(number).unwrap_or(StatusCode::BAD_REQUEST)
            }
        }
    };
}

codes! {
    /// The path cannot be read.
    InvalidPath = 400 "invalid_path",
    /// The query string cannot be read.
    InvalidQuery = 400 "invalid_query",
    /// A header cannot be read.
    InvalidHeader = 400 "invalid_header",
    /// The request names no host, or two, or what is none.
    InvalidHost = 400 "invalid_host",
    /// The body is no JSON, or of the wrong shape.
    InvalidJson = 400 "invalid_json",
    /// The body ended before it was complete; nothing is kept.
    IncompleteBody = 400 "incomplete_body",
    /// The body is no well-formed `multipart/form-data`.
    InvalidMultipart = 400 "invalid_multipart",
    /// The room's password is missing or another one, where a room is used as a folder.
    PasswordRequired = 401 "password_required",
    /// This is not the admin token.
    AdminTokenInvalid = 401 "admin_token_invalid",
    /// Rooms are made here with a key, and none was sent.
    CreateKeyRequired = 401 "create_key_required",
    /// This is not the key that rooms are made with.
    CreateKeyInvalid = 403 "create_key_invalid",
    /// A browser asks for a content to run it, to style a page by it, or to show it within a page.
    DestinationRefused = 403 "destination_refused",
    /// The upload is made of others; nothing can be added to it.
    UploadFinal = 403 "upload_final",
    /// The session that a signal is for is not there.
    NotPresent = 404 "not_present",
    /// There is nothing at this address.
    NotFound = 404 "not_found",
    /// The address has other methods; `Allow` names them.
    MethodNotAllowed = 405 "method_not_allowed",
    /// The body did not arrive in time.
    RequestTimeout = 408 "request_timeout",
    /// The upload fell silent. A reservation for one upload is released; one in pieces can go on.
    UploadTimedOut = 408 "upload_timed_out",
    /// The body's length must be announced.
    LengthRequired = 411 "length_required",
    /// The request is of no version of the tus protocol that is spoken here; `Tus-Version` names it.
    TusVersion = 412 "tus_version",
    /// The body is over the limit for its kind.
    BodyTooLarge = 413 "body_too_large",
    /// A body of this type is not understood here.
    UnsupportedMediaType = 415 "unsupported_media_type",
    /// The range lies beyond the end.
    RangeNotSatisfiable = 416 "range_not_satisfiable",
    /// The server does not answer to the name that the request came by.
    HostNotAllowed = 421 "host_not_allowed",
    /// This client asks too often: wait.
    TooManyRequests = 429 "too_many_requests",
    /// This session edits texts too fast: wait.
    TooManyEdits = 429 "too_many_edits",
    /// This client makes too many rooms: wait.
    TooManyRooms = 429 "too_many_rooms",
    /// As many listen to the room, or from this address, as may: wait, or close a stream.
    TooManyListeners = 429 "too_many_listeners",
    /// This session says too often that it is there, or sends too many signals: wait.
    TooManySigns = 429 "too_many_signs",
    /// As many say that they are in the room as may.
    TooManyPresent = 429 "too_many_present",
    /// As many listen to this process as may, or it is about to end: wait.
    ListenersFull = 503 "listeners_full",
    /// A piece has another hash than was announced; nothing of it is kept.
    ChecksumMismatch = 460 "checksum_mismatch",
}

impl Code {
    /// All of them, by status and word.
    pub fn all() -> Vec<Self> {
        let errors = ErrorCode::ALL.iter().copied().map(Self::Error);
        let requests = RequestCode::ALL.iter().copied().map(Self::Request);
        let mut all: Vec<Self> = errors.chain(requests).collect();
        all.sort_by_key(|code| (code.status(), code.as_str()));
        all
    }

    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error(code) => code.as_str(),
            Self::Request(code) => code.as_str(),
        }
    }

    /// Whether it is a limit's refusal: of how much there may be, or how often it may be asked for.
    pub(crate) fn is_limit(self) -> bool {
        let by_status =
            matches!(self.status(), StatusCode::TOO_MANY_REQUESTS | StatusCode::INSUFFICIENT_STORAGE);
        let by_code = match self {
            Self::Error(code) => matches!(
                code,
                ErrorCode::RoomFull
                    | ErrorCode::RoomContentsFull
                    | ErrorCode::RoomRowsFull
                    | ErrorCode::TooManyTickets
            ),
            Self::Request(code) => code == RequestCode::ListenersFull,
        };
        by_status || by_code
    }

    /// The status that it comes with.
    pub fn status(self) -> StatusCode {
        match self {
            Self::Error(code) => decide::status(code),
            Self::Request(code) => code.status(),
        }
    }
}

impl From<ErrorCode> for Code {
    fn from(code: ErrorCode) -> Self {
        Self::Error(code)
    }
}

impl From<RequestCode> for Code {
    fn from(code: RequestCode) -> Self {
        Self::Request(code)
    }
}

impl Serialize for Code {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl PartialSchema for Code {
    fn schema() -> RefOr<Schema> {
        let words = Self::all().into_iter().map(Self::as_str);
        ObjectBuilder::new()
            .schema_type(Type::String)
            .description(Some(
                "A stable word for a problem. The status says of what class it is; one code always comes with one status.",
            ))
            .enum_values(Some(words))
            .into()
    }
}

impl ToSchema for Code {
    fn name() -> Cow<'static, str> {
        Cow::Borrowed("Code")
    }
}

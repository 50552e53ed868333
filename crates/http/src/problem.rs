//! Errors as answers: `application/problem+json` (RFC 9457).
//!
//! A [`Problem`] travels to the outermost layer as an extension of its response. Only there is it written, because
//! only there the request's id is known, which every answer of the 5xx class carries in place of its cause.

use std::{borrow::Cow, sync::Arc};

use axum::{
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use elizabeth_api::ContentObject;
use elizabeth_core::{
    Error, Invalid, Unauthorized,
    ports::{BlobError, StoreError},
};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

pub use crate::code::Code;

/// What a person is told of a defect.
const INTERNAL: &str = "something went wrong on the server";

/// Why a request was not answered as asked.
#[derive(Debug)]
pub struct Problem {
    status: StatusCode,
    code: Code,
    error: Cow<'static, str>,
    details: Option<Box<serde_json::Value>>,
    cause: Option<Box<Error>>,
    close: bool,
}

impl Problem {
    /// A problem with a text for people.
    pub fn new(status: StatusCode, code: Code, error: impl Into<Cow<'static, str>>) -> Self {
        Self { status, code, error: error.into(), details: None, cause: None, close: false }
    }

    /// A request that is malformed.
    pub fn bad_request(code: Code, error: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, error)
    }

    /// A defect on the server. What it was stands in the log, by the request's id.
    pub fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Code::Internal, INTERNAL)
    }

    /// With facts for programs.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// The connection ends after this answer: the rest of the request's body is not wanted.
    #[must_use]
    pub fn closing(mut self) -> Self {
        self.close = true;
        self
    }

    /// The same for a client that sends passwords by Basic authentication (RFC 7617): it is asked for one.
    #[must_use]
    pub(crate) fn asking_for_password(self) -> Self {
        if self.code != Code::WrongPassword {
            return self;
        }
        let error = "the room's password is missing or wrong; with curl: -u :password".into();
        Self { status: StatusCode::UNAUTHORIZED, code: Code::PasswordRequired, error, ..self }
    }

    /// The status it answers with.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The word for what a client can do something about; `None` for what is wrong with the server.
    pub(crate) fn client_code(&self) -> Option<String> {
        let word = serde_json::to_value(self.code).ok().filter(|_| self.status.is_client_error())?;
        word.as_str().map(str::to_owned)
    }

    /// The sentence for people.
    pub fn text(&self) -> &str {
        &self.error
    }

    /// What went wrong inside. For the log only.
    pub fn cause(&self) -> Option<&Error> {
        self.cause.as_deref()
    }

    /// Writes the body into the response that carried this problem, keeping the headers it has (`Allow`, …).
    pub fn render(&self, request_id: &HeaderValue, response: &mut Response) {
        let server_error = self.status.is_server_error();
        let body = ProblemBody {
            kind: "about:blank",
            title: self.status.canonical_reason().unwrap_or("Error"),
            status: self.status.as_u16(),
            code: self.code,
            error: &self.error,
            details: self.details.as_deref(),
            request_id: request_id.to_str().ok().filter(|_| server_error),
        };
        // A map of texts and numbers always serialises; were it not so, an empty body is what is left to say.
        let bytes = serde_json::to_vec(&body).unwrap_or_default();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        // What routing set for its own empty body.
        headers.remove(header::CONTENT_LENGTH);
        if self.status == StatusCode::UNAUTHORIZED {
            let by_password = self.code == Code::PasswordRequired;
            let challenge = if by_password { r#"Basic realm="room", charset="UTF-8""# } else { "Bearer" };
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        let pause = match self.status {
            StatusCode::SERVICE_UNAVAILABLE => Some("1"),
            StatusCode::TOO_MANY_REQUESTS => Some("60"),
            _ => None,
        };
        headers.extend(pause.map(|pause| (header::RETRY_AFTER, HeaderValue::from_static(pause))));
        if self.close {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        *response.body_mut() = bytes.into();
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.status.into_response();
        response.extensions_mut().insert(Arc::new(self));
        response
    }
}

/// An error as it is sent.
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody<'a> {
    /// Always `about:blank`: `code` tells problems apart.
    #[serde(rename = "type")]
    kind: &'static str,
    /// The status in words.
    title: &'static str,
    /// The HTTP status.
    status: u16,
    /// A stable word for programs.
    code: Code,
    /// A sentence for people.
    error: &'a str,
    /// More for programs, by `code`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    details: Option<&'a serde_json::Value>,
    /// With a status of 500 and above: what to look for in the server's log.
    #[serde(skip_serializing_if = "Option::is_none")]
    request_id: Option<&'a str>,
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Error::from(invalid).into()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let (status, code) = classify(&error);
        let details = details(&error).map(Box::new);
        if status.is_server_error() {
            let text = match status {
                StatusCode::INSUFFICIENT_STORAGE => "the server's storage is full",
                StatusCode::SERVICE_UNAVAILABLE => "the server cannot do this at the moment; try again later",
                _ => INTERNAL,
            };
            return Self { cause: Some(Box::new(error)), details, ..Self::new(status, code, text) };
        }
        Self { details, ..Self::new(status, code, error.to_string()) }
    }
}

/// Facts that go with an error.
fn details(error: &Error) -> Option<serde_json::Value> {
    if let Error::RoomFull(full) = error {
        return Some(json!({"requested": full.requested, "remaining": full.remaining}));
    }
    if let Error::PreconditionFailed(current) = error {
        return serde_json::to_value(ContentObject::from(&**current)).ok();
    }
    if let Error::FileTooLong { name, declared } = error {
        return Some(json!({"name": name.as_str(), "declared": declared}));
    }
    if let Error::ChunksMissing { file, count, first } = error {
        return Some(json!({"file_index": file, "missing_count": count, "missing_chunks": first}));
    }
    if let Error::HashMismatch { expected, actual } = error {
        return Some(json!({"expected": expected.to_hex(), "actual": actual.to_hex()}));
    }
    if let Error::OffsetConflict { offset } = error {
        return Some(json!({"offset": offset}));
    }
    None
}

/// The one place where an error becomes a status and a code.
fn classify(error: &Error) -> (StatusCode, Code) {
    use StatusCode as S;
    match error {
        Error::Invalid(invalid) => (S::BAD_REQUEST, invalid_code(invalid)),
        Error::RoomNotFound => (S::NOT_FOUND, Code::RoomNotFound),
        Error::RoomExpired => (S::GONE, Code::RoomExpired),
        Error::Unauthorized(why) => (S::UNAUTHORIZED, unauthorized_code(*why)),
        Error::PermissionDenied(_) => (S::FORBIDDEN, Code::PermissionDenied),
        Error::OwnerOnly => (S::FORBIDDEN, Code::OwnerOnly),
        Error::NotShared => (S::FORBIDDEN, Code::NotShared),
        Error::WrongPassword => (S::FORBIDDEN, Code::WrongPassword),
        Error::WrongOwnerKey => (S::FORBIDDEN, Code::WrongOwnerKey),
        Error::RoomLocked => (S::FORBIDDEN, Code::RoomLocked),
        Error::RoomClosed => (S::FORBIDDEN, Code::RoomClosed),
        Error::EntriesExhausted => (S::FORBIDDEN, Code::EntriesExhausted),
        Error::NotYourToken => (S::FORBIDDEN, Code::NotYourToken),
        Error::NotYourTicket => (S::FORBIDDEN, Code::NotYourTicket),
        Error::ContentNotFound(_) | Error::FileNotFound(_) => (S::NOT_FOUND, Code::ContentNotFound),
        Error::PreconditionRequired => (S::PRECONDITION_REQUIRED, Code::PreconditionRequired),
        Error::PreconditionFailed(_) => (S::PRECONDITION_FAILED, Code::PreconditionFailed),
        Error::ReservationNotFound => (S::NOT_FOUND, Code::ReservationNotFound),
        Error::TokenNotFound => (S::NOT_FOUND, Code::TokenNotFound),
        Error::TicketNotFound => (S::NOT_FOUND, Code::TicketNotFound),
        Error::TicketSpent => (S::GONE, Code::TicketSpent),
        Error::ContentExpired => (S::GONE, Code::ContentExpired),
        Error::DownloadsSpent => (S::GONE, Code::DownloadsSpent),
        Error::ReservationExpired => (S::GONE, Code::ReservationExpired),
        Error::NameTaken => (S::CONFLICT, Code::NameTaken),
        Error::ReservationInUse => (S::CONFLICT, Code::ReservationInUse),
        Error::ManifestMismatch(_) => (S::BAD_REQUEST, Code::ManifestMismatch),
        Error::ChunkMismatch(_) => (S::BAD_REQUEST, Code::ChunkMismatch),
        Error::HashMismatch { .. } => (S::BAD_REQUEST, Code::HashMismatch),
        Error::ChunkConflict { .. } => (S::CONFLICT, Code::ChunkConflict),
        Error::ChunksMissing { .. } | Error::PartUnfinished { .. } => (S::CONFLICT, Code::UploadIncomplete),
        Error::OffsetConflict { .. } => (S::CONFLICT, Code::OffsetConflict),
        Error::TooManyUploads => (S::TOO_MANY_REQUESTS, Code::TooManyUploads),
        Error::TooManyPieces => (S::PAYLOAD_TOO_LARGE, Code::TooManyPieces),
        Error::FileTooLong { .. } => (S::PAYLOAD_TOO_LARGE, Code::FileTooLong),
        Error::ArchiveTooLarge => (S::PAYLOAD_TOO_LARGE, Code::ArchiveTooLarge),
        Error::TextTooLong(_) => (S::PAYLOAD_TOO_LARGE, Code::TextTooLong),
        Error::RoomFull(_) => (S::PAYLOAD_TOO_LARGE, Code::RoomFull),
        Error::StorageFull | Error::Blob(BlobError::Full(_)) => (S::INSUFFICIENT_STORAGE, Code::StorageFull),
        Error::Store(StoreError::Contended(_) | StoreError::Unavailable(_))
        | Error::Blob(BlobError::Unavailable(_))
        | Error::PieceLost => (S::SERVICE_UNAVAILABLE, Code::Unavailable),
        Error::Store(StoreError::AddressTaken | StoreError::Corrupt(_))
        | Error::Blob(BlobError::Missing(_))
        | Error::Crypto(_) => (S::INTERNAL_SERVER_ERROR, Code::Internal),
    }
}

fn invalid_code(invalid: &Invalid) -> Code {
    match invalid {
        Invalid::RoomName(_) => Code::InvalidRoomName,
        Invalid::FileName(_) | Invalid::FileWithoutName => Code::InvalidFileName,
        Invalid::Permission(_) => Code::InvalidPermission,
        Invalid::Password => Code::InvalidPassword,
        Invalid::MaxSize { .. } | Invalid::MaxSizeBelowCurrent { .. } => Code::InvalidMaxSize,
        Invalid::MaxEntries => Code::InvalidMaxTimesEntered,
        Invalid::ExpireAt { .. } | Invalid::ContentExpireAt => Code::InvalidExpireAt,
        Invalid::MaxDownloads | Invalid::MaxDownloadsReached { .. } => Code::InvalidMaxDownloads,
        Invalid::Url(_) => Code::InvalidUrl,
        Invalid::Language(_) => Code::InvalidLanguage,
        Invalid::ContentMember { .. } => Code::WrongContentType,
        Invalid::TicketTtl => Code::InvalidTtlSeconds,
        Invalid::TicketUses => Code::InvalidMaxUses,
        Invalid::MediaType(_) => Code::InvalidMediaType,
        Invalid::FileSize { .. } | Invalid::ManifestTotal => Code::InvalidSize,
        Invalid::ManifestCount(_) | Invalid::DoubledName(_) => Code::InvalidManifest,
        Invalid::Hash | Invalid::FinalHashMissing => Code::InvalidHash,
        Invalid::ChunkSize { .. } | Invalid::TooManyChunks { .. } => Code::InvalidChunkSize,
        Invalid::FileIndex { .. } => Code::InvalidFileIndex,
        Invalid::ChunkIndex { .. } => Code::InvalidChunkIndex,
        Invalid::Parts => Code::InvalidParts,
        Invalid::ContentCount => Code::InvalidIds,
    }
}

fn unauthorized_code(why: Unauthorized) -> Code {
    match why {
        Unauthorized::Missing => Code::TokenMissing,
        Unauthorized::Invalid => Code::TokenInvalid,
        Unauthorized::Expired => Code::TokenExpired,
        Unauthorized::Revoked => Code::TokenRevoked,
        Unauthorized::UploadToken => Code::UploadTokenInvalid,
        Unauthorized::RefreshToken => Code::RefreshTokenInvalid,
        Unauthorized::Ticket => Code::TicketInvalid,
        Unauthorized::RefreshTokenReused => Code::RefreshTokenReused,
    }
}

#[cfg(test)]
mod tests {
    use elizabeth_core::quota::Full;

    use super::*;

    fn rendered(problem: Problem) -> (Response, serde_json::Value) {
        let mut response = problem.into_response();
        let problem = response.extensions_mut().remove::<Arc<Problem>>().unwrap();
        problem.render(&HeaderValue::from_static("id-1"), &mut response);
        let body = std::mem::take(response.body_mut());
        let bytes = futures::executor::block_on(axum::body::to_bytes(body, 1 << 16)).unwrap();
        (response, serde_json::from_slice(&bytes).unwrap())
    }

    #[test]
    fn a_full_room_says_how_much_is_left() {
        let (response, body) = rendered(Error::from(Full { requested: 4096, remaining: 1024 }).into());
        assert_eq!(response.status(), 413);
        assert_eq!(body["code"], "room_full");
        assert_eq!(body["title"], "Payload Too Large");
        assert_eq!(body["details"], json!({"requested": 4096, "remaining": 1024}));
        assert_eq!(body["request_id"], serde_json::Value::Null);
    }

    #[test]
    fn a_server_error_names_the_request_and_hides_its_cause() {
        let error = Error::Store(StoreError::Corrupt("SELECT secret FROM /var/lib".into()));
        let (response, body) = rendered(error.into());
        assert_eq!(response.status(), 500);
        assert_eq!((&body["code"], &body["request_id"]), (&json!("internal"), &json!("id-1")));
        assert!(!body.to_string().contains("SELECT"));
    }

    #[test]
    fn a_collision_may_be_tried_again() {
        let (response, body) = rendered(Error::Store(StoreError::Contended("40P01".into())).into());
        assert_eq!((response.status().as_u16(), &body["code"]), (503, &json!("unavailable")));
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }

    #[test]
    fn an_unauthorised_answer_says_how_to_authorise() {
        let (response, body) = rendered(Error::from(Unauthorized::Missing).into());
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(body["code"], "token_missing");
    }
}

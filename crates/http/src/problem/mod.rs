//! Errors as answers: `application/problem+json` (RFC 9457).
//!
//! A [`Problem`] travels to the outermost layer as an extension of its response. Only there is it written, because
//! only there the request's id is known, which every answer of the 5xx class carries in place of its cause. Who asks for
//! HTML by name, as browsers do for an address that people open, gets the same words as a page.

mod code;
mod decide;
mod miss;
mod page;
mod render;

use std::{borrow::Cow, time::Duration};

use axum::http::StatusCode;
use elizabeth_core::{Error, ErrorCode, Invalid};

pub use code::{Code, RequestCode};
pub(crate) use miss::Miss;
pub use render::ProblemBody;

/// The sentence for a defect.
const INTERNAL: &str = "something went wrong on the server";

/// Why a request was not answered as asked.
#[derive(Debug)]
pub struct Problem {
    code: Code,
    error: Cow<'static, str>,
    details: Option<Box<serde_json::Value>>,
    cause: Option<Box<Error>>,
    close: bool,
    retry_after: Option<Duration>,
    miss: Option<Miss>,
}

impl Problem {
    /// A problem with a text for people. Its status is its code's.
    pub fn new(code: impl Into<Code>, error: impl Into<Cow<'static, str>>) -> Self {
        let code = code.into();
        let (error, miss) = (error.into(), Miss::of(code));
        Self { code, error, details: None, cause: None, close: false, retry_after: None, miss }
    }

    /// A defect on the server. What it was stands in the log, by the request's id.
    pub fn internal() -> Self {
        Self::new(ErrorCode::Internal, INTERNAL)
    }

    /// With facts for programs.
    #[must_use]
    pub fn with_details(mut self, details: serde_json::Value) -> Self {
        self.details = Some(Box::new(details));
        self
    }

    /// The client may ask again after so long.
    #[must_use]
    pub(crate) fn after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The same for a client that has guessed nothing: it did not say anything that could be wrong.
    #[must_use]
    pub(crate) fn unguessed(mut self) -> Self {
        self.miss = None;
        self
    }

    /// What it shows that the client did not know.
    pub(crate) fn miss(&self) -> Option<Miss> {
        self.miss
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
        if self.code != ErrorCode::WrongPassword.into() {
            return self;
        }
        let error = "the room's password is missing or wrong; with curl: -u :password".into();
        Self { code: RequestCode::PasswordRequired.into(), error, ..self }
    }

    /// The word for programs.
    pub(crate) fn code(&self) -> Code {
        self.code
    }

    /// The status it answers with.
    pub fn status(&self) -> StatusCode {
        self.code.status()
    }

    /// The word for what a client can do something about; `None` for what is wrong with the server.
    pub(crate) fn client_code(&self) -> Option<&'static str> {
        self.status().is_client_error().then(|| self.code.as_str())
    }

    /// The sentence for people.
    pub fn text(&self) -> &str {
        &self.error
    }

    /// What went wrong inside. For the log only.
    pub fn cause(&self) -> Option<&Error> {
        self.cause.as_deref()
    }
}

impl From<Invalid> for Problem {
    fn from(invalid: Invalid) -> Self {
        Error::from(invalid).into()
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let code = Code::from(error.code());
        let details = decide::details(&error).map(Box::new);
        let text = match code.status() {
            StatusCode::INSUFFICIENT_STORAGE => "the server's storage is full",
            StatusCode::SERVICE_UNAVAILABLE => "the server cannot do this at the moment; try again later",
            status if status.is_server_error() => INTERNAL,
            _ => {
                // A queue of passwords moves on within a second.
                let wait = matches!(error, Error::TooManyAttempts).then_some(Duration::from_secs(1));
                return Self { details, retry_after: wait, ..Self::new(code, error.to_string()) };
            }
        };
        // That many ask at once, or that there is no space, is nobody's defect, and is not to fill the log: the line of
        // each request has its code.
        let is_told = matches!(error, Error::PasswordsBusy | Error::StorageFull);
        let cause = (!is_told).then(|| Box::new(error));
        Self { cause, details, ..Self::new(code, text) }
    }
}

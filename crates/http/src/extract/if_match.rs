use std::convert::Infallible;

use axum::{extract::FromRequestParts, http::request::Parts};
use elizabeth_core::change::VersionPrecondition;
use utoipa::openapi::path::Operation;

use crate::{
    document::Described,
    headers::if_match,
    problem::{Problem, RequestCode},
};

/// The versions that a change may start from, as `If-Match` names them (RFC 9110, section 13.1.1).
///
/// A version is a strong tag of its number. A tag that is weak or of anything else is well-formed and is no version,
/// so nothing matches it.
pub(crate) struct IfMatch(Option<Option<VersionPrecondition>>);

impl IfMatch {
    /// The versions; `None` where the header is not there. Asked for once the body is read, so that a client that is
    /// busy sending gets to read the answer.
    ///
    /// # Errors
    ///
    /// When the header is no list of tags.
    pub(crate) fn versions(self) -> Result<Option<VersionPrecondition>, Problem> {
        let text = "If-Match: expected the version in quotes, such as \"3\"";
        self.0.ok_or_else(|| Problem::new(RequestCode::InvalidHeader, text))
    }
}

impl<S: Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(Self(if_match(&parts.headers)))
    }
}

impl Described for IfMatch {
    /// It is HTTP's own; what it is for, an operation says.
    fn describe(_: &mut Operation) {}
}

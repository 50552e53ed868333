use axum::{
    extract::FromRequestParts,
    http::{Method, request::Parts},
};
use elizabeth_core::{Caller, service::VisitRequest};
use secrecy::SecretString;

use super::{Counted, Credential};
use crate::{headers::basic_password, problem::Problem, state::AppState};

/// Who uses a room as a folder: somebody with a token, or a visitor with the password or without.
pub(crate) enum FolderCredential {
    Token(SecretString),
    Visitor(VisitRequest),
}

impl FromRequestParts<AppState> for FolderCredential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        let credential = Credential::from_request_parts(parts, state).await?;
        match credential.into_caller() {
            Caller::Token(token) => Ok(Self::Token(token)),
            Caller::Nobody | Caller::Visitor(_) => {
                let visit = VisitRequest::default().password(basic_password(&parts.headers)?);
                let visit = visit.client(Counted::of(parts, state).0);
                // To ask whether something is there costs nobody an entry (RFC 9110, section 9.2.1).
                Ok(Self::Visitor(visit.only_looks(parts.method == Method::HEAD)))
            }
        }
    }
}

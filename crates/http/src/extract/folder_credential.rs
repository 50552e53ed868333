use axum::{extract::FromRequestParts, http::request::Parts};
use elizabeth_core::Caller;
use secrecy::SecretString;

use super::Credential;
use crate::{headers::basic_password, problem::Problem};

/// Who uses a room as a folder: somebody with a token, or a visitor with the password or without.
pub(crate) enum FolderCredential {
    Token(SecretString),
    Visitor(Option<SecretString>),
}

impl<S: Sync> FromRequestParts<S> for FolderCredential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let credential = Credential::from_request_parts(parts, state).await?;
        match credential.into_caller() {
            Caller::Token(token) => Ok(Self::Token(token)),
            Caller::Nobody | Caller::Visitor(_) => basic_password(&parts.headers).map(Self::Visitor),
        }
    }
}

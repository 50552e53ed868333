use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use data_encoding::BASE64;
use elizabeth_core::Caller;
use secrecy::SecretString;

use super::Credential;
use crate::problem::{Problem, RequestCode};

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

/// The password of `Authorization: Basic …` (RFC 7617), in UTF-8 as the challenge asks for; an empty one is none. The
/// user's name does not matter: there are no accounts.
fn basic_password(headers: &HeaderMap) -> Result<Option<SecretString>, Problem> {
    let Some(value) = headers.get(header::AUTHORIZATION) else { return Ok(None) };
    let sent = value.to_str().ok().and_then(|value| value.split_once(' '));
    let sent = sent.filter(|(scheme, _)| scheme.eq_ignore_ascii_case("basic"));
    let decoded = sent.and_then(|(_, encoded)| BASE64.decode(encoded.trim().as_bytes()).ok());
    let text = decoded.and_then(|bytes| String::from_utf8(bytes).ok());
    let password = text.as_deref().and_then(|text| text.split_once(':')).map(|(_, password)| password);
    match password {
        Some("") => Ok(None),
        Some(password) => Ok(Some(password.into())),
        None => {
            let text = "header: Authorization is neither Bearer with a token nor Basic with a password";
            Err(Problem::new(RequestCode::InvalidHeader, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use secrecy::ExposeSecret;

    use super::*;

    fn password(value: &'static str) -> Option<Option<String>> {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, HeaderValue::from_static(value));
        let read = basic_password(&headers).ok()?;
        Some(read.map(|password| password.expose_secret().to_owned()))
    }

    #[test]
    fn passwords_are_read_or_refused() {
        let some = |text: &str| Some(Some(text.to_owned()));
        assert_eq!(password("Basic OnB3"), some("pw"));
        assert_eq!(password("basic  YW5uOmE6Yg=="), some("a:b"));
        assert_eq!(password("Basic OsO8"), some("ü"));
        assert_eq!(password("Basic Og=="), Some(None));
        for bad in ["Basic", "Basic !", "Basic eA==", "Basic Ov8=", "Digest x", ""] {
            assert_eq!(password(bad), None, "{bad}");
        }
    }
}

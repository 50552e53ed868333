use axum::http::{HeaderMap, HeaderValue, header};
use data_encoding::BASE64;
use secrecy::SecretString;

use crate::problem::{Problem, RequestCode};

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1). One that is no visible ASCII is a token all the
/// same, only never a good one.
pub(crate) fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::AUTHORIZATION).and_then(bearer_token)
}

/// The same of the header's value.
pub(crate) fn bearer_token(value: &HeaderValue) -> Option<&str> {
    let (scheme, token) = value.as_bytes().split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"bearer") || !matches!(token.first(), None | Some(b' ')) {
        return None;
    }
    Some(std::str::from_utf8(token).unwrap_or_default().trim_matches(' '))
}

/// The password of `Authorization: Basic …` (RFC 7617), in UTF-8 as the challenge asks for; an empty one is none. The
/// user's name does not matter: there are no accounts.
pub(crate) fn basic_password(headers: &HeaderMap) -> Result<Option<SecretString>, Problem> {
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

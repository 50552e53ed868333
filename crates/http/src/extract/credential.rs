use axum::{
    extract::{FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, header, request::Parts},
};

use super::Query;
use crate::{
    problem::{Problem, RequestCode},
    state::AppState,
};

/// The room token of a request as it was presented, if one was: the header's where both are there.
pub(crate) struct Credential(Option<String>);

impl Credential {
    /// The token.
    pub(crate) fn token(&self) -> Option<&str> {
        self.0.as_deref()
    }
}

impl<S: Sync> FromRequestParts<S> for Credential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        match bearer(&parts.headers) {
            Some(token) => Ok(Self(Some(token.to_owned()))),
            None => Ok(Self(Query::of(parts).text("token")?)),
        }
    }
}

/// What a content is to be read by: the room token or, where none was presented, the ticket of `?ticket=`.
pub(crate) enum ReadCredential {
    /// The token.
    Token(Credential),
    /// The ticket.
    Ticket(String),
}

impl<S: Sync> FromRequestParts<S> for ReadCredential {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let token = Credential::from_request_parts(parts, state).await?;
        match Query::of(parts).text("ticket")? {
            Some(ticket) if token.token().is_none() => Ok(Self::Ticket(ticket)),
            _ => Ok(Self::Token(token)),
        }
    }
}

/// The token of `Authorization: Bearer …` (RFC 6750, section 2.1). One that is no visible ASCII is a token all the
/// same, only never a good one.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(6)?;
    if !scheme.eq_ignore_ascii_case(b"bearer") || !matches!(token.first(), None | Some(b' ')) {
        return None;
    }
    Some(std::str::from_utf8(token).unwrap_or_default().trim_matches(' '))
}

/// Proof that a request carries the admin token.
pub(crate) struct Admin;

impl FromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Problem> {
        // Where there is no admin token there are no admin calls.
        let Some(expected) = state.admin() else {
            return Err(Problem::new(RequestCode::NotFound, "there is nothing here"));
        };
        match bearer(&parts.headers) {
            Some(token) if expected.matches(token) => Ok(Self),
            _ => Err(Problem::new(
                RequestCode::AdminTokenInvalid,
                "this needs the admin token as a bearer token",
            )),
        }
    }
}

/// For calls that say more to an admin and refuse nobody.
impl OptionalFromRequestParts<AppState> for Admin {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Option<Self>, Problem> {
        Ok(<Self as FromRequestParts<AppState>>::from_request_parts(parts, state).await.ok())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderValue, Request};

    use super::*;

    fn presented(authorization: Option<&'static [u8]>, uri: &str) -> Option<String> {
        let mut request = Request::get(uri).body(()).unwrap();
        if let Some(value) = authorization {
            let value = HeaderValue::from_bytes(value).unwrap();
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let (mut parts, ()) = request.into_parts();
        let credential =
            futures::executor::block_on(Credential::from_request_parts(&mut parts, &())).unwrap();
        credential.token().map(str::to_owned)
    }

    #[test]
    fn the_header_wins_over_the_query() {
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(presented(Some(b"Bearer abc"), "/?token=xyz"), some("abc"));
        assert_eq!(presented(Some(b"bearer  abc "), "/"), some("abc"));
        assert_eq!(presented(None, "/?token=xyz"), some("xyz"));
        assert_eq!(presented(Some(b"Basic abc"), "/?token=xyz"), some("xyz"));
        assert_eq!(presented(Some(b"Bearer"), "/?token=xyz"), some(""));
        assert_eq!(presented(Some(b"Bearer \xff"), "/?token=xyz"), some(""));
        assert_eq!(presented(Some(b"Bearerabc"), "/"), None);
        assert_eq!(presented(None, "/"), None);
    }
}

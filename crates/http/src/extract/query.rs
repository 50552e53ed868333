use std::{borrow::Cow, str::FromStr};

use axum::{
    extract::FromRequestParts,
    http::{Uri, request::Parts},
};
use percent_encoding::percent_decode_str;
use utoipa::openapi::path::Operation;

use crate::{
    document::{Described, add_refusals},
    problem::{Problem, RequestCode},
};

/// A request's query string. Members that nobody asks for are ignored, as unknown members of a body are.
///
/// Read by hand because the usual form decoder replaces what is no UTF-8 instead of refusing it: a password would
/// silently become another one.
pub(crate) struct Query(String);

impl<S: Sync> FromRequestParts<S> for Query {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self::of(parts))
    }
}

impl Described for Query {
    fn describe(operation: &mut Operation) {
        add_refusals(operation, &[RequestCode::InvalidQuery.into()]);
    }
}

impl Query {
    /// The query of a request.
    pub(crate) fn of(parts: &Parts) -> Self {
        Self::of_uri(&parts.uri)
    }

    /// The query of an address.
    pub(crate) fn of_uri(uri: &Uri) -> Self {
        Self(uri.query().unwrap_or_default().to_owned())
    }

    /// A member's value.
    ///
    /// # Errors
    ///
    /// When it is no UTF-8, or stands there twice: whichever counted, somebody would have meant the other.
    pub(crate) fn text(&self, name: &'static str) -> Result<Option<String>, Problem> {
        let mut found = None;
        for pair in self.0.split('&') {
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if decode(key).as_deref() != Some(name) {
                continue;
            }
            let value = decode(value).ok_or_else(|| invalid(name, "is no valid UTF-8 once decoded"))?;
            if found.replace(value.into_owned()).is_some() {
                return Err(invalid(name, "is given twice"));
            }
        }
        Ok(found)
    }

    /// A member's value as a whole number of 0 or more.
    ///
    /// # Errors
    ///
    /// When it is none.
    pub(crate) fn number<T: FromStr>(&self, name: &'static str) -> Result<Option<T>, Problem> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let number = text.parse().ok().filter(|_| digits);
        Ok(Some(number.ok_or_else(|| invalid(name, "must be a whole number of 0 or more"))?))
    }
}

fn invalid(name: &str, what: &str) -> Problem {
    Problem::new(RequestCode::InvalidQuery, format!("query: {name} {what}"))
}

fn decode(text: &str) -> Option<Cow<'_, str>> {
    if text.contains('+') {
        let spaced = text.replace('+', " ");
        let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
        return Some(Cow::Owned(decoded.into_owned()));
    }
    percent_decode_str(text).decode_utf8().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(text: &str) -> Query {
        Query(text.to_owned())
    }

    #[test]
    fn members_are_decoded() {
        let q = query("password=a+b%26%C3%A9&x=%ff&flag");
        assert_eq!(q.text("password").unwrap().as_deref(), Some("a b&é"));
        assert_eq!(q.text("flag").unwrap().as_deref(), Some(""));
        assert_eq!(q.text("absent").unwrap(), None);
        assert!(q.text("x").is_err());
        assert!(query("a=1&a=2").text("a").is_err());
    }

    #[test]
    fn numbers_are_digits() {
        assert_eq!(query("limit=10").number::<u64>("limit").unwrap(), Some(10));
        for bad in ["limit=", "limit=-1", "limit=1.5", "limit=99999999999999999999", "limit=x", "limit=%2B1"]
        {
            assert!(query(bad).number::<u64>("limit").is_err(), "{bad}");
        }
    }
}

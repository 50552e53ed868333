use std::convert::Infallible;

use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use elizabeth_core::change::VersionPrecondition;
use utoipa::openapi::path::Operation;

use crate::{
    document::Described,
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
        Ok(Self(read(&parts.headers)))
    }
}

impl Described for IfMatch {
    /// It is HTTP's own; what it is for, an operation says.
    fn describe(_: &mut Operation) {}
}

/// `None` when it cannot be read; `Some(None)` when it is not there. Of one that is repeated, all count as one list.
fn read(headers: &HeaderMap) -> Option<Option<VersionPrecondition>> {
    let values = headers.get_all(header::IF_MATCH);
    let mut lists = Vec::new();
    for value in values {
        lists.push(value.to_str().ok()?.trim());
    }
    match lists.as_slice() {
        [] => Some(None),
        ["*"] => Some(Some(VersionPrecondition::Any)),
        lists => {
            let mut versions = Vec::new();
            for list in lists {
                read_tags(list, &mut versions)?;
            }
            Some(Some(VersionPrecondition::Versions(versions)))
        }
    }
}

/// Adds the versions of a list of entity tags. `None` when it is no such list.
fn read_tags(list: &str, versions: &mut Vec<u64>) -> Option<()> {
    let mut rest = list;
    loop {
        let strong = rest.strip_prefix('"');
        let (tag, after) = strong.or_else(|| rest.strip_prefix("W/\""))?.split_once('"')?;
        // As the server writes them: one version has one tag.
        let version = tag.parse().ok().filter(|number: &u64| number.to_string() == tag);
        versions.extend(version.filter(|_| strong.is_some()));
        rest = after.trim_start();
        if rest.is_empty() {
            return Some(());
        }
        rest = rest.strip_prefix(',')?.trim_start();
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn versions_are_strong_tags_of_their_numbers() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::IF_MATCH, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            read(&headers)
        };
        let versions = |numbers: &[u64]| Some(Some(VersionPrecondition::Versions(numbers.to_vec())));
        assert_eq!(of(&[]), Some(None));
        assert_eq!(of(&[" * "]), Some(Some(VersionPrecondition::Any)));
        assert_eq!(of(&["\"3\""]), versions(&[3]));
        assert_eq!(of(&["\"3\" , \"abc\",W/\"5\", \"7\"", "\"9\""]), versions(&[3, 7, 9]));
        assert_eq!(of(&["W/\"3\""]), versions(&[]));
        assert_eq!(of(&["\"03\", \"+3\", \"\", \"18446744073709551616\""]), versions(&[]));
        for bad in ["3", "", "\"3", "'3'", "\"3\" \"4\"", "\"3\",", ",\"3\"", "*, \"3\"", "w/\"3\"", "\"é\""]
        {
            assert_eq!(of(&[bad]), None, "{bad}");
        }
    }
}

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::Response,
};
use elizabeth_core::change::VersionPrecondition;

/// A strong `ETag` (RFC 9110, section 8.8.3).
pub(crate) fn strong_tag(tag: impl std::fmt::Display) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("\"{tag}\"")).ok()
}

/// A weak one: of what means the same, whatever bytes it is sent as.
pub(crate) fn weak_tag(tag: &str) -> Option<HeaderValue> {
    HeaderValue::try_from(format!("W/\"{tag}\"")).ok()
}

/// An answer with its tag.
pub(crate) fn tagged(mut response: Response, tag: Option<HeaderValue>) -> Response {
    response.headers_mut().extend(tag.map(|tag| (header::ETAG, tag)));
    response
}

/// Whether a client has what bears this tag already: `If-None-Match` names it.
pub(crate) fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    list(headers, &header::IF_NONE_MATCH).is_some_and(|tags| any_tag(&tags, |_, tag| tag == etag))
}

/// Whether one of a list's entity tags is accepted, or the list is `*`.
pub(crate) fn any_tag(list: &str, accepts: impl Fn(bool, &str) -> bool) -> bool {
    let mut rest = list.trim();
    if rest == "*" {
        return true;
    }
    loop {
        rest = rest.trim_start_matches([' ', '\t', ',']);
        let weak = rest.starts_with("W/");
        let Some(quoted) = rest.strip_prefix("W/").unwrap_or(rest).strip_prefix('"') else { return false };
        let Some((tag, after)) = quoted.split_once('"') else { return false };
        if accepts(weak, tag) {
            return true;
        }
        rest = after;
    }
}

/// A header's value; of one that is repeated, all values as a list.
pub(crate) fn list(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    let values: Vec<&str> = headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// `None` when it cannot be read; `Some(None)` when it is not there. Of one that is repeated, all count as one list.
pub(crate) fn if_match(headers: &HeaderMap) -> Option<Option<VersionPrecondition>> {
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
    use super::*;

    #[test]
    fn versions_are_strong_tags_of_their_numbers() {
        let of = |values: &[&str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::IF_MATCH, HeaderValue::from_bytes(value.as_bytes()).unwrap());
            }
            if_match(&headers)
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

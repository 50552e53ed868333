use axum::http::{HeaderMap, header};

/// Media types that clients name when they do not know any better: the file's name tells more.
const UNKNOWN_TYPES: [&str; 2] = ["application/octet-stream", "application/x-www-form-urlencoded"];

/// What `Content-Type` says, unless it says nothing.
pub(crate) fn media_type(headers: &HeaderMap) -> Option<String> {
    let named = String::from_utf8_lossy(headers.get(header::CONTENT_TYPE)?.as_bytes());
    telling_type(&named).map(str::to_owned)
}

/// A media type, unless it is one that says nothing.
pub(crate) fn telling_type(named: &str) -> Option<&str> {
    let essence = named.split(';').next().unwrap_or_default().trim();
    let is_known = !UNKNOWN_TYPES.iter().any(|unknown| essence.eq_ignore_ascii_case(unknown));
    is_known.then_some(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_that_says_nothing_is_as_if_it_were_left_out() {
        let named = |value: Option<&'static str>| {
            let mut headers = HeaderMap::new();
            headers.extend(value.map(|value| (header::CONTENT_TYPE, value.parse().unwrap())));
            media_type(&headers)
        };
        for nothing in
            [None, Some("application/x-www-form-urlencoded"), Some("Application/Octet-Stream; x=y")]
        {
            assert_eq!(named(nothing), None, "{nothing:?}");
        }
        assert_eq!(named(Some("image/png")).as_deref(), Some("image/png"));
    }
}

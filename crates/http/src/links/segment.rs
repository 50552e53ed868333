use std::fmt;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters (RFC 3986, section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, and the slash between segments.
const SEGMENTS: &AsciiSet = &SEGMENT.remove(b'/');

/// A text as a segment of a path.
pub(crate) fn segment(text: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(text, SEGMENT)
}

/// A text as the rest of a path: its slashes stay slashes.
pub(crate) fn segments(text: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(text, SEGMENTS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_path_holds_nothing_but_itself() {
        assert_eq!(segments("a b/ü?#%.txt").to_string(), "a%20b/%C3%BC%3F%23%25.txt");
        assert_eq!(segment("a/b").to_string(), "a%2Fb");
    }

    #[test]
    fn segments_are_encoded() {
        assert_eq!(segment("a b/\u{e9}?#").to_string(), "a%20b%2F%C3%A9%3F%23");
        assert_eq!(segment("tkt_-.~9").to_string(), "tkt_-.~9");
    }
}

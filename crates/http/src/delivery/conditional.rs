//! Preconditions and ranges (RFC 9110, sections 13 and 14), as a pure function.

use std::{
    ops::Range,
    time::{Duration, SystemTime},
};

use axum::http::{HeaderMap, header};
use elizabeth_core::time::Timestamp;

use crate::headers::{ByteRange, any_tag, as_date, date, is_known, list};

/// What conditions are held against.
pub(super) struct Selected<'a> {
    /// The strong entity tag, without its quotes.
    pub(super) etag: &'a str,
    /// When it last changed.
    pub(super) last_modified: Timestamp,
    /// Bytes.
    pub(super) size: u64,
    /// Whether ranges are honoured.
    pub(super) ranges: bool,
    /// Now: a date tells two versions apart only when it is some time past (RFC 9110, section 8.8.2.2).
    pub(super) now: Timestamp,
}

/// What to answer.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// 200 with everything.
    Whole,
    /// 206 with these bytes.
    Part(Range<u64>),
    /// 304.
    NotModified,
    /// 412.
    PreconditionFailed,
    /// 416.
    NotSatisfiable,
}

/// Holds a request's conditions against a content, in the order of RFC 9110, section 13.2.2.
pub(super) fn evaluate(headers: &HeaderMap, selected: &Selected<'_>) -> Outcome {
    let etag = selected.etag;
    let changed_after = |date: SystemTime| as_date(selected.last_modified) > date;
    if let Some(tags) = list(headers, &header::IF_MATCH) {
        if !any_tag(&tags, |weak, tag| !weak && tag == etag) {
            return Outcome::PreconditionFailed;
        }
    } else if date(headers, &header::IF_UNMODIFIED_SINCE).is_some_and(changed_after) {
        return Outcome::PreconditionFailed;
    }
    if headers.contains_key(header::IF_NONE_MATCH) {
        if is_known(headers, etag) {
            return Outcome::NotModified;
        }
    } else if date(headers, &header::IF_MODIFIED_SINCE).is_some_and(|date| !changed_after(date)) {
        return Outcome::NotModified;
    }
    match list(headers, &header::RANGE) {
        Some(range) if selected.ranges && if_range_holds(headers, selected) => {
            match ByteRange::read(&range, selected.size) {
                ByteRange::Ignored => Outcome::Whole,
                ByteRange::Part(range) => Outcome::Part(range),
                ByteRange::NotSatisfiable => Outcome::NotSatisfiable,
            }
        }
        _ => Outcome::Whole,
    }
}

/// Whether `If-Range` lets a range through: the same strong tag, or the very date where that is a strong validator.
fn if_range_holds(headers: &HeaderMap, selected: &Selected<'_>) -> bool {
    let Some(value) = list(headers, &header::IF_RANGE) else { return true };
    // Not by the W alone: there are Wednesdays.
    if value.starts_with('"') || value.starts_with("W/") {
        return any_tag(&value, |weak, tag| !weak && tag == selected.etag);
    }
    let settled = selected.now.since(selected.last_modified) >= Duration::from_secs(1);
    settled && httpdate::parse_http_date(&value).is_ok_and(|date| date == as_date(selected.last_modified))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAST: &str = "Sun, 06 Nov 1994 08:49:37 GMT";
    const BEFORE: &str = "Sun, 06 Nov 1994 08:49:36 GMT";

    fn outcome(size: u64, ranges: bool, headers: &[(&'static str, &str)]) -> Outcome {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, value.parse().unwrap());
        }
        let last_modified = Timestamp::from_micros(784_111_777_250_000);
        at(last_modified, size, ranges, &map)
    }

    fn at(last_modified: Timestamp, size: u64, ranges: bool, headers: &HeaderMap) -> Outcome {
        let now = last_modified.saturating_add(Duration::from_secs(60));
        evaluate(headers, &Selected { etag: "abc", last_modified, size, ranges, now })
    }

    #[test]
    fn ranges() {
        for (range, expected) in [
            ("bytes=0-0", Outcome::Part(0..1)),
            ("bytes=0-", Outcome::Part(0..10)),
            ("Bytes=3-5", Outcome::Part(3..6)),
            ("bytes=9-99", Outcome::Part(9..10)),
            ("bytes=-3", Outcome::Part(7..10)),
            ("bytes=-99", Outcome::Part(0..10)),
            ("bytes=0-18446744073709551615", Outcome::Part(0..10)),
            ("bytes=0-99999999999999999999999", Outcome::Part(0..10)),
            ("bytes=10-", Outcome::NotSatisfiable),
            ("bytes=99999999999999999999999-", Outcome::NotSatisfiable),
            ("bytes=-0", Outcome::NotSatisfiable),
            ("bytes=5-3", Outcome::Whole),
            ("bytes=-", Outcome::Whole),
            ("bytes=a-b", Outcome::Whole),
            ("bytes=+1-2", Outcome::Whole),
            ("bytes=0-1,3-4", Outcome::Whole),
            ("lines=0-1", Outcome::Whole),
            ("0-1", Outcome::Whole),
        ] {
            assert_eq!(outcome(10, true, &[("range", range)]), expected, "{range}");
        }
        assert_eq!(outcome(0, true, &[("range", "bytes=0-")]), Outcome::NotSatisfiable);
        assert_eq!(outcome(0, true, &[("range", "bytes=-1")]), Outcome::NotSatisfiable);
        assert_eq!(outcome(10, false, &[("range", "bytes=3-5")]), Outcome::Whole);
    }

    #[test]
    fn conditions() {
        let same = |headers: &[(&'static str, &str)]| outcome(10, true, headers);
        for tags in ["\"abc\"", "W/\"abc\"", "\"x\", \"abc\"", "*", "\"x\" ,W/\"abc\""] {
            assert_eq!(same(&[("if-none-match", tags)]), Outcome::NotModified, "{tags}");
        }
        for tags in ["\"abd\"", "abc", "\"abc", ""] {
            assert_eq!(same(&[("if-none-match", tags)]), Outcome::Whole, "{tags}");
        }
        assert_eq!(same(&[("if-modified-since", LAST)]), Outcome::NotModified);
        assert_eq!(same(&[("if-modified-since", BEFORE)]), Outcome::Whole);
        assert_eq!(same(&[("if-modified-since", "yesterday")]), Outcome::Whole);
        // A tag is the better witness: the date does not count beside it.
        assert_eq!(same(&[("if-none-match", "\"x\""), ("if-modified-since", LAST)]), Outcome::Whole);
        assert_eq!(same(&[("if-match", "\"x\"")]), Outcome::PreconditionFailed);
        assert_eq!(same(&[("if-match", "W/\"abc\"")]), Outcome::PreconditionFailed);
        assert_eq!(same(&[("if-match", "\"abc\"")]), Outcome::Whole);
        assert_eq!(same(&[("if-unmodified-since", BEFORE)]), Outcome::PreconditionFailed);
        assert_eq!(same(&[("if-none-match", "\"abc\""), ("range", "bytes=0-0")]), Outcome::NotModified);
    }

    #[test]
    fn a_range_under_a_condition() {
        for (value, holds) in [
            ("\"abc\"", true),
            ("W/\"abc\"", false),
            ("\"x\"", false),
            (LAST, true),
            (BEFORE, false),
            ("?", false),
        ] {
            let expected = if holds { Outcome::Part(0..1) } else { Outcome::Whole };
            let headers = [("if-range", value), ("range", "bytes=0-0")];
            assert_eq!(outcome(10, true, &headers), expected, "{value}");
        }
    }

    #[test]
    fn a_range_under_a_date_of_any_weekday() {
        for day in 0..7 {
            let last_modified = Timestamp::from_secs(784_111_777 + day * 86_400);
            let date = httpdate::fmt_http_date(as_date(last_modified));
            let mut headers = HeaderMap::new();
            headers.insert("if-range", date.parse().unwrap());
            headers.insert("range", "bytes=0-0".parse().unwrap());
            assert_eq!(at(last_modified, 10, true, &headers), Outcome::Part(0..1), "{date}");
        }
    }
}

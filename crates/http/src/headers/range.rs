use std::ops::Range;

use axum::http::HeaderValue;

/// What a `Range` (RFC 9110, section 14.2) comes to.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum ByteRange {
    /// It is of no use: everything is to be sent.
    Ignored,
    /// These bytes, at least one.
    Part(Range<u64>),
    /// It lies beyond the end.
    NotSatisfiable,
}

impl ByteRange {
    /// One range of bytes. What is malformed, of another unit, or more than one range is ignored, as RFC 9110, section
    /// 14.2 lets a server do.
    pub(crate) fn read(text: &str, size: u64) -> Self {
        let Some((unit, spec)) = text.split_once('=') else { return Self::Ignored };
        let Some((first, last)) = spec.trim().split_once('-') else { return Self::Ignored };
        let (Some(first), Some(last)) = (position(first), position(last)) else { return Self::Ignored };
        if !unit.trim().eq_ignore_ascii_case("bytes") {
            return Self::Ignored;
        }
        let range = match (first, last) {
            (None, None) => return Self::Ignored,
            (Some(first), Some(last)) if last < first => return Self::Ignored,
            (Some(first), last) => first..last.unwrap_or(u64::MAX).saturating_add(1).min(size),
            (None, Some(suffix)) => size.saturating_sub(suffix)..size,
        };
        if range.is_empty() { Self::NotSatisfiable } else { Self::Part(range) }
    }
}

/// A `Content-Range` (RFC 9110, section 14.4): the bytes that are sent of so many, or that there are only so many.
pub(crate) fn content_range(range: Option<&Range<u64>>, size: u64) -> Option<HeaderValue> {
    let value = match range {
        Some(range) => format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1)),
        None => format!("bytes */{size}"),
    };
    HeaderValue::try_from(value).ok()
}

/// A position in a range: `Some(None)` where it is left out, `None` when it is none.
fn position(text: &str) -> Option<Option<u64>> {
    if text.is_empty() {
        return Some(None);
    }
    // Digits that do not fit lie beyond any end.
    text.bytes().all(|b| b.is_ascii_digit()).then(|| Some(text.parse().unwrap_or(u64::MAX)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_named() {
        assert_eq!(content_range(Some(&(3..6)), 10).unwrap(), "bytes 3-5/10");
        assert_eq!(content_range(None, 10).unwrap(), "bytes */10");
    }

    #[test]
    fn one_range_is_read() {
        assert_eq!(ByteRange::read("bytes=3-5", 10), ByteRange::Part(3..6));
        assert_eq!(ByteRange::read("bytes=-3", 10), ByteRange::Part(7..10));
        assert_eq!(ByteRange::read("bytes=10-", 10), ByteRange::NotSatisfiable);
        assert_eq!(ByteRange::read("bytes=0-1,3-4", 10), ByteRange::Ignored);
    }
}

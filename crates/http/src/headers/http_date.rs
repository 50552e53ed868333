use std::time::{Duration, SystemTime};

use axum::http::{HeaderMap, HeaderName, HeaderValue};
use elizabeth_core::time::Timestamp;

/// A header's date; one that cannot be read is as if it were not there.
pub(crate) fn date(headers: &HeaderMap, name: &HeaderName) -> Option<SystemTime> {
    httpdate::parse_http_date(headers.get(name)?.to_str().ok()?).ok()
}

/// An instant in the whole seconds that HTTP dates have.
pub(crate) fn as_date(instant: Timestamp) -> SystemTime {
    SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(instant.as_secs()).unwrap_or(0))
}

/// An instant as a header has it, in whole seconds and never after it.
pub(crate) fn http_date(instant: Timestamp) -> Option<HeaderValue> {
    HeaderValue::try_from(httpdate::fmt_http_date(as_date(instant))).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_have_whole_seconds() {
        let instant = Timestamp::from_micros(784_111_777_250_000);
        assert_eq!(http_date(instant).unwrap(), "Sun, 06 Nov 1994 08:49:37 GMT");
    }
}

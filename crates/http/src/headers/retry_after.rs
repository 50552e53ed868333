use std::time::Duration;

use axum::http::{HeaderValue, StatusCode};

/// `Retry-After` in seconds (RFC 9110, section 10.2.3), for statuses after which a client may ask again: when that is
/// known, else a guess. Parts of a second count as a whole one, so that nobody comes too early.
pub(crate) fn retry_after(status: StatusCode, wait: Option<Duration>) -> Option<HeaderValue> {
    let guess = match status {
        StatusCode::SERVICE_UNAVAILABLE => Duration::from_secs(1),
        StatusCode::TOO_MANY_REQUESTS => Duration::from_secs(60),
        _ => return None,
    };
    let wait = wait.unwrap_or(guess);
    Some((wait.as_secs() + u64::from(wait.subsec_nanos() > 0)).max(1).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_may_be_asked_again() {
        assert_eq!(retry_after(StatusCode::SERVICE_UNAVAILABLE, None).unwrap(), "1");
        assert_eq!(retry_after(StatusCode::TOO_MANY_REQUESTS, None).unwrap(), "60");
        assert_eq!(retry_after(StatusCode::NOT_FOUND, None), None);
    }

    #[test]
    fn a_wait_that_is_known_is_rounded_up() {
        for (millis, seconds) in [(0, "1"), (1, "1"), (1000, "1"), (5001, "6")] {
            let wait = Some(Duration::from_millis(millis));
            assert_eq!(retry_after(StatusCode::TOO_MANY_REQUESTS, wait).unwrap(), seconds);
        }
    }
}

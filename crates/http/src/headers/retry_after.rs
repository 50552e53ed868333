use axum::http::{HeaderValue, StatusCode};

/// `Retry-After` in seconds (RFC 9110, section 10.2.3), for statuses after which a client may ask again.
pub(crate) fn retry_after(status: StatusCode) -> Option<HeaderValue> {
    let pause = match status {
        StatusCode::SERVICE_UNAVAILABLE => "1",
        StatusCode::TOO_MANY_REQUESTS => "60",
        _ => return None,
    };
    Some(HeaderValue::from_static(pause))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_passes_may_be_asked_again() {
        assert_eq!(retry_after(StatusCode::SERVICE_UNAVAILABLE).unwrap(), "1");
        assert_eq!(retry_after(StatusCode::TOO_MANY_REQUESTS).unwrap(), "60");
        assert_eq!(retry_after(StatusCode::NOT_FOUND), None);
    }
}

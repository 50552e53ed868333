use axum::http::{HeaderMap, header};

use crate::problem::{Problem, RequestCode};

/// The bytes of a body that is taken whole, where its head announces them.
///
/// # Errors
///
/// When they are no number, or the request brings only a part of what it names.
pub(crate) fn announced_length(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let invalid = |text| Problem::new(RequestCode::InvalidHeader, text);
    if headers.contains_key(header::CONTENT_RANGE) {
        // RFC 9110, section 14.5: taken for the whole, a part would replace it.
        return Err(invalid("header: Content-Range is not possible here: a body is stored whole"));
    }
    match headers.get(header::CONTENT_LENGTH) {
        Some(value) if !headers.contains_key(header::TRANSFER_ENCODING) => {
            let length = value.to_str().ok().and_then(|text| text.parse().ok());
            Ok(Some(length.ok_or_else(|| invalid("header: Content-Length is no number of bytes"))?))
        }
        Some(_) | None => Ok(None),
    }
}

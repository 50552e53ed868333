//! The headers of the tus protocol, and numbers in them.

mod checksum;
mod concat;
mod metadata;

use axum::http::{HeaderMap, HeaderName, header};

use crate::problem::{Problem, RequestCode};

pub(crate) use checksum::{ALGORITHMS, Checksum};
pub(crate) use concat::Concat;
pub(crate) use metadata::Metadata;

/// The version that is spoken here.
pub(crate) const VERSION: &str = "1.0.0";
/// What a piece of a file is sent as.
const PIECE: &str = "application/offset+octet-stream";

pub(crate) static TUS_RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(crate) static TUS_VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(crate) static TUS_EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(crate) static TUS_MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(crate) static TUS_CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub(crate) static METHOD_OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
pub(crate) static UPLOAD_OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(crate) static UPLOAD_LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(crate) static UPLOAD_DEFER_LENGTH: HeaderName = HeaderName::from_static("upload-defer-length");
pub(crate) static UPLOAD_METADATA: HeaderName = HeaderName::from_static("upload-metadata");
pub(crate) static UPLOAD_EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
pub(crate) static UPLOAD_CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
pub(crate) static UPLOAD_CONCAT: HeaderName = HeaderName::from_static("upload-concat");
pub(crate) static CONTENT_ID: HeaderName = HeaderName::from_static("elizabeth-content-id");

/// A header that cannot be read, named as people write it.
pub(crate) fn invalid(name: &str, what: &str) -> Problem {
    Problem::new(RequestCode::InvalidHeader, format!("header: {name} {what}"))
}

/// A header's value; `None` where it is not there.
///
/// # Errors
///
/// When it stands there twice, or holds what is no visible ASCII.
pub(crate) fn text<'a>(
    headers: &'a HeaderMap,
    name: &HeaderName,
    shown: &str,
) -> Result<Option<&'a str>, Problem> {
    let mut values = headers.get_all(name).iter();
    let Some(value) = values.next() else { return Ok(None) };
    if values.next().is_some() {
        return Err(invalid(shown, "is given twice"));
    }
    value.to_str().map(Some).map_err(|_| invalid(shown, "is no visible ASCII"))
}

/// A header's value as a number of bytes, which has to be there.
///
/// # Errors
///
/// When it is missing or no number.
pub(crate) fn number(headers: &HeaderMap, name: &HeaderName, shown: &str) -> Result<u64, Problem> {
    let value = text(headers, name, shown)?.ok_or_else(|| invalid(shown, "is missing"))?;
    let digits = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    let number = value.parse().ok().filter(|_| digits);
    number.ok_or_else(|| invalid(shown, "must be a whole number of 0 or more"))
}

/// Whether the body is announced as a piece of a file.
pub(crate) fn brings_piece(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    value.split(';').next().unwrap_or_default().trim().eq_ignore_ascii_case(PIECE)
}

/// The answer to a body of another type.
pub(crate) fn wrong_type() -> Problem {
    Problem::new(RequestCode::UnsupportedMediaType, format!("header: Content-Type must be {PIECE}"))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    #[test]
    fn numbers_are_digits_and_stand_there_once() {
        let read = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(&UPLOAD_OFFSET, HeaderValue::from_static(value));
            }
            number(&headers, &UPLOAD_OFFSET, "Upload-Offset").map_err(|problem| problem.text().to_owned())
        };
        assert_eq!(read(&["0"]), Ok(0));
        assert_eq!(read(&["18446744073709551615"]), Ok(u64::MAX));
        assert_eq!(read(&[]), Err("header: Upload-Offset is missing".into()));
        assert_eq!(read(&["1", "1"]), Err("header: Upload-Offset is given twice".into()));
        for bad in ["", "-1", "+1", "1.0", "1 ", "x", "18446744073709551616", "1, 1"] {
            let text = "header: Upload-Offset must be a whole number of 0 or more";
            assert_eq!(read(&[bad]), Err(text.into()), "{bad:?}");
        }
    }

    #[test]
    fn a_piece_is_known_by_its_type() {
        for (value, is) in [
            ("application/offset+octet-stream", true),
            ("Application/Offset+Octet-Stream; x=y", true),
            ("application/octet-stream", false),
            ("", false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(value));
            assert_eq!(brings_piece(&headers), is, "{value}");
        }
        assert!(!brings_piece(&HeaderMap::new()));
    }
}

use axum::http::{HeaderMap, HeaderName};
use data_encoding::BASE64;
use elizabeth_core::{Invalid, content::Sha256Hash};

static CONTENT_DIGEST: HeaderName = HeaderName::from_static("content-digest");

/// The SHA-256 of `Content-Digest` (RFC 9530, section 2), a dictionary of which other members are ignored.
pub(crate) fn content_digest(headers: &HeaderMap) -> Result<Option<Sha256Hash>, Invalid> {
    for value in headers.get_all(&CONTENT_DIGEST) {
        let text = value.to_str().map_err(|_| Invalid::Hash)?;
        for member in text.split(',') {
            let Some((key, value)) = member.trim().split_once('=') else { continue };
            if key == "sha-256" {
                let encoded = value.strip_prefix(':').and_then(|value| value.strip_suffix(':'));
                let bytes = encoded.and_then(|encoded| BASE64.decode(encoded.as_bytes()).ok());
                return bytes
                    .and_then(|bytes| bytes.try_into().ok())
                    .map(|hash| Some(Sha256Hash(hash)))
                    .ok_or(Invalid::Hash);
            }
        }
    }
    Ok(None)
}

use axum::{
    Extension,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::IntoResponse,
};
use elizabeth_core::{content::Sha256Hash, thumbnail::Thumbnail};

use super::destination;
use crate::{
    body::Answer,
    headers::{is_known, strong_tag},
    protection::Kind,
};

/// A year. Whoever fetched it may keep it: an address with another query is another one, for where it was replaced.
const KEPT: &str = "private, max-age=31536000, immutable";

/// Answers a `GET` or `HEAD` of a thumbnail.
pub(crate) fn deliver_thumbnail(thumbnail: Thumbnail, request: &HeaderMap) -> Answer {
    let media_type = thumbnail.media_type.as_str();
    destination::check(request, media_type)?;
    let etag = Sha256Hash::of(&thumbnail.bytes).to_hex();
    let kind = Extension(Kind::Inline);
    let mut response = if is_known(request, &etag) {
        (StatusCode::NOT_MODIFIED, kind).into_response()
    } else {
        (kind, [(header::CONTENT_TYPE, media_type)], thumbnail.bytes).into_response()
    };
    let headers = response.headers_mut();
    headers.extend(strong_tag(etag).map(|tag| (header::ETAG, tag)));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(KEPT));
    Ok(response)
}

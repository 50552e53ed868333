use std::{ops::Range, time::Duration};

use axum::{
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use elizabeth_core::{ports::PresignRequest, service::Readable};

use crate::problem::Problem;

/// How long a link works at most. Players in Chrome and Firefox go on asking the link for piece after piece, so it has
/// to outlast a film that is paused, not only a start. It is also what a room token lives by default, which opens more
/// than a link does.
const LINK_LIFETIME: Duration = Duration::from_secs(60 * 60);

/// Conditions that hold the content against our tags and dates. The store has others: it would refuse what holds.
const CONDITIONS: [HeaderName; 5] = [
    header::IF_MATCH,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::IF_RANGE,
    header::IF_UNMODIFIED_SINCE,
];

/// Sends a client on to the blob store, where that can give it the bytes with the same headers as `sent`; `None` where
/// we have to. A client brings its `Range` along to where it is sent.
pub(super) async fn redirect(
    readable: &Readable,
    request: &HeaderMap,
    range: Option<&Range<u64>>,
    sent: &HeaderMap,
) -> Result<Option<Response>, Problem> {
    if CONDITIONS.iter().any(|name| request.contains_key(name)) {
        return Ok(None);
    }
    let text = |name| sent.get(name).and_then(|value| value.to_str().ok()).map(str::to_owned);
    let (Some(content_type), Some(content_disposition), Some(cache_control)) =
        (text(header::CONTENT_TYPE), text(header::CONTENT_DISPOSITION), text(header::CACHE_CONTROL))
    else {
        return Ok(None);
    };
    let wanted =
        PresignRequest { expires_in: LINK_LIFETIME, content_type, content_disposition, cache_control };
    let Some(link) = readable.link(range, wanted).await? else { return Ok(None) };
    // The link is a credential. The text of an error would hold it.
    let mut location = HeaderValue::try_from(link).map_err(|_| Problem::internal())?;
    location.set_sensitive(true);
    let mut response = StatusCode::TEMPORARY_REDIRECT.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, location);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Ok(Some(response))
}

use std::{fmt::Write, io};

use axum::{
    body::Body,
    http::{HeaderValue, header},
    response::IntoResponse,
};
use bytes::Bytes;
use elizabeth_core::content::Content;
use futures::stream;

use crate::{body::Answer, routes::contents::list::Listing};

/// Answers with a line a content: bytes, when it last changed, its name. Pages are fetched as they are sent.
pub(super) async fn send(mut listing: Listing) -> Answer {
    listing.next_page().await?;
    let body = if listing.is_last() {
        Body::from(lines(listing.page()))
    } else {
        Body::from_stream(stream::try_unfold(Some(listing), next))
    };
    let text = HeaderValue::from_static("text/plain; charset=utf-8");
    Ok(([(header::CONTENT_TYPE, text)], body).into_response())
}

/// A page, and the one behind it.
async fn next(listing: Option<Listing>) -> io::Result<Option<(Bytes, Option<Listing>)>> {
    let Some(mut listing) = listing else { return Ok(None) };
    let text = lines(listing.page()).into();
    if listing.is_last() {
        return Ok(Some((text, None)));
    }
    listing.turn_on().await?;
    Ok(Some((text, Some(listing))))
}

/// File names hold no control characters, so that a line is a line, and nothing in it moves a terminal's cursor.
fn lines(contents: &[Content]) -> String {
    let mut text = String::new();
    for content in contents {
        let changed = content.updated_at.floor_secs();
        // Writing to a text never fails.
        let _ = match &content.file_name {
            Some(name) => writeln!(text, "{:>12}  {changed}  {}", content.size, name.as_str()),
            None => {
                writeln!(text, "{:>12}  {changed}  ({} {})", content.size, content.kind.as_str(), content.id)
            }
        };
    }
    text
}

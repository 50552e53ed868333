use axum::http::HeaderMap;

use super::media::is_pdf;
use crate::problem::{Problem, RequestCode};

/// Refuses what browsers ask for to run it, to style a page by it or to show it within another page, by
/// `Sec-Fetch-Dest` (Fetch Metadata Request Headers, section 2.1). What is read, saved, opened, drawn or played may be
/// had, and PDF within a page, as viewers need it. Programs do not send the header.
pub(super) fn check(request: &HeaderMap, media_type: &str) -> Result<(), Problem> {
    let Some(destination) = request.get("sec-fetch-dest") else { return Ok(()) };
    match destination.as_bytes() {
        b"empty" | b"document" | b"image" | b"audio" | b"video" | b"track" => Ok(()),
        b"embed" | b"frame" | b"iframe" | b"object" if is_pdf(media_type) => Ok(()),
        _ => {
            let text =
                "what is in a room is no part of a page: it can be read, saved, shown as an image or played";
            Err(Problem::new(RequestCode::DestinationRefused, text))
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    fn allowed(destination: &'static str, media_type: &str) -> bool {
        let headers = HeaderMap::from_iter([(
            "sec-fetch-dest".parse().unwrap(),
            HeaderValue::from_static(destination),
        )]);
        check(&headers, media_type).is_ok()
    }

    #[test]
    fn what_runs_or_is_framed_is_refused() {
        assert!(check(&HeaderMap::new(), "text/javascript").is_ok());
        for to_look_at in ["empty", "document", "image", "audio", "video", "track"] {
            assert!(allowed(to_look_at, "text/html"), "{to_look_at}");
        }
        for to_run in [
            "script",
            "worker",
            "sharedworker",
            "serviceworker",
            "audioworklet",
            "paintworklet",
            "style",
            "xslt",
            "json",
            "manifest",
            "font",
            "webidentity",
            "fencedframe",
            "what-comes-next",
            "",
        ] {
            assert!(!allowed(to_run, "image/png") && !allowed(to_run, "application/pdf"), "{to_run}");
        }
        for frame in ["embed", "frame", "iframe", "object"] {
            assert!(!allowed(frame, "image/png") && allowed(frame, "application/pdf"), "{frame}");
        }
    }
}

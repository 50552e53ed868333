use std::borrow::Cow;

/// Raster images that browsers draw without running anything.
const IMAGES: &[&str] = &[
    "apng",
    "avif",
    "bmp",
    "gif",
    "heic",
    "heif",
    "jpeg",
    "jxl",
    "png",
    "vnd.microsoft.icon",
    "webp",
    "x-icon",
];

/// The `Content-Type` under which a content may be shown by a browser in place; `None` when it must not be.
///
/// What a browser could run, HTML and SVG among it, never is: it would run with the rights of this site.
pub(super) fn shown_as(media_type: &str) -> Option<Cow<'_, str>> {
    let parsed = media_type.parse::<mime::Mime>().ok()?;
    let (main, sub) = (parsed.type_().as_str(), parsed.subtype().as_str());
    let safe = match main {
        "image" => IMAGES.contains(&sub) && parsed.suffix().is_none(),
        "audio" | "video" => parsed.suffix().is_none(),
        "application" => sub == "pdf" && parsed.suffix().is_none(),
        "text" if !matches!(sub, "html" | "xml" | "xsl") && parsed.suffix().is_none() => {
            let charset = parsed.get_param(mime::CHARSET).map_or("utf-8", |name| name.as_str());
            return Some(Cow::Owned(format!("text/plain; charset={charset}")));
        }
        _ => false,
    };
    safe.then_some(Cow::Borrowed(media_type))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_cannot_run_is_shown() {
        for (media_type, shown) in [
            ("image/png", Some("image/png")),
            ("video/mp4", Some("video/mp4")),
            ("audio/mpeg", Some("audio/mpeg")),
            ("application/pdf", Some("application/pdf")),
            ("text/plain", Some("text/plain; charset=utf-8")),
            ("text/markdown; charset=iso-8859-1", Some("text/plain; charset=iso-8859-1")),
            ("text/javascript", Some("text/plain; charset=utf-8")),
            ("text/html", None),
            ("text/html; charset=utf-8", None),
            ("text/xml", None),
            ("image/svg+xml", None),
            ("application/xhtml+xml", None),
            ("application/json", None),
            ("application/octet-stream", None),
            ("nonsense", None),
        ] {
            assert_eq!(shown_as(media_type).as_deref(), shown, "{media_type}");
        }
    }
}

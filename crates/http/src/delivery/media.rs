use std::borrow::Cow;

use mime::Mime;

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

/// What is said of bytes of which nothing is said.
const BYTES: &str = "application/octet-stream";

/// The `Content-Type` under which a content may be shown by a browser in place; `None` when it must not be.
///
/// What a browser could run, HTML and SVG among it, never is: it would run with the rights of this site.
pub(super) fn shown_as(media_type: &str) -> Option<Cow<'_, str>> {
    let parsed = media_type.parse::<Mime>().ok()?;
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

/// The `Content-Type` under which a content is sent to be kept: its own, unless a browser could take it for something
/// to run. Then nothing is said of it: a script is a script to any page of this site that names its address, and it
/// stays one in a browser that knows nothing of the other headers.
pub(super) fn kept_as(media_type: &str) -> &str {
    match media_type.parse::<Mime>() {
        Ok(parsed) if !can_run(&parsed) => media_type,
        _ => BYTES,
    }
}

/// Whether browsers run it, style a page by it, or take it apart into what they do that with: scripts under each of
/// their names (MIME Sniffing, section 4.6, JavaScript MIME type), HTML, XML (with a style sheet it becomes HTML), SVG,
/// style sheets, WebAssembly, and mails and other messages of several parts. Others that end in the same words are
/// taken for the same.
fn can_run(parsed: &Mime) -> bool {
    let (main, sub) = (parsed.type_().as_str(), parsed.subtype().as_str());
    let named = |word: &str| sub == word || sub.strip_prefix("x-") == Some(word);
    matches!(main, "message" | "multipart")
        || parsed.suffix().is_some_and(|suffix| suffix == "xml" || suffix == "html")
        || sub.contains("javascript")
        || sub.contains("html")
        || sub.ends_with("script")
        || ["css", "xml", "xsl", "xslt", "wasm", "mimearchive", "shockwave-flash", "cache-manifest"]
            .into_iter()
            .any(named)
        || sub.starts_with("xml-")
}

/// Whether it is PDF.
pub(super) fn is_pdf(media_type: &str) -> bool {
    media_type
        .parse::<Mime>()
        .is_ok_and(|parsed| parsed.type_() == mime::APPLICATION && parsed.subtype() == mime::PDF)
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

    #[test]
    fn what_can_run_is_kept_as_bytes() {
        for media_type in [
            "application/ecmascript",
            "application/javascript",
            "application/x-ecmascript",
            "application/x-javascript",
            "text/ecmascript",
            "text/javascript",
            "text/javascript1.5",
            "text/jscript",
            "text/livescript",
            "text/x-ecmascript",
            "TEXT/JavaScript; charset=utf-8",
            "text/vbscript",
            "text/html",
            "application/xhtml+xml",
            "application/vnd.wap.xhtml+xml",
            "text/xml",
            "application/xml",
            "application/xml-dtd",
            "application/xslt+xml",
            "text/xsl",
            "application/rss+xml",
            "image/svg+xml",
            "application/mathml+xml",
            "text/css",
            "application/wasm",
            "application/x-shockwave-flash",
            "application/x-mimearchive",
            "text/cache-manifest",
            "multipart/x-mixed-replace; boundary=x",
            "multipart/related",
            "message/rfc822",
            "nonsense",
            "",
        ] {
            assert_eq!(kept_as(media_type), BYTES, "{media_type}");
        }
        for media_type in [
            "image/png",
            "video/mp4",
            "text/plain; charset=gb18030",
            "text/markdown",
            "text/csv",
            "application/json",
            "application/pdf",
            "application/zip",
            "application/octet-stream",
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
            "font/woff2",
        ] {
            assert_eq!(kept_as(media_type), media_type);
        }
    }
}

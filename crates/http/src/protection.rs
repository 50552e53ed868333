//! Headers that protect readers from what an answer holds: one table, by what the answer is to a browser.

use std::borrow::Cow;

use axum::http::{HeaderMap, HeaderName, HeaderValue, header};

use crate::links::Links;

/// What an answer is to a browser. A handler puts it into its response, as an extension; what has none is data.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Kind {
    /// For programs: JSON, problems, lists, archives.
    #[default]
    Data,
    /// The page at the root. Of all answers that lead to rooms, search engines may know this one.
    Home,
    /// The page of a room.
    Room,
    /// A file that the page is made of. The policy of a worker's file is the worker's.
    #[cfg_attr(not(feature = "web-ui"), expect(dead_code, reason = "without the page there are none"))]
    Asset,
    /// The description of the interface.
    Reference,
    /// What a ticket is for.
    Ticket,
    /// A problem, for who opened its address by hand.
    Problem,
    /// How a room is used without the page.
    Usage,
    /// What somebody put into a room, to keep.
    Attachment,
    /// The same, shown in place: images, sound, film, text.
    Inline,
    /// The same, shown by a viewer of the browser's own, which works in no sandbox.
    InlinePdf,
}

/// A document of ours without scripts: nothing but what follows is loaded, nothing runs, nothing frames it.
macro_rules! document {
    ($more:literal) => {
        concat!("default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'", $more)
    };
}

const NOTHING: &str = document!("");
/// The hash is that of the style in `reference/style.css`.
pub(crate) const REFERENCE: &str =
    document!("; style-src 'sha256-ACA99/ZWXFSkZKp0Kyp0if08w6tgMmbgYEtWKuxrFRU='");
/// The hash is that of the style in `page.css`, for this one and the next.
pub(crate) const PROBLEM: &str =
    document!("; style-src 'sha256-DnXPkb3H3F2TOpuODotqjtdf5L+3Az/t9AEhf4/OiLA='");
/// The one script of the page of a ticket. Without it the page says the same.
pub(crate) const TICKET_SCRIPT: &str = "/assets/door.js";
/// A thumbnail, and that script: which, a second policy says.
pub(crate) const TICKET: &str = document!(
    "; style-src 'sha256-DnXPkb3H3F2TOpuODotqjtdf5L+3Az/t9AEhf4/OiLA='; img-src 'self'; script-src 'self'; \
     require-trusted-types-for 'script'; trusted-types 'none'"
);
const ATTACHMENT: &str = "sandbox; default-src 'none'";
/// Browsers wrap what they show in a document of theirs, which loads it again and is styled inline.
const INLINE: &str = "sandbox; default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
const INLINE_PDF: &str = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; base-uri 'none'; \
                          form-action 'none'; frame-ancestors 'self'";
/// Nothing comes from anywhere else. Styles of elements are set by scripts of ours; what compiles is WebAssembly, for
/// hashing. Texts become elements, scripts or workers by the two named policies only: that of the library that draws
/// the page, and ours.
const PAGE: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'self' 'unsafe-inline'; \
                    img-src 'self' blob: data:; media-src 'self' blob:; connect-src 'self'; worker-src 'self'; \
                    manifest-src 'self'; base-uri 'self'; form-action 'self'; frame-ancestors 'none'; \
                    require-trusted-types-for 'script'; trusted-types svelte-trusted-html elizabeth";
const ASSET: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; style-src 'unsafe-inline'; \
                     connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
                     require-trusted-types-for 'script'; trusted-types 'none'";
/// What the page itself has no use for, nor has anything in it.
const FEATURES: &str = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()";
/// A year, in seconds.
const HSTS: &str = "max-age=31536000";

const CROSS_ORIGIN_RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const CROSS_ORIGIN_OPENER_POLICY: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const PERMISSIONS_POLICY: HeaderName = HeaderName::from_static("permissions-policy");
const X_ROBOTS_TAG: HeaderName = HeaderName::from_static("x-robots-tag");

/// The headers of this server's answers.
#[derive(Debug)]
pub(crate) struct Protection {
    page: HeaderValue,
    asset: HeaderValue,
    ticket: HeaderValue,
    /// People reach this server by https.
    https: bool,
}

impl Protection {
    pub(crate) fn new(links: &Links) -> Self {
        let paths = by_path(&links.local("/assets/"));
        let both = |policy: &'static str, paths: &str| {
            HeaderValue::try_from(format!("{policy}, {paths}")).unwrap_or(HeaderValue::from_static(policy))
        };
        let script = format!("script-src *:*{}", in_policy(&links.local(TICKET_SCRIPT)));
        Self {
            page: both(PAGE, &paths),
            asset: both(ASSET, &paths),
            ticket: both(TICKET, &script),
            https: links.are_https(),
        }
    }

    /// Writes the headers of an answer of this kind.
    pub(crate) fn write(&self, kind: Kind, headers: &mut HeaderMap) {
        let fixed = HeaderValue::from_static;
        headers.insert(header::CONTENT_SECURITY_POLICY, self.policy(kind));
        headers.insert(header::X_CONTENT_TYPE_OPTIONS, fixed("nosniff"));
        // Addresses hold tokens and tickets, and the names of rooms.
        headers.insert(header::REFERRER_POLICY, fixed("no-referrer"));
        headers.insert(CROSS_ORIGIN_RESOURCE_POLICY, fixed("same-origin"));
        if is_document(kind) {
            headers.insert(CROSS_ORIGIN_OPENER_POLICY, fixed("same-origin"));
            headers.insert(PERMISSIONS_POLICY, fixed(FEATURES));
        }
        if !is_listed(kind) {
            headers.insert(X_ROBOTS_TAG, fixed("noindex"));
        }
        if self.https {
            headers.insert(header::STRICT_TRANSPORT_SECURITY, fixed(HSTS));
        }
    }

    fn policy(&self, kind: Kind) -> HeaderValue {
        match kind {
            Kind::Home | Kind::Room => self.page.clone(),
            Kind::Asset => self.asset.clone(),
            Kind::Data | Kind::Usage => HeaderValue::from_static(NOTHING),
            Kind::Reference => HeaderValue::from_static(REFERENCE),
            Kind::Ticket => self.ticket.clone(),
            Kind::Problem => HeaderValue::from_static(PROBLEM),
            Kind::Attachment => HeaderValue::from_static(ATTACHMENT),
            Kind::Inline => HeaderValue::from_static(INLINE),
            Kind::InlinePdf => HeaderValue::from_static(INLINE_PDF),
        }
    }
}

/// Whether it is a document of ours, which shares its window with nobody. Contents cannot say so: browsers open nothing
/// that wants a window of its own *and* a sandbox (HTML, section 7.4.5).
const fn is_document(kind: Kind) -> bool {
    match kind {
        Kind::Home | Kind::Room | Kind::Reference | Kind::Ticket | Kind::Problem | Kind::Usage => true,
        Kind::Data | Kind::Asset | Kind::Attachment | Kind::Inline | Kind::InlinePdf => false,
    }
}

/// Whether search engines may know it: nothing does that leads to a room.
const fn is_listed(kind: Kind) -> bool {
    match kind {
        Kind::Home | Kind::Asset | Kind::Reference => true,
        Kind::Data
        | Kind::Room
        | Kind::Ticket
        | Kind::Problem
        | Kind::Usage
        | Kind::Attachment
        | Kind::Inline
        | Kind::InlinePdf => false,
    }
}

/// A second policy beside one that names our origin: what runs and what styles lies where our own files do. Both have to
/// agree. A path cannot stand behind `'self'`, and the host that people see is not known here behind every proxy; so
/// the one policy judges the origin, and the other one the path.
fn by_path(assets: &str) -> String {
    let assets = in_policy(assets);
    format!(
        "script-src *:*{assets}h/ 'wasm-unsafe-eval'; style-src *:*{assets}h/ 'unsafe-inline'; \
         worker-src *:*{assets}h/ *:*{assets}sw.js"
    )
}

/// A path as it stands in a policy: without what separates policies and their parts (Content Security Policy Level 3,
/// section 2.3.1).
fn in_policy(path: &str) -> Cow<'_, str> {
    if path.contains([';', ',']) { path.replace(';', "%3B").replace(',', "%2C").into() } else { path.into() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::links::PublicUrl;

    const KINDS: [Kind; 11] = [
        Kind::Data,
        Kind::Home,
        Kind::Room,
        Kind::Asset,
        Kind::Reference,
        Kind::Ticket,
        Kind::Problem,
        Kind::Usage,
        Kind::Attachment,
        Kind::Inline,
        Kind::InlinePdf,
    ];

    fn written(kind: Kind, public_url: Option<&str>) -> HeaderMap {
        let links = Links::new(public_url.map(|url| PublicUrl::parse(url).unwrap()));
        let mut headers = HeaderMap::new();
        Protection::new(&links).write(kind, &mut headers);
        headers
    }

    fn policy(kind: Kind, public_url: Option<&str>) -> String {
        written(kind, public_url)["content-security-policy"].to_str().unwrap().to_owned()
    }

    #[test]
    fn every_kind_forbids_what_it_does_not_need() {
        for kind in KINDS {
            let headers = written(kind, None);
            let policy = policy(kind, None);
            assert!(policy.contains("default-src 'none'"), "{kind:?}");
            assert!(!policy.contains("'unsafe-eval'") && !policy.contains("script-src 'unsafe"), "{policy}");
            let runs = matches!(kind, Kind::Home | Kind::Room | Kind::Asset | Kind::Ticket);
            assert_eq!(policy.contains("script-src"), runs, "{kind:?}");
            assert_eq!(policy.contains("require-trusted-types-for 'script'"), runs, "{kind:?}");
            let sandboxed = matches!(kind, Kind::Attachment | Kind::Inline);
            assert_eq!(policy.starts_with("sandbox;"), sandboxed, "{kind:?}");
            // The two do not go together.
            assert!(!(sandboxed && headers.contains_key("cross-origin-opener-policy")), "{kind:?}");
            assert!(!headers.contains_key("strict-transport-security"), "{kind:?}");
        }
    }

    #[test]
    fn scripts_lie_where_our_files_do_below_the_public_path() {
        for (url, path) in [
            (None, "/assets/"),
            (Some("https://a.example"), "/assets/"),
            (Some("https://a.example/share"), "/share/assets/"),
            (Some("http://a.example/a;b,c"), "/a%3Bb%2Cc/assets/"),
        ] {
            for kind in [Kind::Home, Kind::Room, Kind::Asset] {
                let policy = policy(kind, url);
                let (origin, paths) = policy.split_once(", ").unwrap();
                assert!(origin.contains("script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
                assert!(
                    paths.starts_with(&format!("script-src *:*{path}h/ 'wasm-unsafe-eval';")),
                    "{policy}"
                );
                assert!(!paths.contains(','), "{policy}");
            }
            let ticket = policy(Kind::Ticket, url);
            assert!(ticket.ends_with(&format!(", script-src *:*{path}door.js")), "{ticket}");
            let https = url.is_some_and(|url| url.starts_with("https"));
            assert_eq!(written(Kind::Data, url).contains_key("strict-transport-security"), https);
        }
    }
}

//! Where people reach this server: what the links in answers begin with.

use std::fmt;

use axum::http::{HeaderMap, Uri, header, request::Parts, uri::Authority};
use elizabeth_core::name::RoomRef;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::state::AppState;

/// Everything but the unreserved characters (RFC 3986, section 2.3).
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');
/// The same, and the slash between segments.
const SEGMENTS: &AsciiSet = &SEGMENT.remove(b'/');

/// The address under which people reach this server, as its operator gave it: `http` or `https`, a host, perhaps a
/// port and a path in front of ours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    /// Without a slash at its end.
    whole: String,
    /// Where its path begins.
    path_at: usize,
}

/// Why a text is no address of this server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicUrl {
    /// It is no URL, or of another scheme.
    #[error("expected a URL such as https://share.example.org or http://192.0.2.7:4092/share")]
    Url,
    /// It holds what no link of ours may begin with.
    #[error("a URL without a user, a query and a fragment is needed")]
    Parts,
}

impl PublicUrl {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// [`InvalidPublicUrl`] when links cannot begin with it.
    pub fn parse(text: &str) -> Result<Self, InvalidPublicUrl> {
        // What reads addresses of requests skips fragments: there are none in requests.
        if text.contains(['?', '#']) {
            return Err(InvalidPublicUrl::Parts);
        }
        let uri: Uri = text.parse().map_err(|_| InvalidPublicUrl::Url)?;
        let scheme = uri.scheme_str().filter(|scheme| matches!(*scheme, "http" | "https"));
        let (Some(scheme), Some(authority)) = (scheme, uri.authority()) else {
            return Err(InvalidPublicUrl::Url);
        };
        if authority.as_str().contains('@') {
            return Err(InvalidPublicUrl::Parts);
        }
        let origin = format!("{scheme}://{}", host(authority.as_str()).ok_or(InvalidPublicUrl::Url)?);
        let path = uri.path().trim_end_matches('/');
        Ok(Self { path_at: origin.len(), whole: origin + path })
    }

    /// Without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.whole
    }

    /// Its path alone, empty where it has none.
    fn path(&self) -> &str {
        self.whole.get(self.path_at..).unwrap_or_default()
    }
}

impl AppState {
    /// What absolute links begin with, without a slash at its end: the public URL where there is one, else the host
    /// that the request came to. Where a request names no host it is empty, and the links are relative.
    ///
    /// `X-Forwarded-Proto` is believed from anybody: whoever sends a wrong one only spoils the own links.
    pub(crate) fn base_url(&self, headers: &HeaderMap, uri: &Uri) -> String {
        match self.public_url() {
            Some(url) => url.as_str().to_owned(),
            None => requested(headers, uri),
        }
    }

    /// A room's address as a folder, with its slash.
    pub(crate) fn folder_url(&self, request: &Parts, room: &RoomRef) -> String {
        format!("{}/{}/", self.base_url(&request.headers, &request.uri), segment(room.as_str()))
    }

    /// The address on this site of a path that begins with a slash: for pages, whose reader is on this site already.
    pub(crate) fn local(&self, path: impl fmt::Display) -> String {
        format!("{}{path}", self.public_url().map_or("", PublicUrl::path))
    }
}

/// A text as a segment of a path.
pub(crate) fn segment(text: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(text, SEGMENT)
}

/// A text as the rest of a path: its slashes stay slashes.
pub(crate) fn segments(text: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(text, SEGMENTS)
}

fn requested(headers: &HeaderMap, uri: &Uri) -> String {
    // The address itself names the host where it is absolute (RFC 9112, section 3.2.2).
    let named = match uri.authority() {
        Some(authority) => Some(authority.as_str()),
        None => headers.get(header::HOST).and_then(|host| host.to_str().ok()),
    };
    let scheme = match headers.get("x-forwarded-proto").map(|proto| proto.as_bytes()) {
        Some(b"https") => "https",
        _ => "http",
    };
    named.and_then(host).map_or_else(String::new, |host| format!("{scheme}://{host}"))
}

/// A host, perhaps with a port, and nothing else.
fn host(text: &str) -> Option<&str> {
    let authority: Authority = text.parse().ok()?;
    let rest = text.strip_prefix(authority.host())?;
    let port_is_one = rest.is_empty() || authority.port_u16().is_some_and(|port| port > 0);
    (!authority.host().is_empty() && port_is_one).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_in_a_path_holds_nothing_but_itself() {
        assert_eq!(segments("a b/ü?#%.txt").to_string(), "a%20b/%C3%BC%3F%23%25.txt");
        assert_eq!(segment("a/b").to_string(), "a%2Fb");
    }

    #[test]
    fn a_public_url_is_kept_without_its_last_slash() {
        for (text, whole, path) in [
            ("https://share.example.org", "https://share.example.org", ""),
            ("https://share.example.org/", "https://share.example.org", ""),
            ("http://192.0.2.7:4092/share/", "http://192.0.2.7:4092/share", "/share"),
            ("https://[2001:db8::1]:8443/a/b%20c", "https://[2001:db8::1]:8443/a/b%20c", "/a/b%20c"),
        ] {
            let url = PublicUrl::parse(text).unwrap();
            assert_eq!((url.as_str(), url.path()), (whole, path));
        }
    }

    #[test]
    fn what_links_cannot_begin_with_is_refused() {
        use InvalidPublicUrl::{Parts, Url};
        for (text, why) in [
            ("", Url),
            ("share.example.org", Url),
            ("/share", Url),
            ("ftp://share.example.org", Url),
            ("https://", Url),
            ("https:///share", Url),
            ("https://:80", Url),
            ("https://share.example.org:0", Url),
            ("https://share.example.org:99999", Url),
            ("https://share.example.org:x", Url),
            ("https://share example.org", Url),
            ("https://m\u{fc}nchen.example", Url),
            ("https://user:hunter2@share.example.org", Parts),
            ("https://share.example.org/?a=b", Parts),
            ("https://share.example.org/#a", Parts),
        ] {
            let error = PublicUrl::parse(text).unwrap_err();
            assert_eq!(error, why, "{text}");
            assert!(!error.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn without_one_links_go_to_where_the_request_came_to() {
        let base = |uri: &'static str, headers: &[(&'static str, &'static str)]| {
            let map = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
            requested(&map.collect(), &Uri::from_static(uri))
        };
        assert_eq!(base("/s/x", &[("host", "127.0.0.1:4092")]), "http://127.0.0.1:4092");
        assert_eq!(base("/s/x", &[("host", "[::1]:4092")]), "http://[::1]:4092");
        assert_eq!(base("http://a.example/s/x", &[("host", "b.example")]), "http://a.example");
        for (proto, scheme) in
            [("https", "https"), ("http", "http"), ("HTTPS", "http"), ("javascript", "http")]
        {
            let headers = [("host", "a.example"), ("x-forwarded-proto", proto)];
            assert_eq!(base("/", &headers), format!("{scheme}://a.example"), "{proto}");
        }
        for bad in ["", "a.example/path", "user@a.example", "a.example:x", "a.example\"><b>", "a b"] {
            assert_eq!(base("/", &[("host", bad)]), "", "{bad}");
        }
        assert_eq!(base("/", &[]), "");
    }

    #[test]
    fn segments_are_encoded() {
        assert_eq!(segment("a b/\u{e9}?#").to_string(), "a%20b%2F%C3%A9%3F%23");
        assert_eq!(segment("tkt_-.~9").to_string(), "tkt_-.~9");
    }
}

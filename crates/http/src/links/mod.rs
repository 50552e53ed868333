//! Where people reach this server: what the links in answers begin with.

mod public_url;
mod segment;

use std::fmt;

use axum::http::{HeaderMap, Uri, header, request::Parts};
use elizabeth_core::name::RoomRef;

pub use public_url::{InvalidPublicUrl, PublicUrl};
pub(crate) use segment::{segment, segments};

use public_url::host;

/// How addresses of this server are written.
#[derive(Debug)]
pub(crate) struct Links(Option<PublicUrl>);

impl Links {
    /// Links to a public URL, or to where each request came to.
    pub(crate) fn new(public_url: Option<PublicUrl>) -> Self {
        Self(public_url)
    }

    /// What absolute links begin with, without a slash at its end: the public URL where there is one, else the host
    /// that the request came to. Where a request names no host it is empty, and the links are relative.
    ///
    /// `X-Forwarded-Proto` is believed from anybody: whoever sends a wrong one only spoils the own links.
    pub(crate) fn base(&self, headers: &HeaderMap, uri: &Uri) -> String {
        match &self.0 {
            Some(url) => url.as_str().to_owned(),
            None => requested(headers, uri),
        }
    }

    /// A room's address as a folder, with its slash.
    pub(crate) fn folder(&self, request: &Parts, room: &RoomRef) -> String {
        format!("{}/{}/", self.base(&request.headers, &request.uri), segment(room.as_str()))
    }

    /// Whether people reach this server by https, as far as its operator said so.
    pub(crate) fn are_https(&self) -> bool {
        self.0.as_ref().is_some_and(PublicUrl::is_https)
    }

    /// The address on this site of a path that begins with a slash: for pages, whose reader is on this site already.
    pub(crate) fn local(&self, path: impl fmt::Display) -> String {
        format!("{}{path}", self.0.as_ref().map_or("", PublicUrl::path))
    }
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

#[cfg(test)]
mod tests {
    use super::*;

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
}

use axum::http::{Uri, uri::Authority};

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

    /// Its host alone, without the port.
    pub(crate) fn host(&self) -> &str {
        let authority = self.whole.get(..self.path_at).and_then(|origin| origin.split_once("://"));
        let authority = authority.map_or("", |(_, authority)| authority);
        authority.rsplit_once(':').filter(|(_, port)| !port.contains(']')).map_or(authority, |(host, _)| host)
    }

    /// Whether its scheme is https.
    pub(super) fn is_https(&self) -> bool {
        self.whole.starts_with("https:")
    }

    /// Its path alone, empty where it has none.
    pub(super) fn path(&self) -> &str {
        self.whole.get(self.path_at..).unwrap_or_default()
    }
}

/// A host, perhaps with a port, and nothing else.
pub(super) fn host(text: &str) -> Option<&str> {
    let authority: Authority = text.parse().ok()?;
    let rest = text.strip_prefix(authority.host())?;
    let port_is_one = rest.is_empty() || authority.port_u16().is_some_and(|port| port > 0);
    (!authority.host().is_empty() && port_is_one).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

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
            assert!(
                ["share.example.org", "192.0.2.7", "[2001:db8::1]"].contains(&url.host()),
                "{}",
                url.host()
            );
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
}

//! Where a room is: its server, its name, and perhaps one content in it, as people write it.

use percent_encoding::percent_decode_str;
use unicode_normalization::UnicodeNormalization;
use url::{Host, Url};

/// A server's address, without the path of anything on it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Server(Url);

/// A room, and perhaps one content in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    /// Its server.
    pub server: Server,
    /// Its name or slug.
    pub room: String,
    /// The content, where it names one.
    pub content: Option<Which>,
}

/// One content of a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// The newest of this name.
    Name(String),
    /// The one of this number.
    Id(i64),
}

/// Why an address cannot be used. None of these repeats the address: it might hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetError {
    /// It is no address of http or https.
    #[error("it is no address such as https://example.org/team-lunch")]
    Malformed,
    /// It is relative, and no server is given.
    #[error("it names no server: write example.org/team-lunch")]
    NoServer,
    /// It is the address of a server alone.
    #[error("it names no room")]
    NoRoom,
    /// It has a user or a password.
    #[error("a password does not belong into an address")]
    Credentials,
    /// It has a query, which is more likely a question mark of a name.
    #[error("it has a query: write a question mark in a name as %3F")]
    Query,
    /// Its fragment is no number, or stands behind a name.
    #[error("behind # stands a content's number: write a # in a name as %23")]
    Fragment,
}

impl Server {
    /// Reads a server's address. Without a scheme it is https, or http for this machine itself.
    ///
    /// # Errors
    ///
    /// [`TargetError::Malformed`], and [`TargetError::Credentials`] for one with a user or a password.
    pub fn parse(text: &str) -> Result<Self, TargetError> {
        let mut url = absolute(text)?;
        if url.query().is_some() || url.fragment().is_some() {
            return Err(TargetError::Malformed);
        }
        if !url.path().ends_with('/') {
            url.set_path(&format!("{}/", url.path()));
        }
        Ok(Self(url))
    }

    /// The address of a call of the API.
    pub fn api(&self, segments: &[&str]) -> Url {
        self.at(["api", "v1"].iter().chain(segments).copied())
    }

    /// The address of a room, for people.
    pub fn room(&self, room: &str) -> Url {
        self.at([room])
    }

    /// The address of a content: by its name, or by its number where it has none.
    pub fn content(&self, room: &str, name: Option<&str>, id: i64) -> Url {
        match name {
            Some(name) => self.at([room].into_iter().chain(name.split('/'))),
            None => {
                let mut url = self.room(room);
                url.set_fragment(Some(&id.to_string()));
                url
            }
        }
    }

    /// Whether what is sent there can be read on the way.
    pub fn is_plain(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address as it is remembered and shown, without a slash at its end.
    pub fn as_str(&self) -> &str {
        self.0.as_str().trim_end_matches('/')
    }

    fn at<'a>(&self, segments: impl IntoIterator<Item = &'a str>) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments);
        }
        url
    }
}

impl Target {
    /// Reads a room's address. One with a scheme stands for itself. Else it is of `server` where one is given,
    /// unless it begins with a host and a port; without `server` it begins with its host.
    ///
    /// # Errors
    ///
    /// When it is no address, or not that of a room.
    pub fn parse(text: &str, server: Option<&Server>) -> Result<Self, TargetError> {
        let first = text.split(['/', '#', '?']).next().unwrap_or_default();
        let relative = !has_scheme(text) && !first.contains([':', '@']);
        let mut url = match server {
            Some(Server(base)) if relative => {
                Url::parse(&format!("{base}{text}")).map_err(|_| TargetError::Malformed)?
            }
            None if relative && first.len() == text.len() => return Err(TargetError::NoServer),
            Some(_) | None => absolute(text)?,
        };
        if url.query().is_some() {
            return Err(TargetError::Query);
        }
        let id =
            url.fragment().map(|number| number.parse().map_err(|_| TargetError::Fragment)).transpose()?;
        url.set_fragment(None);
        let server = match server {
            Some(server) if url.as_str().starts_with(server.0.as_str()) => server.clone(),
            Some(_) | None => Server(url.join("/").map_err(|_| TargetError::Malformed)?),
        };
        let path = url.path().get(server.0.path().len()..).unwrap_or_default();
        let (room, name) = path.split_once('/').unwrap_or((path, ""));
        let (room, name) = (decoded(room)?, decoded(name)?);
        if room.is_empty() || room.contains('/') {
            return Err(TargetError::NoRoom);
        }
        let content = match (name.trim_end_matches('/'), id) {
            ("", id) => id.map(Which::Id),
            (name, None) => Some(Which::Name(name.to_owned())),
            (_, Some(_)) => return Err(TargetError::Fragment),
        };
        Ok(Self { server, room, content })
    }

    /// The room's address, for people.
    pub fn link(&self) -> Url {
        self.server.room(&self.room)
    }
}

/// An address with a host. Without a scheme it is https, or http for this machine itself.
fn absolute(text: &str) -> Result<Url, TargetError> {
    let plain = if has_scheme(text) { text.to_owned() } else { format!("http://{text}") };
    let mut url = Url::parse(&plain).map_err(|_| TargetError::Malformed)?;
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() {
        return Err(TargetError::Malformed);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(TargetError::Credentials);
    }
    if !has_scheme(text) && !is_this_machine(&url) {
        // Read anew: the port that goes without saying is another.
        url = Url::parse(&format!("https://{text}")).map_err(|_| TargetError::Malformed)?;
    }
    Ok(url)
}

fn has_scheme(text: &str) -> bool {
    text.contains("://") && text.split("://").next().is_some_and(|scheme| !scheme.contains(['/', '#', '?']))
}

fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A part of a path as it is meant, in the form that names are stored in.
fn decoded(text: &str) -> Result<String, TargetError> {
    let text = percent_decode_str(text).decode_utf8().map_err(|_| TargetError::Malformed)?;
    Ok(text.nfc().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, server: Option<&str>) -> Result<(String, String, Option<Which>), TargetError> {
        let server = server.map(|text| Server::parse(text).unwrap());
        let target = Target::parse(text, server.as_ref())?;
        Ok((target.server.as_str().to_owned(), target.room, target.content))
    }

    fn name(text: &str) -> Option<Which> {
        Some(Which::Name(text.to_owned()))
    }

    #[test]
    fn addresses_are_read_as_people_write_them() {
        for (text, server, base, room, content) in [
            ("https://example.org/team-lunch", None, "https://example.org", "team-lunch", None),
            ("HTTP://Example.org:80/a/", None, "http://example.org", "a", None),
            ("http://127.0.0.1:4092/a#7", None, "http://127.0.0.1:4092", "a", Some(Which::Id(7))),
            ("example.org/a/b c.txt", None, "https://example.org", "a", name("b c.txt")),
            ("example.org:8443/a", None, "https://example.org:8443", "a", None),
            ("example.org:80/a", None, "https://example.org:80", "a", None),
            ("localhost:4092/küche", None, "http://localhost:4092", "küche", None),
            ("127.0.0.2/a/x/y.txt", None, "http://127.0.0.2", "a", name("x/y.txt")),
            ("[::1]:4092/a", None, "http://[::1]:4092", "a", None),
            ("a", Some("127.0.0.1:4092"), "http://127.0.0.1:4092", "a", None),
            ("a.b/c", Some("https://example.org/"), "https://example.org", "a.b", name("c")),
            ("a#12", Some("example.org"), "https://example.org", "a", Some(Which::Id(12))),
            ("a/b", Some("https://example.org/x"), "https://example.org/x", "a", name("b")),
            ("https://example.org/x/a", Some("https://example.org/x"), "https://example.org/x", "a", None),
            ("http://other.org/a", Some("https://example.org"), "http://other.org", "a", None),
            ("localhost:1/a", Some("https://example.org"), "http://localhost:1", "a", None),
            ("h/a/100%25%23.txt", None, "https://h", "a", name("100%#.txt")),
            ("h/cafe\u{301}", None, "https://h", "café", None),
        ] {
            let read = parse(text, server);
            assert_eq!(read, Ok((base.to_owned(), room.to_owned(), content)), "{text}");
        }
    }

    #[test]
    fn what_is_no_room_is_refused_without_repeating_it() {
        for (text, server, error) in [
            ("room", None, TargetError::NoServer),
            ("", None, TargetError::NoServer),
            ("https://example.org", None, TargetError::NoRoom),
            ("https://example.org/", None, TargetError::NoRoom),
            ("/", Some("example.org"), TargetError::NoRoom),
            ("ftp://example.org/a", None, TargetError::Malformed),
            ("http:///", None, TargetError::Malformed),
            ("https://:secret@example.org/a", None, TargetError::Credentials),
            ("me:secret@example.org/a", Some("example.org"), TargetError::Credentials),
            ("https://example.org/a?token=x", None, TargetError::Query),
            ("https://example.org/a#b", None, TargetError::Fragment),
            ("https://example.org/a/b#1", None, TargetError::Fragment),
            ("https://example.org/%ff", None, TargetError::Malformed),
            ("https://example.org/a%2Fb", None, TargetError::NoRoom),
        ] {
            assert_eq!(parse(text, server), Err(error), "{text}");
        }
    }

    #[test]
    fn names_are_encoded_and_read_back() {
        let server = Server::parse("https://example.org").unwrap();
        for text in ["a b/ü?#%41.txt", "100%.txt", "a;b&c=d+e", "\"x\"", "…/~"] {
            let url = server.content("küche", Some(text), 1);
            let read = Target::parse(url.as_str(), None).unwrap();
            assert_eq!((read.room.as_str(), read.content), ("küche", name(text)), "{url}");
        }
        assert_eq!(server.content("a", None, 3).as_str(), "https://example.org/a#3");
        assert_eq!(server.api(&["rooms", "a/b"]).as_str(), "https://example.org/api/v1/rooms/a%2Fb");
    }
}

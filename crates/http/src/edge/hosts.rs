use std::{net::IpAddr, str::FromStr};

use axum::{
    extract::Request,
    http::{Version, header, uri::Authority},
};

use crate::problem::{Problem, RequestCode};

/// The names that a server answers to. A page of another site can have a browser ask a server that only this machine
/// reaches, by a name that leads there: what such a page may read is decided by the name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum AllowedHosts {
    /// Any.
    #[default]
    Any,
    /// Those of this machine for itself, and some more.
    Loopback(Vec<String>),
    /// These alone.
    Named(Vec<String>),
}

impl FromStr for AllowedHosts {
    type Err = String;

    /// Names or addresses between commas, without ports; `*` for any.
    fn from_str(text: &str) -> Result<Self, String> {
        if text.trim() == "*" {
            return Ok(Self::Any);
        }
        let name = |name: &str| match name.trim().parse::<Authority>() {
            Ok(authority) if authority.as_str() == authority.host() => {
                Ok(authority.host().to_ascii_lowercase())
            }
            Ok(_) | Err(_) => {
                Err(format!("expected names such as share.example.org,localhost, or *, not {name:?}"))
            }
        };
        text.split(',').map(name).collect::<Result<_, _>>().map(Self::Named)
    }
}

impl AllowedHosts {
    /// The same with one more.
    #[must_use]
    pub(crate) fn and(self, host: Option<&str>) -> Self {
        let with = |mut hosts: Vec<String>| {
            hosts.extend(host.map(str::to_ascii_lowercase));
            hosts
        };
        match self {
            Self::Any => Self::Any,
            Self::Loopback(hosts) => Self::Loopback(with(hosts)),
            Self::Named(hosts) => Self::Named(with(hosts)),
        }
    }

    /// Judges the name that a request came by (RFC 9112, section 3.2).
    ///
    /// # Errors
    ///
    /// When it says none, or two, or one that is none of this server's.
    pub(crate) fn judge(&self, request: &Request) -> Result<(), Problem> {
        let invalid = |text| Err(Problem::new(RequestCode::InvalidHost, text));
        let mut lines = request.headers().get_all(header::HOST).iter();
        let line = match (lines.next(), lines.next()) {
            (None, _) if request.version() < Version::HTTP_11 => None,
            (None, _) => return invalid("a request says to which host it goes: Host is missing"),
            (Some(_), Some(_)) => return invalid("a request goes to one host: Host is there twice"),
            (Some(line), None) => Some(line),
        };
        // An address that is absolute counts, whatever the header says.
        let host = match (request.uri().authority(), line) {
            (Some(authority), _) => authority.host().to_ascii_lowercase(),
            (None, None) => String::new(),
            (None, Some(line)) if line.is_empty() => String::new(),
            (None, Some(line)) => match line.to_str().ok().and_then(|line| line.parse::<Authority>().ok()) {
                Some(authority) if !authority.as_str().contains('@') => authority.host().to_ascii_lowercase(),
                Some(_) | None => return invalid("Host is no name, and no address"),
            },
        };
        if self.contain(&host) {
            return Ok(());
        }
        let text = "this server does not answer to that name: its operator says to which, by --allowed-hosts";
        Err(Problem::new(RequestCode::HostNotAllowed, text))
    }

    fn contain(&self, host: &str) -> bool {
        let named = |hosts: &[String]| hosts.iter().any(|name| name == host);
        match self {
            Self::Any => true,
            Self::Loopback(hosts) => is_loopback(host) || named(hosts),
            Self::Named(hosts) => named(hosts),
        }
    }
}

/// Whether a name always means this very machine (RFC 6761, section 6.3).
fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    let name = host.strip_suffix('.').unwrap_or(host);
    let by_name = name == "localhost" || name.ends_with(".localhost");
    by_name || address.parse::<IpAddr>().is_ok_and(|address| address.to_canonical().is_loopback())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn status(allowed: &AllowedHosts, uri: &str, version: Version, hosts: &[&str]) -> u16 {
        let mut request = Request::get(uri).version(version);
        for host in hosts {
            request = request.header(header::HOST, *host);
        }
        allowed
            .judge(&request.body(Body::empty()).unwrap())
            .map_or_else(|problem| problem.status().as_u16(), |()| 200)
    }

    #[test]
    fn a_request_goes_to_one_host() {
        let at = |version, hosts: &[&str]| status(&AllowedHosts::Any, "/", version, hosts);
        for (hosts, expected) in [
            (&["a.example:80"][..], 200),
            (&["[::1]:80"], 200),
            (&[""], 200),
            (&[], 400),
            (&["a.example", "a.example"], 400),
            (&["a b"], 400),
            (&["u@a.example"], 400),
            (&["a.example/x"], 400),
        ] {
            assert_eq!(at(Version::HTTP_11, hosts), expected, "{hosts:?}");
        }
        assert_eq!(at(Version::HTTP_10, &[]), 200);
    }

    #[test]
    fn on_this_machine_alone_other_names_are_refused() {
        let allowed = AllowedHosts::Loopback(Vec::new()).and(Some("share.example.org"));
        for (host, expected) in [
            ("localhost", 200),
            ("LocalHost:4092", 200),
            ("room.localhost", 200),
            ("127.0.0.1:4092", 200),
            ("127.9.9.9", 200),
            ("[::1]:4092", 200),
            ("share.example.org", 200),
            ("evil.example", 421),
            ("localhost.evil.example", 421),
            ("192.0.2.1", 421),
            ("", 421),
        ] {
            assert_eq!(status(&allowed, "/", Version::HTTP_11, &[host]), expected, "{host}");
        }
        let absolute = status(&allowed, "http://evil.example/", Version::HTTP_11, &["localhost"]);
        assert_eq!(absolute, 421);
    }

    #[test]
    fn names_are_listed_without_ports() {
        let named: AllowedHosts = "a.example, [2001:db8::1]".parse().unwrap();
        assert!(named.contain("a.example") && named.contain("[2001:db8::1]") && !named.contain("localhost"));
        assert_eq!("*".parse(), Ok(AllowedHosts::Any));
        for bad in ["", "a.example:80", "u@a.example", "a b", "https://a.example"] {
            assert!(bad.parse::<AllowedHosts>().is_err(), "{bad}");
        }
    }
}

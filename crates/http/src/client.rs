//! Who a request comes from, by the proxies in front of the server.

use std::{net::IpAddr, str::FromStr};

use axum::http::{HeaderMap, HeaderName, header};
use elizabeth_core::client::Client;
use ipnet::IpNet;

static X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The proxies that are believed whom they speak for: addresses and networks, between commas.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl FromStr for TrustedProxies {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let network = |text: &str| match text.parse::<IpAddr>() {
            Ok(address) => Ok(address.to_canonical().into()),
            Err(_) => text.parse().map_err(|_| {
                format!("expected addresses and networks such as 10.0.0.1,192.168.0.0/16, not {text:?}")
            }),
        };
        text.split(',').map(|part| network(part.trim())).collect::<Result<_, _>>().map(Self)
    }
}

impl TrustedProxies {
    /// Whether an address is one of theirs.
    pub(crate) fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// Who a request comes from: the peer or, where that is one of the proxies, whom the proxies name; nobody else is
    /// believed.
    ///
    /// Proxies write either `X-Forwarded-For` or `Forwarded` (RFC 7239) and pass the other on as it came. So where both
    /// are there and name two clients, one of them is forged: then it is the proxy itself.
    pub(crate) fn client(&self, peer: IpAddr, headers: &HeaderMap) -> Client {
        let by_plain = self.named(peer, headers, &X_FORWARDED_FOR, address);
        let by_standard = self.named(peer, headers, &header::FORWARDED, forwarded_for);
        Client::new(match (by_plain, by_standard) {
            (Some(one), Some(other)) if one != other => peer,
            (Some(one), _) | (None, Some(one)) => one,
            (None, None) => peer,
        })
    }

    /// The right-most address in a header that is none of the proxies': what stands left of it anybody may have sent.
    /// What cannot be read ends the search at the last proxy that was known.
    fn named(
        &self,
        peer: IpAddr,
        headers: &HeaderMap,
        name: &HeaderName,
        read: fn(&str) -> Option<IpAddr>,
    ) -> Option<IpAddr> {
        if !self.contain(peer) || !headers.contains_key(name) {
            return None;
        }
        let mut known = peer.to_canonical();
        for value in headers.get_all(name).iter().rev() {
            for hop in value.to_str().unwrap_or_default().rsplit(',') {
                match read(hop.trim()).map(|address| address.to_canonical()) {
                    Some(address) if self.contain(address) => known = address,
                    Some(address) => return Some(address),
                    None => return Some(known),
                }
            }
        }
        Some(known)
    }
}

/// An address, perhaps with a port, in brackets or quotes.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim_matches('"');
    let bare = text.strip_prefix('[').and_then(|text| text.strip_suffix(']')).unwrap_or(text);
    bare.parse().ok().or_else(|| text.parse::<std::net::SocketAddr>().ok().map(|address| address.ip()))
}

/// Whom an element of `Forwarded` is for (RFC 7239, section 5.2).
fn forwarded_for(element: &str) -> Option<IpAddr> {
    let mut pairs = element.split(';').filter_map(|pair| pair.split_once('='));
    pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for")).and_then(|(_, node)| address(node.trim()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Who it is that comes by a peer with headers of these names and values.
    fn client(peer: &str, headers: &[(&'static str, &str)]) -> String {
        let proxies: TrustedProxies = "127.0.0.1, 10.0.0.0/8, 2001:db8:f::/48".parse().unwrap();
        let headers = headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let headers: Vec<(HeaderName, _)> = headers.collect();
        let mut map = HeaderMap::new();
        headers.into_iter().for_each(|(name, value)| {
            map.append(name, value);
        });
        proxies.client(peer.parse().unwrap(), &map).address().to_string()
    }

    #[test]
    fn a_trusted_proxy_is_believed_and_nobody_else() {
        let forwarded = |peer, value| client(peer, &[("x-forwarded-for", value)]);
        for (peer, value, expected) in [
            ("192.0.2.1", "198.51.100.1", "192.0.2.1"),
            ("127.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("::ffff:127.0.0.1", "198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "6.6.6.6, 198.51.100.1", "198.51.100.1"),
            ("127.0.0.1", "6.6.6.6, 198.51.100.1, 10.1.2.3", "198.51.100.1"),
            ("127.0.0.1", "6.6.6.6, nonsense, 10.1.2.3", "10.1.2.3"),
            ("127.0.0.1", "10.1.2.3, 10.4.5.6", "10.1.2.3"),
            ("127.0.0.1", "198.51.100.1:5000", "198.51.100.1"),
            ("127.0.0.1", "[2001:db8::1]:5000", "2001:db8::1"),
            ("2001:db8:f::9", "2001:db8::1", "2001:db8::1"),
            ("127.0.0.1", "", "127.0.0.1"),
            ("127.0.0.1", "unknown", "127.0.0.1"),
        ] {
            assert_eq!(forwarded(peer, value), expected, "{peer} {value}");
        }
        assert_eq!(client("127.0.0.1", &[]), "127.0.0.1");
    }

    #[test]
    fn of_several_lines_the_last_one_counts() {
        let headers = [("x-forwarded-for", "6.6.6.6"), ("x-forwarded-for", "198.51.100.1, 10.1.2.3")];
        assert_eq!(client("127.0.0.1", &headers), "198.51.100.1");
    }

    #[test]
    fn the_standard_header_is_read_too() {
        for (value, expected) in [
            ("for=198.51.100.1", "198.51.100.1"),
            ("For=\"[2001:db8::1]:4711\";proto=https", "2001:db8::1"),
            ("for=6.6.6.6, by=10.0.0.1; for=198.51.100.1;proto=http, for=10.1.2.3", "198.51.100.1"),
            ("for=\"6.6.6.6, for=198.51.100.1", "198.51.100.1"),
            ("for=_hidden", "127.0.0.1"),
            ("proto=https", "127.0.0.1"),
        ] {
            assert_eq!(client("127.0.0.1", &[("forwarded", value)]), expected, "{value}");
        }
    }

    #[test]
    fn where_the_two_disagree_neither_is_believed() {
        let both =
            |plain, standard| client("127.0.0.1", &[("x-forwarded-for", plain), ("forwarded", standard)]);
        assert_eq!(both("198.51.100.1", "for=198.51.100.1"), "198.51.100.1");
        assert_eq!(both("198.51.100.1", "for=6.6.6.6"), "127.0.0.1");
    }

    #[test]
    fn what_is_no_list_of_networks_is_refused() {
        for bad in ["", "10.0.0.0/33", "proxy.example.org", "127.0.0.1,"] {
            assert!(bad.parse::<TrustedProxies>().is_err(), "{bad}");
        }
    }
}

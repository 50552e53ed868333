//! Who calls, as far as the network tells.

use std::net::{IpAddr, Ipv6Addr};

/// The low bits of an IPv6 address that belong to whoever has the rest: providers hand out a /64 at least.
const OWN_BITS: u128 = u64::MAX as u128;

/// Where a call comes from: an address, or several that one person has all of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Client(IpAddr);

impl Client {
    /// Whoever has this address. One of IPv4 that is written as IPv6 is the IPv4 one.
    pub fn new(address: IpAddr) -> Self {
        Self(address.to_canonical())
    }

    /// The address itself, for logs.
    pub fn address(self) -> IpAddr {
        self.0
    }

    /// What the client is counted by: the address or, of IPv6, its /64, of which one person has every address.
    pub fn network(self) -> IpAddr {
        match self.0 {
            IpAddr::V4(address) => address.into(),
            IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() & !OWN_BITS).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ipv6_is_counted_by_its_64() {
        for (address, network) in [
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
            ("2001:db8:1:2::", "2001:db8:1:2::"),
            ("::1", "::"),
        ] {
            let client = Client::new(address.parse().unwrap());
            assert_eq!(client.network(), network.parse::<IpAddr>().unwrap(), "{address}");
        }
    }
}

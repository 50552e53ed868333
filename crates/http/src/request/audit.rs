//! What owners and the admin do, a line each: target `audit`, so that it can be kept apart from the rest of the log.

use std::net::IpAddr;

use axum::http::Method;

/// Making a room: nobody owns it before.
pub(super) const MAKING: &str = "room.create";

/// The acts, by method and route: those that need an owner, or are of weight when an owner does them, and the admin's.
/// An owner who adds contents does no more than a guest would.
const ACTS: [(&str, &str, &str); 21] = [
    ("POST", "/api/v1/rooms/{room}", MAKING),
    ("DELETE", "/api/v1/rooms/{room}", "room.delete"),
    ("POST", "/api/v1/rooms/{room}/permissions", "room.permissions"),
    ("POST", "/api/v1/rooms/{room}/settings", "room.settings"),
    ("POST", "/api/v1/rooms/{room}/tokens", "token.issue"),
    ("POST", "/api/v1/rooms/{room}/tokens/revoke", "token.revoke"),
    ("DELETE", "/api/v1/rooms/{room}/tokens/{jti}", "token.revoke"),
    ("POST", "/api/v1/rooms/{room}/tickets", "ticket.create"),
    ("DELETE", "/api/v1/rooms/{room}/tickets/{id}", "ticket.revoke"),
    ("PATCH", "/api/v1/rooms/{room}/contents/{id}", "content.change"),
    ("DELETE", "/api/v1/rooms/{room}/contents", "content.delete"),
    ("DELETE", "/{room}/{*path}", "content.delete"),
    ("DELETE", "/api/v1/rooms/{room}/reservations/{id}", "upload.end"),
    ("DELETE", "/api/v1/rooms/{room}/uploads/chunks/{reservation_id}", "upload.end"),
    ("DELETE", "/api/v1/rooms/{room}/tus/{id}", "upload.end"),
    ("POST", "/api/v1/auth/refresh", "token.issue"),
    ("POST", "/api/v1/auth/cleanup", "admin.cleanup"),
    ("DELETE", "/api/v1/auth/cleanup", "admin.cleanup"),
    ("GET", "/api/v1/admin/rooms", "admin.rooms"),
    ("HEAD", "/api/v1/admin/rooms", "admin.rooms"),
    ("POST", "/api/v1/admin/gc", "admin.gc"),
];

/// What somebody did, and what came of it.
pub(super) struct Act<'a> {
    pub(super) act: &'static str,
    pub(super) status: u16,
    pub(super) code: Option<&'static str>,
    pub(super) room: Option<i64>,
    pub(super) session: Option<&'a str>,
    pub(super) client: IpAddr,
}

impl Act<'_> {
    /// Its line. Everything that owners and the admin do goes through here.
    pub(super) fn write(&self) {
        let Self { act, status, code, room, session, client } = self;
        let client = network(*client);
        tracing::info!(target: "audit", act, status, code, room, session, %client, "an owner or the admin acted");
    }
}

/// The word for an act; `None` for what is none.
pub(super) fn act(method: &Method, route: &str) -> Option<&'static str> {
    let is = |(of, at, _): &&(&str, &str, &str)| *of == method.as_str() && *at == route;
    ACTS.iter().find(is).map(|(_, _, act)| *act)
}

/// The network that an address is in: enough to tell strangers from neighbours, and not who it was.
fn network(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => {
            let [a, b, c, _] = address.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        IpAddr::V6(address) => {
            let [a, b, c, ..] = address.segments();
            format!("{:x}:{:x}:{:x}::/48", a, b, c)
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::routes;

    #[test]
    fn addresses_are_cut() {
        let cut = |text: &str| network(text.parse().unwrap());
        assert_eq!(cut("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(cut("2001:db8:7:8::9"), "2001:db8:7::/48");
    }

    /// Every act of the interface is one that there is.
    #[test]
    fn acts_are_routes() {
        let (_, document) = routes::all().split_for_parts();
        let paths: BTreeSet<&str> = document.paths.paths.keys().map(String::as_str).collect();
        for (method, route, act) in ACTS {
            let described = !route.contains("/tus/") && !route.starts_with("/{room}");
            assert!(!described || paths.contains(route), "{method} {route}: {act}");
        }
        assert_eq!(act(&Method::DELETE, "/api/v1/rooms/{room}"), Some("room.delete"));
        assert_eq!(act(&Method::GET, "/api/v1/rooms/{room}"), None);
    }
}

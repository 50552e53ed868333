use axum::http::{HeaderMap, header};
use elizabeth_core::name::RoomRef;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Everything but the unreserved characters and the slash (RFC 3986, section 2.3).
const IN_PATH: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A name as it stands in a path.
pub(crate) fn in_path(name: &str) -> String {
    utf8_percent_encode(name, IN_PATH).to_string()
}

/// A room's address as a folder, with its slash.
pub(super) fn of_room(headers: &HeaderMap, room: &RoomRef) -> String {
    format!("{}/{}/", base_url(headers), in_path(room.as_str()))
}

/// Where the client reaches this server, by what it asked for; empty when it did not say, which leaves addresses
/// without a host.
pub(super) fn base_url(headers: &HeaderMap) -> String {
    let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let is_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':' | '[' | ']');
    let host = host.filter(|host| !host.is_empty() && host.chars().all(is_host));
    host.map_or_else(String::new, |host| format!("http://{host}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(host: &str) -> String {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().unwrap());
        base_url(&headers)
    }

    #[test]
    fn addresses_hold_what_a_host_and_a_path_may_hold() {
        assert_eq!(base("example.org:4092"), "http://example.org:4092");
        assert_eq!(base("[::1]:80"), "http://[::1]:80");
        for bad in ["", "a b", "a/b", "a\"><script>", "a@b"] {
            assert_eq!(base(bad), "", "{bad}");
        }
        assert_eq!(in_path("a b/ü?#%.txt"), "a%20b/%C3%BC%3F%23%25.txt");
    }
}

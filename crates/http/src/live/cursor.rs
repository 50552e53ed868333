use axum::http::{HeaderMap, HeaderName, HeaderValue};
use elizabeth_core::{event::EventRange, id::RoomId};

static LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");

/// From where on a client wants to hear what happened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Since {
    /// From now on.
    Now,
    /// Behind this event of the room.
    Event(u64),
    /// Behind one that cannot be gone on from: of another room, or none at all.
    Unknown,
}

impl Since {
    /// What a client says it has seen last of a room.
    pub(super) fn of(headers: &HeaderMap, room: RoomId) -> Self {
        match headers.get(&LAST_EVENT_ID).map(|value| value.to_str().unwrap_or("?").trim()) {
            None | Some("") => Self::Now,
            Some(id) => parse(id, room).map_or(Self::Unknown, Self::Event),
        }
    }

    /// Where to begin, and whether the client has to list the room anew.
    pub(super) fn begin(self, range: EventRange) -> (u64, bool) {
        match self {
            Self::Now => (range.newest, false),
            Self::Event(seen) if range.replays(seen) => (seen, false),
            Self::Event(_) | Self::Unknown => (range.newest, true),
        }
    }
}

/// Says up to which event an answer shows a room: from behind it on a client follows what happens.
pub(crate) fn last_event_id(room: RoomId, event: u64) -> Option<(HeaderName, HeaderValue)> {
    HeaderValue::try_from(format!("{room}.{event}")).ok().map(|id| (LAST_EVENT_ID.clone(), id))
}

/// The number in an event's id, which names the room too.
fn parse(id: &str, room: RoomId) -> Option<u64> {
    let (of, seq) = id.split_once('.')?;
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    (is_number(of) && is_number(seq) && of.parse() == Ok(room.0)).then(|| seq.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    fn since(id: &'static str) -> Since {
        let mut headers = HeaderMap::new();
        headers.insert(&LAST_EVENT_ID, id.parse().unwrap());
        Since::of(&headers, RoomId(12))
    }

    #[test]
    fn an_id_is_one_of_this_room() {
        assert_eq!(since("12.7"), Since::Event(7));
        assert_eq!(since(" 12.0 "), Since::Event(0));
        assert_eq!(Since::of(&HeaderMap::new(), RoomId(12)), Since::Now);
        assert_eq!(since(""), Since::Now);
        for unknown in
            ["13.7", "12", "12.", ".7", "12.-1", "12.+1", "12.7.8", "12.99999999999999999999", "x.y"]
        {
            assert_eq!(since(unknown), Since::Unknown, "{unknown}");
        }
    }

    #[test]
    fn what_is_not_kept_begins_anew() {
        let range = EventRange { oldest: 11, newest: 20 };
        assert_eq!(Since::Now.begin(range), (20, false));
        assert_eq!(Since::Event(10).begin(range), (10, false));
        for lost in [Since::Event(9), Since::Event(21), Since::Unknown] {
            assert_eq!(lost.begin(range), (20, true));
        }
    }
}

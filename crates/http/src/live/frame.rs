use std::fmt::Write as _;

use bytes::{BufMut, Bytes, BytesMut};
use elizabeth_api::EventData;
use elizabeth_core::{event::RoomEvent, id::RoomId, service::HydratedEvent, time::Timestamp};
use serde::Serialize;

/// An event of a room as it is sent.
pub(super) struct Frame {
    pub(super) event: RoomEvent,
    pub(super) bytes: Bytes,
}

/// The event with what it is about, as that stands now.
pub(super) fn of(room: RoomId, HydratedEvent { event, about }: HydratedEvent, now: Timestamp) -> Frame {
    let data = EventData::of(&event, &about, now);
    let bytes = encode(Some((room, event.seq)), event.what.kind(), &data);
    Frame { event, bytes }
}

/// An event by its word (<https://html.spec.whatwg.org/multipage/server-sent-events.html>): JSON has no line breaks.
pub(super) fn encode(id: Option<(RoomId, u64)>, kind: &str, data: &impl Serialize) -> Bytes {
    let mut text = BytesMut::with_capacity(512);
    if let Some(id) = id {
        write_id(&mut text, id);
    }
    // Writing to memory does not fail.
    let _ = write!(text, "event: {kind}\ndata: ");
    let mut writer = text.writer();
    if let Err(error) = serde_json::to_writer(&mut writer, data) {
        tracing::error!(%error, "an event could not be written as JSON");
    }
    let mut text = writer.into_inner();
    text.extend_from_slice(b"\n\n");
    text.freeze()
}

/// That a client has heard everything up to a number, by which it goes on when it comes again: no event.
pub(super) fn mark(id: (RoomId, u64)) -> Bytes {
    let mut text = BytesMut::with_capacity(48);
    write_id(&mut text, id);
    text.extend_from_slice(b"\n");
    text.freeze()
}

fn write_id(text: &mut BytesMut, (room, seq): (RoomId, u64)) {
    let _ = writeln!(text, "id: {room}.{seq}");
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_event_is_three_lines_and_an_empty_one() {
        let frame = encode(Some((RoomId(12), 7)), "content.deleted", &json!({"ids": [1], "x": "a\nb"}));
        assert_eq!(frame, "id: 12.7\nevent: content.deleted\ndata: {\"ids\":[1],\"x\":\"a\\nb\"}\n\n");
        assert_eq!(encode(None, "reset", &json!({})), "event: reset\ndata: {}\n\n");
        assert_eq!(mark((RoomId(12), 7)), "id: 12.7\n\n");
    }
}

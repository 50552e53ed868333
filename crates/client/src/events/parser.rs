//! Server-sent events as the HTML Standard has them, section 9.2.6:
//! <https://html.spec.whatwg.org/multipage/server-sent-events.html#event-stream-interpretation>.

use std::{collections::VecDeque, mem, time::Duration};

use crate::error::ClientError;

/// The most bytes of one event: a thousand edits of a text fit many times.
const EVENT_MAX: usize = 16 << 20;

/// What stands in a stream.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Item {
    /// An event; its id where it has one of its own.
    Event { id: Option<String>, kind: String, data: String },
    /// An id without an event.
    Mark(String),
    /// How long to wait before coming again.
    Retry(Duration),
}

/// Takes a stream apart, however it is cut into pieces.
#[derive(Default)]
pub(super) struct Parser {
    /// The line that has not ended yet.
    line: Vec<u8>,
    /// Whether a line feed that comes next belongs to the line before.
    after_return: bool,
    /// Whether the first line is over: a byte order mark may stand in front of it.
    begun: bool,
    id: Option<String>,
    kind: String,
    data: String,
    items: VecDeque<Item>,
}

impl Parser {
    /// Takes the next bytes.
    pub(super) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), ClientError> {
        while !bytes.is_empty() {
            if mem::take(&mut self.after_return)
                && let Some(rest) = bytes.strip_prefix(b"\n")
            {
                bytes = rest;
                continue;
            }
            let end = bytes.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (line, rest) = bytes.split_at(end.unwrap_or(bytes.len()));
            if self.line.len() + self.data.len() + line.len() > EVENT_MAX {
                return Err(ClientError::Foreign("an event of its is too long"));
            }
            self.line.extend_from_slice(line);
            bytes = rest;
            if let Some((end, rest)) = rest.split_first() {
                self.after_return = *end == b'\r';
                bytes = rest;
                self.end_line();
            }
        }
        Ok(())
    }

    /// What comes next of what is whole.
    pub(super) fn next(&mut self) -> Option<Item> {
        self.items.pop_front()
    }

    fn end_line(&mut self) {
        // A line's end is no part of a character: it makes no difference that lines are decoded one by one.
        let line = mem::take(&mut self.line);
        let line = String::from_utf8_lossy(&line);
        let is_first = !mem::replace(&mut self.begun, true);
        let line = line.strip_prefix('\u{feff}').filter(|_| is_first).unwrap_or(&line);
        if line.is_empty() {
            return self.end_event();
        }
        let (field, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "event" => value.clone_into(&mut self.kind),
            "data" => {
                self.data.push_str(value);
                self.data.push('\n');
            }
            "id" if !value.contains('\0') => self.id = Some(value.to_owned()),
            "retry" if value.bytes().all(|byte| byte.is_ascii_digit()) => {
                let retry = value.parse().map(|millis| Item::Retry(Duration::from_millis(millis)));
                self.items.extend(retry);
            }
            // A comment has an empty name.
            _ => {}
        }
    }

    fn end_event(&mut self) {
        let (id, kind) = (self.id.take(), mem::take(&mut self.kind));
        let mut data = mem::take(&mut self.data);
        // Without data it is no event, but its id counts.
        if data.pop().is_none() {
            self.items.extend(id.map(Item::Mark));
            return;
        }
        let kind = if kind.is_empty() { "message".to_owned() } else { kind };
        self.items.push_back(Item::Event { id, kind, data });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(id: Option<&str>, kind: &str, data: &str) -> Item {
        Item::Event { id: id.map(str::to_owned), kind: kind.to_owned(), data: data.to_owned() }
    }

    fn items(parser: &mut Parser) -> Vec<Item> {
        std::iter::from_fn(|| parser.next()).collect()
    }

    #[test]
    fn a_stream_is_the_same_however_it_is_cut() {
        let stream = "\u{feff}retry: 1500\n\nid: 1.6\n\n: keep\n\nid: 1.7\nevent: content.created\r\ndata: {\"a\":\r\
            data:  \"ü\"}\r\n\r\nevent: reset\ndata: {}\n\ndata\n\nevent: nothing\n\nid: 1\0\ndata: x\n\nretry: soon\n\
            retry:\ndata:unfinished\n";
        let expected = [
            Item::Retry(Duration::from_millis(1_500)),
            Item::Mark("1.6".to_owned()),
            event(Some("1.7"), "content.created", "{\"a\":\n \"ü\"}"),
            event(None, "reset", "{}"),
            event(None, "message", ""),
            event(None, "message", "x"),
        ];
        for size in 1..stream.len() {
            let mut parser = Parser::default();
            stream.as_bytes().chunks(size).for_each(|piece| parser.feed(piece).unwrap());
            assert_eq!(items(&mut parser), expected, "{size}");
        }
    }

    #[test]
    fn the_examples_of_the_standard_are_understood() {
        for (stream, expected) in [
            ("data: YHOO\ndata: +2\ndata: 10\n\n", vec![event(None, "message", "YHOO\n+2\n10")]),
            (
                ": test stream\n\ndata: first event\nid: 1\n\ndata:second event\nid\n\ndata:  third event\n\n",
                vec![
                    event(Some("1"), "message", "first event"),
                    event(Some(""), "message", "second event"),
                    event(None, "message", " third event"),
                ],
            ),
            ("data\n\ndata\ndata\n\ndata:", vec![event(None, "message", ""), event(None, "message", "\n")]),
            (
                "data:test\n\ndata: test\n\n",
                vec![event(None, "message", "test"), event(None, "message", "test")],
            ),
        ] {
            let mut parser = Parser::default();
            parser.feed(stream.as_bytes()).unwrap();
            assert_eq!(items(&mut parser), expected, "{stream}");
        }
    }

    #[test]
    fn no_event_is_kept_without_end() {
        let line = format!("data: {}", "x".repeat(1 << 16));
        for piece in [line.clone(), line + "\n"] {
            let mut parser = Parser::default();
            let refused = (0..EVENT_MAX).find(|_| parser.feed(piece.as_bytes()).is_err());
            assert!(refused.is_some());
            assert!(parser.line.len() + parser.data.len() <= EVENT_MAX);
        }
    }
}

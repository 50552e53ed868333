use std::collections::VecDeque;

use bytes::Bytes;
use elizabeth_core::id::SessionId;

use super::frame::Frame;

/// So many events of a room are kept encoded …
const FRAMES: usize = 256;
/// … as long as they have no more bytes together: texts may be long, and rooms many. The newest is kept however long it
/// is.
const BYTES: usize = 256 << 10;

/// The newest events of a room, encoded for all who listen to it. Their numbers have no gap.
pub(super) struct Ring {
    frames: VecDeque<Frame>,
    bytes: usize,
    newest: u64,
}

/// What comes next behind a cursor.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// An event, with its number and its word.
    Event(u64, &'static str, Bytes),
    /// Nothing yet that may be seen, up to this number.
    Nothing(u64),
    /// Something that is not kept here.
    Elsewhere,
}

impl Ring {
    /// One that goes on behind this number.
    pub(super) fn behind(newest: u64) -> Self {
        Self { frames: VecDeque::new(), bytes: 0, newest }
    }

    /// The number of the newest event.
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    /// Takes in what happened next. Where it is not the next one, what came before is forgotten.
    pub(super) fn push(&mut self, frame: Frame) {
        if frame.event.seq != self.newest + 1 {
            *self = Self::behind(frame.event.seq.saturating_sub(1));
        }
        self.newest = frame.event.seq;
        self.bytes += frame.bytes.len();
        self.frames.push_back(frame);
        while self.frames.len() > FRAMES || (self.bytes > BYTES && self.frames.len() > 1) {
            self.bytes -= self.frames.pop_front().map_or(0, |oldest| oldest.bytes.len());
        }
    }

    /// What comes behind a number for somebody who sees only what that session added, or, with `None`, everything.
    pub(super) fn after(&self, cursor: u64, visible: Option<SessionId>) -> Next {
        if cursor >= self.newest {
            return Next::Nothing(cursor);
        }
        let missing = usize::try_from(self.newest - cursor).unwrap_or(usize::MAX);
        let Some(seen) = self.frames.len().checked_sub(missing) else { return Next::Elsewhere };
        let next = self.frames.range(seen..).find(|frame| frame.event.is_seen_by(visible));
        next.map_or(Next::Nothing(self.newest), |Frame { event, bytes }| {
            Next::Event(event.seq, event.what.kind(), bytes.clone())
        })
    }
}

#[cfg(test)]
mod tests {
    use elizabeth_core::{
        event::{Happening, RoomEvent},
        time::Timestamp,
    };
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn session(n: u8) -> Option<SessionId> {
        Some(SessionId(Uuid::from_u128(n.into())))
    }

    fn frame(seq: u64, sid: Option<SessionId>, length: usize) -> Frame {
        let event = RoomEvent { seq, at: Timestamp::EPOCH, sid, what: Happening::RoomUpdated };
        Frame { event, bytes: vec![b'x'; length].into() }
    }

    fn number(next: &Next) -> Option<u64> {
        match next {
            Next::Event(seq, ..) => Some(*seq),
            Next::Nothing(_) | Next::Elsewhere => None,
        }
    }

    #[test]
    fn a_cursor_is_served_or_sent_elsewhere() {
        let mut ring = Ring::behind(10);
        assert_eq!(ring.after(10, None), Next::Nothing(10));
        assert_eq!(ring.after(9, None), Next::Elsewhere);
        (11..=10 + FRAMES as u64 + 1).for_each(|seq| ring.push(frame(seq, None, 1)));
        assert_eq!(ring.after(10, None), Next::Elsewhere);
        assert_eq!(number(&ring.after(11, None)), Some(12));
        assert_eq!(ring.after(ring.newest(), None), Next::Nothing(ring.newest()));
        // A reader of the store may be ahead.
        assert_eq!(ring.after(999_999, None), Next::Nothing(999_999));
    }

    #[test]
    fn behind_a_gap_it_begins_anew() {
        let mut ring = Ring::behind(0);
        ring.push(frame(1, None, 1));
        ring.push(frame(5, None, 1));
        assert_eq!((number(&ring.after(4, None)), ring.after(1, None)), (Some(5), Next::Elsewhere));
    }

    #[test]
    fn others_are_passed_over() {
        let mut ring = Ring::behind(0);
        for (seq, sid) in [(1, session(1)), (2, session(2)), (3, None), (4, session(2))] {
            ring.push(frame(seq, sid, 1));
        }
        assert_eq!(number(&ring.after(0, session(1))), Some(1));
        assert_eq!(number(&ring.after(1, session(1))), Some(3));
        assert_eq!(ring.after(3, session(1)), Next::Nothing(4));
        assert_eq!(number(&ring.after(1, None)), Some(2));
    }

    proptest! {
        /// Whatever is pushed: bounded, and each kept event is the next one of the cursor before it.
        #[test]
        fn it_is_bounded_and_has_no_gap(lengths in proptest::collection::vec(0_usize..100_000, 1..600)) {
            let mut ring = Ring::behind(0);
            for (seq, length) in (1..).zip(&lengths) {
                ring.push(frame(seq, None, *length));
                prop_assert!(ring.frames.len() <= FRAMES && (ring.bytes <= BYTES || ring.frames.len() == 1));
                prop_assert_eq!(ring.bytes, ring.frames.iter().map(|frame| frame.bytes.len()).sum::<usize>());
            }
            let newest = lengths.len() as u64;
            let first = newest - ring.frames.len() as u64;
            for cursor in first..newest {
                prop_assert_eq!(number(&ring.after(cursor, None)), Some(cursor + 1));
            }
            if first > 0 {
                prop_assert_eq!(ring.after(first - 1, None), Next::Elsewhere);
            }
        }
    }
}

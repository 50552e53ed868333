use std::collections::VecDeque;

use bytes::Bytes;

use super::crowd::Who;

/// So many are kept for those who have not been sent them: who is further behind misses some.
const NOTES: usize = 64;

/// What is sent to listeners and kept nowhere: who is there, and signals. They have numbers of their own in a process,
/// which nobody sees.
#[derive(Default)]
pub(super) struct Notes {
    notes: VecDeque<Note>,
    newest: u64,
}

/// Something that is sent once.
pub(super) struct Note {
    /// Whom it is from.
    pub(super) from: Who,
    /// Whom alone it is for; `None` for all who see that one.
    pub(super) to: Option<Who>,
    pub(super) kind: &'static str,
    pub(super) bytes: Bytes,
}

/// Who listens, for what is for some alone.
#[derive(Clone, Copy)]
pub(super) struct Ear {
    pub(super) who: Who,
    /// Whether it sees no others.
    pub(super) is_alone: bool,
}

impl Notes {
    pub(super) fn newest(&self) -> u64 {
        self.newest
    }

    pub(super) fn push(&mut self, note: Note) {
        self.newest += 1;
        self.notes.push_back(note);
        if self.notes.len() > NOTES {
            self.notes.pop_front();
        }
    }

    /// What comes next behind a number for a listener, which the number is moved over.
    pub(super) fn after(&self, cursor: &mut u64, ear: Ear) -> Option<(&'static str, Bytes)> {
        let oldest = self.newest - self.notes.len() as u64;
        let seen = usize::try_from(cursor.saturating_sub(oldest)).unwrap_or(usize::MAX).min(self.notes.len());
        let mine = |note: &&Note| match note.to {
            Some(to) => to == ear.who,
            None => !ear.is_alone || note.from == ear.who,
        };
        let next = self.notes.range(seen..).zip(seen as u64..).find(|(note, _)| mine(note));
        *cursor = next.map_or(self.newest, |(_, at)| oldest + at + 1);
        next.map(|(note, _)| (note.kind, note.bytes.clone()))
    }
}

#[cfg(test)]
mod tests {
    use elizabeth_core::id::{RoomId, SessionId};
    use uuid::Uuid;

    use super::*;

    fn who(n: u128) -> Who {
        Who::of(RoomId(1), SessionId(Uuid::from_u128(n)))
    }

    fn note(from: u128, to: Option<u128>, text: &'static str) -> Note {
        Note { from: who(from), to: to.map(who), kind: "presence", bytes: text.into() }
    }

    fn heard(notes: &Notes, cursor: &mut u64, n: u128, is_alone: bool) -> Vec<String> {
        let ear = Ear { who: who(n), is_alone };
        let next = || notes.after(cursor, ear).map(|(_, bytes)| String::from_utf8(bytes.to_vec()).unwrap());
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn each_hears_what_is_for_them() {
        let mut notes = Notes::default();
        for (from, to, text) in [(1, None, "a"), (2, None, "b"), (1, Some(2), "c"), (3, None, "d")] {
            notes.push(note(from, to, text));
        }
        assert_eq!(heard(&notes, &mut 0, 9, false), ["a", "b", "d"]);
        assert_eq!(heard(&notes, &mut 0, 2, false), ["a", "b", "c", "d"]);
        assert_eq!(heard(&notes, &mut 0, 2, true), ["b", "c"]);
        let mut cursor = 2;
        assert_eq!(heard(&notes, &mut cursor, 9, false), ["d"]);
        notes.push(note(1, None, "e"));
        assert_eq!(heard(&notes, &mut cursor, 9, false), ["e"]);
    }

    #[test]
    fn who_is_far_behind_misses_some() {
        let mut notes = Notes::default();
        (0..NOTES + 10).for_each(|_| notes.push(note(1, None, "x")));
        assert_eq!(heard(&notes, &mut 3, 9, false).len(), NOTES);
        let mut cursor = notes.newest();
        assert_eq!(heard(&notes, &mut cursor, 9, false).len(), 0);
    }
}

//! What processes say to each other, in as few messages as can be. All of it is hints.

use std::{
    collections::{BTreeMap, BTreeSet},
    mem,
    sync::{Mutex, MutexGuard, PoisonError},
};

use elizabeth_core::id::RoomId;
use tokio::sync::Notify;

use super::crowd::Who;

/// Signals that wait at most: where others cannot be reached they are lost.
const SIGNALS: usize = 1000;

/// What one process has to say to the others about a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Word {
    /// It has events up to this number.
    Changed(RoomId, u64),
    /// It is gone.
    Removed(RoomId),
    /// Tokens of it were revoked.
    Revoked(RoomId),
    /// Somebody is there, and says so in JSON.
    Present(RoomId, Who, String),
    /// Somebody has something for somebody else.
    Signal(RoomId, [Who; 2], String),
}

/// What waits to be said to other processes.
#[derive(Default)]
pub(super) struct Outgoing {
    waiting: Mutex<Waiting>,
    something: Notify,
}

#[derive(Default)]
struct Waiting {
    /// Whether anybody is to be told.
    is_on: bool,
    changed: BTreeMap<RoomId, u64>,
    removed: BTreeSet<RoomId>,
    revoked: BTreeSet<RoomId>,
    present: BTreeMap<(RoomId, Who), String>,
    signals: Vec<Word>,
}

impl Outgoing {
    /// Something is to be said; of a room the newest counts.
    pub(super) fn say(&self, word: Word) {
        let mut waiting = self.waiting();
        if !waiting.is_on {
            return;
        }
        match word {
            Word::Changed(room, newest) => {
                let known = waiting.changed.entry(room).or_default();
                *known = newest.max(*known);
            }
            Word::Removed(room) => drop(waiting.removed.insert(room)),
            Word::Revoked(room) => drop(waiting.revoked.insert(room)),
            Word::Present(room, who, sign) => drop(waiting.present.insert((room, who), sign)),
            Word::Signal(..) if waiting.signals.len() < SIGNALS => waiting.signals.push(word),
            Word::Signal(..) => {}
        }
        drop(waiting);
        self.something.notify_one();
    }

    /// From now on others are told.
    pub(super) fn begin(&self) {
        self.waiting().is_on = true;
    }

    /// Something waits to be said.
    pub(super) async fn something(&self) {
        self.something.notified().await;
    }

    /// All that waits.
    pub(super) fn take(&self) -> Vec<Word> {
        let mut waiting = self.waiting();
        let changed =
            mem::take(&mut waiting.changed).into_iter().map(|(room, newest)| Word::Changed(room, newest));
        let revoked = mem::take(&mut waiting.revoked).into_iter().map(Word::Revoked);
        let removed = mem::take(&mut waiting.removed).into_iter().map(Word::Removed);
        let present = mem::take(&mut waiting.present).into_iter();
        let present = present.map(|((room, who), sign)| Word::Present(room, who, sign));
        let signals = mem::take(&mut waiting.signals);
        changed.chain(revoked).chain(removed).chain(present).chain(signals).collect()
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Word {
    fn write(&self) -> String {
        match self {
            Self::Changed(room, newest) => format!("c{room}.{newest}"),
            Self::Removed(room) => format!("d{room}"),
            Self::Revoked(room) => format!("r{room}"),
            Self::Present(room, who, sign) => format!("p{room}.{who} {sign}"),
            // As JSON it has no line breaks.
            Self::Signal(room, [from, to], data) => {
                format!("s{room}.{from}.{to} {}", serde_json::Value::from(data.as_str()))
            }
        }
    }

    /// What another process said. What it may say in a later version is passed over.
    pub(super) fn read(line: &str) -> Option<Self> {
        let room = |text: &str| text.parse().ok().map(RoomId);
        match line.split_at_checked(1)? {
            ("c", rest) => {
                let (of, newest) = rest.split_once('.')?;
                Some(Self::Changed(room(of)?, newest.parse().ok()?))
            }
            ("d", rest) => room(rest).map(Self::Removed),
            ("r", rest) => room(rest).map(Self::Revoked),
            ("p", rest) => {
                let (place, sign) = rest.split_once(' ')?;
                let (of, who) = place.split_once('.')?;
                Some(Self::Present(room(of)?, Who::parse(who)?, sign.to_owned()))
            }
            ("s", rest) => {
                let (place, data) = rest.split_once(' ')?;
                let (of, between) = place.split_once('.')?;
                let (from, to) = between.split_once('.')?;
                let data = serde_json::from_str(data).ok()?;
                Some(Self::Signal(room(of)?, [Who::parse(from)?, Who::parse(to)?], data))
            }
            _ => None,
        }
    }
}

/// Words as messages of at most so many bytes, a line each.
pub(super) fn messages(words: Vec<Word>, most: usize) -> Vec<String> {
    let mut messages: Vec<String> = Vec::new();
    for word in words {
        let line = word.write();
        match messages.last_mut() {
            Some(last) if last.len() + 1 + line.len() <= most => {
                last.push('\n');
                last.push_str(&line);
            }
            Some(_) | None => messages.push(line),
        }
    }
    messages
}

#[cfg(test)]
mod tests {
    use elizabeth_core::id::SessionId;

    use super::*;

    #[test]
    fn a_room_is_named_once_however_often_it_changes() {
        let outgoing = Outgoing::default();
        outgoing.say(Word::Changed(RoomId(1), 9));
        assert_eq!(outgoing.take(), [], "nobody is to be told");
        outgoing.begin();
        for newest in [3, 5, 4] {
            outgoing.say(Word::Changed(RoomId(1), newest));
        }
        outgoing.say(Word::Removed(RoomId(2)));
        outgoing.say(Word::Revoked(RoomId(1)));
        outgoing.say(Word::Revoked(RoomId(1)));
        let words = [Word::Changed(RoomId(1), 5), Word::Revoked(RoomId(1)), Word::Removed(RoomId(2))];
        assert_eq!(outgoing.take(), words);
        assert_eq!(outgoing.take(), []);
    }

    #[test]
    fn ten_thousand_rooms_are_a_few_messages_and_come_back_as_they_were() {
        let words: Vec<Word> = (1..=10_000)
            .map(|n| Word::Changed(RoomId(n), 1 << 40))
            .chain([Word::Removed(RoomId(i64::MAX))])
            .collect();
        let messages = messages(words.clone(), 7_900);
        assert!(messages.len() < 30 && messages.iter().all(|message| message.len() <= 7_900));
        let who = [1, 2].map(|n| Who::of(RoomId(1), SessionId(uuid::Uuid::from_u128(n))));
        for word in [
            Word::Present(RoomId(1), who[0], r#"{"name":"a b"}"#.into()),
            Word::Signal(RoomId(1), who, "two\nlines".into()),
        ] {
            assert_eq!(Word::read(&word.write()), Some(word));
        }
        let read: Vec<Word> =
            messages.iter().flat_map(|message| message.lines()).filter_map(Word::read).collect();
        assert_eq!(read, words);
    }

    #[test]
    fn what_is_not_understood_is_passed_over() {
        for line in ["", "c", "c1", "cx.1", "c1.", "zanything", "d", "rx", "ü1"] {
            assert_eq!(Word::read(line), None, "{line}");
        }
    }
}

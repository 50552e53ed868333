//! Up to where a room was watched, remembered from one run of a command to the next.

use std::path::{Path, PathBuf};

use data_encoding::HEXLOWER;
use elizabeth_client::{Content, Target};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::{
    error::Error,
    memory::{Lock, Memory},
};

/// The folder with a file for each task.
const FOLDER: &str = "watches";

/// How many texts are followed in their changes.
const TEXTS_MAX: usize = 1000;

/// What a room is watched for. One task does not know what another has done.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Task {
    server: String,
    /// As it is addressed.
    room: String,
    /// The folder that is fetched into.
    get: Option<String>,
    exec: Option<String>,
}

/// What was seen of a room.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Seen {
    /// The id that all up to has been handled; empty where nothing was heard yet.
    pub(super) cursor: String,
    /// The number of the newest content that was handled.
    pub(super) newest: i64,
    /// Whether contents above `newest` that are in the room already have to be handled as new ones.
    pub(super) is_listing: bool,
    /// A content that is on its way into the folder, and its place there.
    pub(super) placing: Option<(i64, PathBuf)>,
    /// The SHA-256 of its bytes, hexadecimal.
    #[serde(default)]
    pub(super) placing_sha256: Option<String>,
    /// The texts that were fetched: they may change.
    #[serde(default)]
    pub(super) texts: Vec<Text>,
}

/// A text or link in the folder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(super) struct Text {
    pub(super) id: i64,
    pub(super) place: PathBuf,
    /// The SHA-256 of what was put there, hexadecimal.
    pub(super) sha256: String,
    /// Whether it has changed since.
    pub(super) is_behind: bool,
}

#[derive(Deserialize, Serialize)]
struct Entry {
    #[serde(flatten)]
    task: Task,
    #[serde(flatten)]
    seen: Seen,
}

/// What was seen for a task, and where that is kept.
pub(super) struct Record {
    pub(super) seen: Seen,
    /// What was remembered last.
    remembered: Seen,
    kept: Option<Kept>,
}

struct Kept {
    task: Task,
    memory: Memory<Entry>,
    lock: Lock,
}

impl Task {
    pub(super) fn new(target: &Target, folder: Option<&Path>, exec: Option<&str>) -> Self {
        Self {
            server: target.server.as_str().to_owned(),
            room: target.room.clone(),
            get: folder.map(|folder| folder.to_string_lossy().into_owned()),
            exec: exec.map(str::to_owned),
        }
    }

    /// Whether it does more than to print.
    fn acts(&self) -> bool {
        self.get.is_some() || self.exec.is_some()
    }

    fn file_name(&self) -> String {
        let mut hash = Sha256::new();
        for part in [Some(&self.server), Some(&self.room), self.get.as_ref(), self.exec.as_ref()] {
            // No part can be taken for another: each has its length in front.
            let length = part.map_or(u64::MAX, |part| part.len() as u64);
            hash.update(length.to_be_bytes());
            hash.update(part.map_or("", String::as_str));
        }
        HEXLOWER.encode(&hash.finalize()[..16])
    }
}

impl Record {
    /// What was seen for a task. Where another process is at it now, what is only printed is not remembered, and more is
    /// not done twice.
    pub(super) fn open(task: Task, anew: bool) -> Result<Self, Error> {
        let memory: Memory<Entry> = Memory::locate_below(FOLDER, task.file_name())?;
        let lock = memory.try_lock()?;
        if lock.is_none() && task.acts() {
            return Err(Error::Watched);
        }
        let entry = memory.read()?.pop().filter(|entry| !anew && entry.task == task);
        let seen = entry.map(|entry| entry.seen).unwrap_or_default();
        Ok(Self { remembered: seen.clone(), seen, kept: lock.map(|lock| Kept { task, memory, lock }) })
    }

    /// One that is over with the process.
    pub(super) fn forgetful() -> Self {
        Self { seen: Seen::default(), remembered: Seen::default(), kept: None }
    }

    /// Remembers what was seen.
    pub(super) fn keep(&mut self) -> Result<(), Error> {
        let Some(Kept { task, memory, lock }) = self.kept.as_ref().filter(|_| self.seen != self.remembered)
        else {
            return Ok(());
        };
        let entry = Entry { task: task.clone(), seen: self.seen.clone() };
        memory.change_locked(lock, |entries| {
            *entries = vec![entry];
            true
        })?;
        self.remembered.clone_from(&self.seen);
        Ok(())
    }

    /// Forgets it: the room is gone.
    pub(super) fn forget(&self) -> Result<(), Error> {
        match &self.kept {
            Some(Kept { memory, lock, .. }) => Ok(memory.remove_locked(lock)?),
            None => Ok(()),
        }
    }
}

impl Text {
    /// One that was put into a place.
    pub(super) fn of(content: &Content, place: PathBuf) -> Self {
        let sha256 = content.sha256.clone().into_owned();
        Self { id: content.id, place, sha256, is_behind: false }
    }
}

impl Seen {
    /// All up to this id is behind us. In another room of the same name nothing has been seen.
    pub(super) fn reach(&mut self, id: &str) {
        if !self.cursor.is_empty() && room_of(&self.cursor) != room_of(id) {
            *self = Self { is_listing: self.is_listing, ..Self::default() };
        }
        id.clone_into(&mut self.cursor);
    }

    /// A text is in the folder, as it was put there. Of the oldest it is forgotten.
    pub(super) fn place_text(&mut self, text: Text) {
        self.texts.retain(|known| known.id != text.id);
        self.texts.push(text);
        let over = self.texts.len().saturating_sub(TEXTS_MAX);
        self.texts.drain(..over);
    }

    /// Those of the texts that were fetched and satisfy `changed` are fetched again.
    pub(super) fn change_texts(&mut self, changed: impl Fn(&Text) -> bool) {
        self.texts.iter_mut().filter(|text| changed(text)).for_each(|text| text.is_behind = true);
    }
}

/// The number of the room in an event's id.
fn room_of(id: &str) -> &str {
    id.split_once('.').map_or(id, |(room, _)| room)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(get: Option<&str>, exec: Option<&str>) -> Task {
        let target = Target::parse("example.org/room", None).unwrap();
        Task::new(&target, get.map(Path::new), exec)
    }

    #[test]
    fn each_task_has_a_file_of_its_own() {
        let tasks =
            [task(None, None), task(Some("a"), None), task(None, Some("a")), task(Some("a"), Some(""))];
        let names: std::collections::BTreeSet<String> = tasks.iter().map(Task::file_name).collect();
        assert_eq!(names.len(), tasks.len());
        assert_eq!(task(Some("a"), None).file_name(), tasks[1].file_name());
        assert_eq!(tasks.map(|task| task.acts()), [false, true, true, true]);
    }

    #[test]
    fn another_room_of_the_name_is_all_new() {
        let mut seen = Seen { newest: 7, ..Seen::default() };
        seen.reach("1.5");
        seen.reach("1.9");
        assert_eq!((seen.newest, seen.cursor.as_str()), (7, "1.9"));
        seen.reach("12.1");
        assert_eq!((seen.newest, seen.cursor.as_str()), (0, "12.1"));
    }
}

//! Owner keys, remembered in a file of the user's own.

use elizabeth_client::{Room, Server};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::memory::{Memory, MemoryError};

/// The keys' file. It is read whenever it is asked, and changed by one process at a time.
pub(crate) struct Keys(Memory<Entry>);

#[derive(Deserialize, Serialize)]
struct Entry {
    server: String,
    id: i64,
    name: String,
    slug: String,
    owner_key: String,
}

impl Entry {
    fn is(&self, server: &Server, room: &Room) -> bool {
        self.server == server.as_str() && self.id == room.id && self.name == room.name
    }
}

impl Keys {
    /// The keys in the folder where things are remembered.
    pub(crate) fn locate() -> Result<Self, MemoryError> {
        Memory::locate("keys").map(Self)
    }

    /// The key of the room that a server has under this name or slug, as far as it is remembered.
    pub(crate) fn find(&self, server: &Server, room: &str) -> Result<Option<SecretString>, MemoryError> {
        let rooms = self.0.read()?;
        let mut of_room = rooms
            .into_iter()
            .filter(|it| it.server == server.as_str() && (it.name == room || it.slug == room));
        Ok(of_room.next_back().map(|entry| SecretString::from(entry.owner_key)))
    }

    /// Makes sure that a key could be remembered: to be asked before a room is made, whose key is shown but once.
    pub(crate) fn prepare(&self) -> Result<(), MemoryError> {
        self.0.change(|_| false)
    }

    /// Remembers a key. One of an earlier room of this name is of no use any more.
    pub(crate) fn remember(
        &self,
        server: &Server,
        room: &Room,
        key: &SecretString,
    ) -> Result<(), MemoryError> {
        let entry = Entry {
            server: server.as_str().to_owned(),
            id: room.id,
            name: room.name.clone().into_owned(),
            slug: room.slug.clone().into_owned(),
            owner_key: key.expose_secret().to_owned(),
        };
        self.0.change(|rooms| {
            rooms.retain(|it| it.server != entry.server || it.name != entry.name);
            rooms.push(entry);
            true
        })
    }

    /// Takes note of what a room answers to by now.
    pub(crate) fn update(&self, server: &Server, room: &Room) -> Result<(), MemoryError> {
        if self.0.read()?.iter().all(|it| !it.is(server, room) || it.slug == room.slug) {
            return Ok(());
        }
        self.0.change(|rooms| {
            rooms
                .iter_mut()
                .filter(|it| it.is(server, room))
                .for_each(|it| room.slug.as_ref().clone_into(&mut it.slug));
            true
        })
    }

    /// Forgets the key of a room that is gone.
    pub(crate) fn forget(&self, server: &Server, room: &str) -> Result<(), MemoryError> {
        let of_room = |it: &Entry| it.server == server.as_str() && (it.name == room || it.slug == room);
        if !self.0.read()?.iter().any(of_room) {
            return Ok(());
        }
        self.0.change(|rooms| {
            rooms.retain(|it| !of_room(it));
            true
        })
    }
}

#[cfg(test)]
mod tests {
    use std::{
        fs,
        os::unix::fs::PermissionsExt,
        path::{Path, PathBuf},
    };

    use super::*;

    const FILE: &str = "keys.json";

    fn keys_at(folder: PathBuf) -> Keys {
        Keys(Memory::at(folder, "keys"))
    }

    fn server() -> Server {
        Server::parse("https://example.org").unwrap()
    }

    fn room(id: i64, name: &str, slug: &str) -> Room {
        Room { id, name: name.to_owned().into(), slug: slug.to_owned().into(), ..Room::default() }
    }

    fn key(keys: &Keys, room: &str) -> Option<String> {
        keys.find(&server(), room).unwrap().map(|key| key.expose_secret().to_owned())
    }

    #[test]
    fn keys_are_remembered_for_their_room_alone() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keys_at(folder.path().join("a/b"));
        assert_eq!(key(&keys, "lunch"), None);
        keys.remember(&server(), &room(1, "lunch", "lunch"), &"one".into()).unwrap();
        keys.remember(&server(), &room(2, "other", "other"), &"two".into()).unwrap();
        assert_eq!(key(&keys, "lunch").as_deref(), Some("one"));
        assert!(keys.find(&Server::parse("http://example.org").unwrap(), "lunch").unwrap().is_none());

        keys.update(&server(), &room(1, "lunch", "lunch_0")).unwrap();
        assert_eq!(key(&keys, "lunch_0").as_deref(), Some("one"));
        assert_eq!(key(&keys, "lunch").as_deref(), Some("one"));

        keys.remember(&server(), &room(3, "lunch", "lunch"), &"three".into()).unwrap();
        assert_eq!(key(&keys, "lunch").as_deref(), Some("three"));
        assert_eq!(key(&keys, "lunch_0"), None);
        keys.forget(&server(), "lunch").unwrap();
        assert_eq!((key(&keys, "lunch"), key(&keys, "other").as_deref()), (None, Some("two")));
    }

    #[test]
    fn nobody_else_can_read_them() {
        let place = tempfile::tempdir().unwrap();
        let folder = place.path().join("elizabeth");
        let keys = keys_at(folder.clone());
        keys.remember(&server(), &room(1, "lunch", "lunch"), &"one".into()).unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&folder), mode(&folder.join(FILE))), (0o700, 0o600));
        // Also where somebody opened it up.
        fs::set_permissions(folder.join(FILE), fs::Permissions::from_mode(0o644)).unwrap();
        keys.remember(&server(), &room(2, "b", "b"), &"two".into()).unwrap();
        assert_eq!(mode(&folder.join(FILE)), 0o600);
        let names: Vec<_> = fs::read_dir(&folder).unwrap().map(|it| it.unwrap().file_name()).collect();
        assert_eq!(names.len(), 2, "{names:?}");
    }

    #[test]
    fn many_at_once_lose_nothing() {
        let folder = tempfile::tempdir().unwrap();
        std::thread::scope(|scope| {
            for worker in 0..4 {
                let keys = keys_at(folder.path().to_owned());
                scope.spawn(move || {
                    for i in 0..10 {
                        let id = worker * 10 + i;
                        let name = format!("room-{id}");
                        keys.remember(&server(), &room(id, &name, &name), &name.as_str().into()).unwrap();
                    }
                });
            }
        });
        let keys = keys_at(folder.path().to_owned());
        for id in 0..40 {
            assert_eq!(key(&keys, &format!("room-{id}")), Some(format!("room-{id}")));
        }
    }

    #[test]
    fn a_file_that_is_not_understood_is_left_as_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let keys = keys_at(folder.path().to_owned());
        for text in ["{", r#"{"version":2,"rooms":[]}"#] {
            fs::write(folder.path().join(FILE), text).unwrap();
            assert!(matches!(keys.find(&server(), "a"), Err(MemoryError::Form { .. })));
            let remembered = keys.remember(&server(), &room(1, "a", "a"), &"k".into());
            assert!(matches!(remembered, Err(MemoryError::Form { .. })));
            assert_eq!(fs::read_to_string(folder.path().join(FILE)).unwrap(), text);
        }
    }
}

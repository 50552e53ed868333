//! Sessions of guests, remembered while an upload of theirs is under way or a room is watched: an upload, and what a drop
//! box shows, belong to their session, and who enters again has another one. An owner's are the owner's in every session.

use std::{io, time::Duration};

use elizabeth_client::{Client, ClientError, RefreshToken, Server, Session, Target};
use elizabeth_core::{ports::Clock, system::SystemClock, time::Timestamp};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

use crate::{
    error::Error,
    memory::{Memory, MemoryError},
};

/// The sessions' file.
pub(crate) struct Sessions(Memory<Entry>);

#[derive(Deserialize, Serialize)]
struct Entry {
    server: String,
    /// As it is addressed.
    room: String,
    refresh_token: String,
    /// RFC 3339.
    expires_at: String,
    /// Whether the room is watched in it: then it is needed for longer than an upload takes.
    #[serde(default)]
    is_watched: bool,
}

impl Entry {
    fn new(target: &Target, token: &RefreshToken) -> Self {
        Self {
            server: target.server.as_str().to_owned(),
            room: target.room.clone(),
            refresh_token: token.token.expose_secret().to_owned(),
            expires_at: token.expires_at.clone(),
            is_watched: false,
        }
    }

    fn is(&self, server: &Server, room: &str) -> bool {
        self.server == server.as_str() && self.room == room
    }

    fn is_over(&self, now: Timestamp) -> bool {
        Timestamp::parse(&self.expires_at).is_ok_and(|at| at <= now)
    }
}

impl Sessions {
    /// The sessions in the folder where things are remembered.
    pub(crate) fn locate() -> Result<Self, MemoryError> {
        Memory::locate("sessions").map(Self)
    }

    /// Takes the remembered session of a room up again; `None` where there is none, or it is invalid by now.
    /// A refresh token works once, so other processes wait until the next one is remembered.
    pub(crate) async fn take_up(&self, client: &Client, target: &Target) -> Result<Option<Session>, Error> {
        if self.find(target)?.is_none() {
            return Ok(None);
        }
        let lock = tokio::task::spawn_blocking(self.0.locking()).await;
        let lock = lock.map_err(|error| Error::Input(io::Error::other(error)))??;
        let Some(token) = self.find(target)? else { return Ok(None) };
        match Session::take_up(client, &target.room, &token).await {
            Ok((session, next)) => {
                let entry = Entry::new(target, &next);
                self.0.change_locked(&lock, |rooms| put(rooms, entry))?;
                Ok(Some(session))
            }
            Err(ClientError::Refused { status, .. }) if status.is_client_error() => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    /// Remembers a session. What is over is forgotten with that.
    pub(crate) fn remember(&self, target: &Target, token: &RefreshToken) -> Result<(), MemoryError> {
        let entry = Entry::new(target, token);
        self.0.change(|rooms| put(rooms, entry))
    }

    /// Forgets the session of a room, unless the room is watched in it.
    pub(crate) fn forget_if_unwatched(&self, target: &Target) -> Result<(), MemoryError> {
        self.change(target, |it| !it.is_watched, |_| false)
    }

    /// Forgets the session of a room.
    pub(crate) fn forget(&self, target: &Target) -> Result<(), MemoryError> {
        self.change(target, |_| true, |_| false)
    }

    /// The session of a room is needed for as long as the room is watched.
    pub(crate) fn watch(&self, target: &Target) -> Result<(), MemoryError> {
        self.change(
            target,
            |it| !it.is_watched,
            |it| {
                it.is_watched = true;
                true
            },
        )
    }

    /// For how long the remembered session of a room can still be taken up again.
    pub(crate) fn time_left(&self, target: &Target) -> Result<Option<Duration>, MemoryError> {
        let mut rooms = self.0.read()?.into_iter().filter(|it| it.is(&target.server, &target.room));
        let until = rooms.next().and_then(|entry| Timestamp::parse(&entry.expires_at).ok());
        Ok(until.map(|until| until.since(SystemClock.now())))
    }

    /// Changes what is remembered of a room where it is `such`; where `change` says no, it is forgotten.
    fn change(
        &self,
        target: &Target,
        such: impl Fn(&Entry) -> bool,
        change: impl Fn(&mut Entry) -> bool,
    ) -> Result<(), MemoryError> {
        let is_meant = |it: &Entry| it.is(&target.server, &target.room) && such(it);
        if !self.0.read()?.iter().any(is_meant) {
            return Ok(());
        }
        self.0.change(|rooms| {
            rooms.retain_mut(|it| !is_meant(it) || change(it));
            true
        })
    }

    fn find(&self, target: &Target) -> Result<Option<SecretString>, MemoryError> {
        let mut rooms = self.0.read()?.into_iter().filter(|it| it.is(&target.server, &target.room));
        Ok(rooms.next().map(|entry| entry.refresh_token.into()))
    }
}

fn put(rooms: &mut Vec<Entry>, mut entry: Entry) -> bool {
    let now = SystemClock.now();
    rooms.retain(|it| {
        let is_same = it.server == entry.server && it.room == entry.room;
        entry.is_watched |= is_same && it.is_watched;
        !is_same && !it.is_over(now)
    });
    rooms.push(entry);
    true
}

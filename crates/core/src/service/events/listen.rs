use std::collections::BTreeMap;

use crate::{
    Elizabeth, Error, Result,
    event::EventRange,
    id::{RoomId, SessionId},
    name::RoomRef,
    ports::ReadTx,
    service::{
        authorize::{Grant, Requirement},
        caller::Caller,
        events::hydrate::HydratedEvent,
    },
    time::Timestamp,
};

/// Somebody who may listen to a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listening {
    /// The room.
    pub room: RoomId,
    /// The session.
    pub session: SessionId,
    /// Whether that is an owner's.
    pub owner: bool,
    /// The session whose contents and uploads are all that is seen; `None` for everything.
    pub visible: Option<SessionId>,
    /// The first instant at which the token or the room is over.
    pub until: Timestamp,
    /// Which events of the room were kept.
    pub range: EventRange,
}

/// What happened behind a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EventsPart {
    /// Who asked.
    pub listening: Listening,
    /// Whether what happened behind that number is not all kept, or the number is none of this room: then the room has to
    /// be listed anew, and to be listened to behind [`EventsPart::through`].
    pub reset: bool,
    /// What of it may be seen, by ascending number.
    pub events: Vec<HydratedEvent>,
    /// Behind which number it goes on.
    pub through: u64,
}

impl Elizabeth {
    /// Whether somebody may listen to a room now, and to what. Whoever listens for long has to ask again: a token may be
    /// revoked, and a room's permission changed, at any time.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW or EDIT.
    pub async fn listen(&self, room: &RoomRef, caller: &Caller) -> Result<Listening> {
        let (mut tx, grant, _) = self.authorize_reading(room, caller, Requirement::Look).await?;
        listening(tx.as_mut(), &grant).await
    }

    /// Which events of rooms are kept; a room that is gone is not among them.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn event_ranges(&self, rooms: &[RoomId]) -> Result<BTreeMap<RoomId, EventRange>> {
        if rooms.is_empty() {
            return Ok(BTreeMap::new());
        }
        Ok(self.ports.store.read().await?.event_ranges(rooms).await?.into_iter().collect())
    }

    /// What happened in a room behind a number, or from now on where none is given: at most so many events, and fewer where
    /// what belongs to them is much.
    ///
    /// # Errors
    ///
    /// As [`Elizabeth::listen`].
    pub async fn events_since(
        &self,
        room: &RoomRef,
        caller: &Caller,
        after: Option<u64>,
        limit: u64,
    ) -> Result<EventsPart> {
        let (mut tx, grant, now) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let listening = listening(tx.as_mut(), &grant).await?;
        let newest = listening.range.newest;
        let after = after.unwrap_or(newest);
        let found = match listening.range.replays(after) {
            true => self.hydrated(tx.as_mut(), listening.room, after, limit, now).await?,
            false => vec![],
        };
        // They may have been removed since their range was read.
        let is_gapless = found.first().is_none_or(|first| first.event.seq == after + 1);
        if !listening.range.replays(after) || !is_gapless {
            return Ok(EventsPart { listening, reset: true, events: vec![], through: newest });
        }
        let through = found.last().map_or(after, |last| last.event.seq);
        let seen = |found: &HydratedEvent| found.event.is_seen_by(listening.visible);
        let events = found.into_iter().filter(seen).collect();
        Ok(EventsPart { listening, reset: false, events, through })
    }
}

async fn listening(tx: &mut dyn ReadTx, grant: &Grant) -> Result<Listening> {
    let id = grant.room.id;
    let range = tx.event_ranges(&[id]).await?.first().map(|(_, range)| *range);
    let ends = [Some(grant.token.expires_at), grant.room.expire_at];
    Ok(Listening {
        room: id,
        session: grant.token.sid,
        owner: grant.token.owner,
        visible: grant.visible(),
        until: ends.into_iter().flatten().min().unwrap_or(grant.token.expires_at),
        range: range.ok_or(Error::RoomNotFound)?,
    })
}

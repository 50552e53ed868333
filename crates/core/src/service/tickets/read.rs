use crate::{
    Elizabeth, Error, Result, Unauthorized,
    id::ContentId,
    name::RoomRef,
    room::RoomStatus,
    secret::KeyHash,
    service::contents::{
        get::{apart, check_live, readable_until},
        read::Readable,
    },
};

impl Elizabeth {
    /// Finds a content to read by a ticket for it. Counts nothing: each [`Readable::open`] is a use.
    ///
    /// # Errors
    ///
    /// [`Unauthorized::Ticket`] when it is unknown, expired, revoked, or for something else;
    /// [`Error::TicketSpent`]; [`Error::RoomClosed`]; [`Error::ContentExpired`]; [`Error::DownloadsSpent`].
    pub async fn readable_by_ticket(&self, room: &RoomRef, ticket: &str, id: ContentId) -> Result<Readable> {
        let now = self.now();
        let mut tx = self.ports.store.read().await?;
        let found = tx.content_access(room, None, id, now).await?;
        let (access, content) = apart(found);
        let room = self.live_room(access, now)?.room;
        let ticket = tx.ticket_by_hash(KeyHash::of(ticket)).await?;
        let ticket = ticket.filter(|ticket| ticket.room_id == room.id && ticket.content_id == Some(id));
        let ticket = ticket.ok_or(Unauthorized::Ticket)?;
        ticket.check_credential(&room, now)?;
        if room.status == RoomStatus::Closed {
            return Err(Error::RoomClosed);
        }
        let stored = content.ok_or(Error::ContentNotFound(id))?;
        ticket.check_uses()?;
        check_live(&stored.content, now)?;
        let until = readable_until(&stored.content, &room, ticket.expires_at);
        Ok(Readable { app: self.clone(), stored, until, ticket: Some(ticket.id) })
    }
}

use secrecy::{ExposeSecret, SecretString};

use crate::{
    Elizabeth, Error, Result, Unauthorized,
    name::RoomRef,
    ports::Access,
    room::{Room, RoomChange},
    secret::KeyHash,
    service::{authorize::check_open, sessions::issue::Issued},
    ticket::Ticket,
    time::Timestamp,
    token::Session,
};

impl Elizabeth {
    /// Lets somebody in by a ticket: one transaction counts the entry and the ticket's use, or neither.
    pub(crate) async fn enter_by_ticket(
        &self,
        address: &RoomRef,
        ticket: &SecretString,
        refresh: bool,
    ) -> Result<Issued> {
        let hash = KeyHash::of(ticket.expose_secret());
        // Strangers do not get to queue for the lock: a read tells them what is wrong.
        let mut read = self.ports.store.read().await?;
        let now = self.now();
        let access = read.access(address, None, now).await?;
        self.admit(access, read.ticket_by_hash(hash).await?, now)?;
        drop(read);

        let free = self.free_space().await?;
        let mut tx = self.ports.store.begin().await?;
        let access = tx.lock_room(address, None, self.now()).await?;
        let now = self.now();
        let (room, ticket) = self.admit(access, tx.ticket_by_hash(hash).await?, now)?;
        let mut tx = self.in_room(tx, room.id, now);
        if !tx.use_ticket(ticket.id).await? {
            return Err(Error::TicketSpent);
        }
        let entries = Some(room.entries.saturating_add(1));
        tx.as_mut().change_room(room.id, &RoomChange { entries, ..RoomChange::default() }).await?;
        let session = Session { scope: ticket.scope, granted: ticket.granted, ..self.new_session(false) };
        self.finish_issue(tx, &room, session, now, refresh, free).await
    }

    /// The room and the ticket, when the one opens the other now.
    fn admit(
        &self,
        access: Option<Access>,
        ticket: Option<Ticket>,
        now: Timestamp,
    ) -> Result<(Room, Ticket)> {
        let room = self.live_room(access, now)?.room;
        let ticket = ticket.filter(|ticket| ticket.room_id == room.id && ticket.content_id.is_none());
        let ticket = ticket.ok_or(Unauthorized::Ticket)?;
        ticket.check_credential(&room, now)?;
        check_open(&room)?;
        ticket.check_uses()?;
        ticket.check_worth(&room)?;
        Ok((room, ticket))
    }
}

use crate::{
    Elizabeth, Error, Result, Unauthorized,
    content::Content,
    room::{Room, RoomStatus},
    secret::KeyHash,
    service::{authorize::check_open, contents::get::check_live},
    ticket::Ticket,
};

/// What a ticket is for.
#[derive(Clone, Debug)]
pub struct TicketView {
    /// The ticket.
    pub ticket: Ticket,
    /// Its room.
    pub room: Room,
    /// The content it reads; `None` for one that lets somebody in.
    pub content: Option<Content>,
}

impl Elizabeth {
    /// Tells what a ticket is for, and whether it would be good now. It uses nothing up, however often it is asked.
    ///
    /// # Errors
    ///
    /// What would keep its holder out: [`Unauthorized::Ticket`], [`Error::TicketSpent`], [`Error::RoomExpired`],
    /// [`Error::RoomClosed`]; of one that reads a content [`Error::ContentExpired`], [`Error::DownloadsSpent`]; of
    /// one that lets somebody in [`Error::RoomLocked`], [`Error::EntriesExhausted`], [`Error::TicketIdle`].
    pub async fn peek_ticket(&self, ticket: &str) -> Result<TicketView> {
        let mut tx = self.ports.store.read().await?;
        let ticket = tx.ticket_by_hash(KeyHash::of(ticket)).await?.ok_or(Unauthorized::Ticket)?;
        let now = self.now();
        // A ticket goes with its room and its content: where one is gone, so is the ticket.
        let room = tx.room(ticket.room_id, now).await?.ok_or(Unauthorized::Ticket)?;
        if room.is_expired(now) {
            return Err(Error::RoomExpired);
        }
        ticket.check_credential(&room, now)?;
        let Some(id) = ticket.content_id else {
            check_open(&room)?;
            ticket.check_uses()?;
            ticket.check_worth(&room)?;
            return Ok(TicketView { ticket, room, content: None });
        };
        if room.status == RoomStatus::Closed {
            return Err(Error::RoomClosed);
        }
        let content = tx.contents_by_id(room.id, &[id]).await?.into_iter().next();
        let content = content.ok_or(Unauthorized::Ticket)?;
        ticket.check_uses()?;
        check_live(&content, now)?;
        Ok(TicketView { ticket, room, content: Some(content) })
    }
}

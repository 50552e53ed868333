use crate::{
    Elizabeth, Error, Result,
    id::TicketId,
    name::RoomRef,
    service::{Page, authorize::Requirement, caller::Caller},
    ticket::Ticket,
};

impl Elizabeth {
    /// The tickets of a room that are neither expired nor revoked, spent ones among them: all of them for an owner,
    /// those that the caller's session made for a guest. By ascending number, behind `after` where that is given; at most
    /// `limit` and [`PAGE_MAX`](crate::policy::PAGE_MAX).
    ///
    /// # Errors
    ///
    /// Without a good token.
    pub async fn tickets(
        &self,
        room: &RoomRef,
        caller: &Caller,
        after: Option<TicketId>,
        limit: u64,
    ) -> Result<Page<Ticket, TicketId>> {
        let (mut tx, grant, now) = self.authorize_reading(room, caller, Requirement::Token).await?;
        let sid = (!grant.token.owner).then_some(grant.token.sid);
        let mut live = tx.live_tickets(grant.room.id, sid, now).await?;
        live.retain(|ticket| after.is_none_or(|after| ticket.id > after));
        Ok(Page::cut(live, limit, |ticket| ticket.id))
    }

    /// Revokes a ticket: an owner any, a guest one that its own session made. Twice is as good as once.
    ///
    /// # Errors
    ///
    /// [`Error::TicketNotFound`]; [`Error::NotYourTicket`]; without a good token.
    pub async fn revoke_ticket(&self, room: &RoomRef, caller: &Caller, id: TicketId) -> Result<()> {
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, Requirement::Token).await?;
            let target = tx.ticket(grant.room.id, id).await?.ok_or(Error::TicketNotFound)?;
            if target.sid != grant.token.sid && !grant.token.owner {
                return Err(Error::NotYourTicket);
            }
            tx.revoke_ticket(id, now).await?;
            tx.commit().await
        })
        .await
    }
}

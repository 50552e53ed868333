use std::sync::Arc;

use async_trait::async_trait;

use super::{
    state::{State, next},
    view::{Draft, Sees, View},
};
use crate::{
    id::{RoomId, SessionId, TicketId},
    ports::{ReadTickets, StoreResult, WriteTickets},
    secret::KeyHash,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
};

impl State {
    /// Adds a ticket, or replaces the one of its number.
    pub(super) fn put_ticket(&mut self, ticket: Ticket) {
        self.ticket_hashes.insert_mut(ticket.hash, ticket.id);
        self.tickets.put(ticket);
    }

    pub(super) fn remove_ticket(&mut self, id: TicketId) {
        if let Some(ticket) = self.tickets.remove(&id) {
            self.ticket_hashes.remove_mut(&ticket.hash);
        }
    }
}

impl View<Draft> {
    /// Changes tickets that are not revoked yet.
    pub(super) fn revoke_tickets(&mut self, tickets: Vec<Arc<Ticket>>, now: Timestamp) {
        for ticket in tickets.into_iter().filter(|ticket| ticket.revoked_at.is_none()) {
            self.state().put_ticket(Ticket { revoked_at: Some(now), ..Ticket::clone(&ticket) });
        }
    }
}

#[async_trait]
impl<S: Sees> ReadTickets for View<S> {
    async fn ticket(&mut self, room: RoomId, id: TicketId) -> StoreResult<Option<Ticket>> {
        let found = self.now().tickets.get(&id).filter(|ticket| ticket.room_id == room);
        Ok(found.map(|ticket| Ticket::clone(ticket)))
    }

    async fn ticket_by_hash(&mut self, hash: KeyHash) -> StoreResult<Option<Ticket>> {
        let state = self.now();
        let found = state.ticket_hashes.get(&hash).and_then(|id| state.tickets.get(id));
        Ok(found.map(|ticket| Ticket::clone(ticket)))
    }

    async fn live_tickets(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<Ticket>> {
        let of_room = self.now().tickets.owned(room, None).filter(|ticket| ticket.is_live(now));
        let of_session = of_room.filter(|ticket| sid.is_none_or(|sid| ticket.sid == sid));
        Ok(of_session.map(|ticket| Ticket::clone(ticket)).collect())
    }
}

#[async_trait]
impl WriteTickets for View<Draft> {
    async fn insert_ticket(&mut self, ticket: &NewTicket) -> StoreResult<TicketId> {
        let state = self.state();
        state.check_room(ticket.room_id)?;
        let id = TicketId(next(&mut state.last_ticket)?);
        state.put_ticket(ticket.clone().into_ticket(id));
        Ok(id)
    }

    async fn use_ticket(&mut self, id: TicketId) -> StoreResult<bool> {
        let usable = |ticket: &&Arc<Ticket>| ticket.revoked_at.is_none() && !ticket.is_spent();
        let Some(found) = self.state().tickets.get(&id).filter(usable) else { return Ok(false) };
        let used = Ticket { uses: found.uses.saturating_add(1), ..Ticket::clone(found) };
        self.state().put_ticket(used);
        Ok(true)
    }

    async fn revoke_ticket(&mut self, id: TicketId, now: Timestamp) -> StoreResult<()> {
        let named = self.state().tickets.get(&id).cloned();
        self.revoke_tickets(Vec::from_iter(named), now);
        Ok(())
    }

    async fn revoke_session_tickets(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let session = self.state().tickets.owned(room, None).filter(|ticket| ticket.sid == sid);
        let session = session.cloned().collect();
        self.revoke_tickets(session, now);
        Ok(())
    }
}

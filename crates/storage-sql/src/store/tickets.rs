use async_trait::async_trait;
use elizabeth_core::{
    id::{RoomId, SessionId, TicketId},
    ports::{ReadTickets, StoreResult, WriteTickets},
    secret::KeyHash,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction},
    tables::tickets,
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadTickets for SqlTx<C> {
    async fn ticket(&mut self, room: RoomId, id: TicketId) -> StoreResult<Option<Ticket>> {
        self.first(tickets::ById { room, ticket: id }).await
    }

    async fn ticket_by_hash(&mut self, hash: KeyHash) -> StoreResult<Option<Ticket>> {
        self.first(tickets::ByHash { hash }).await
    }

    async fn live_tickets(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<Ticket>> {
        match sid {
            Some(sid) => self.all(tickets::LiveOfSession { room, now, sid }).await,
            None => self.all(tickets::Live { room, now }).await,
        }
    }
}

#[async_trait]
impl<C: Transaction> WriteTickets for SqlTx<C> {
    async fn insert_ticket(&mut self, ticket: &NewTicket) -> StoreResult<TicketId> {
        self.one(tickets::Insert(ticket)).await
    }

    async fn use_ticket(&mut self, id: TicketId) -> StoreResult<bool> {
        Ok(self.run(tickets::Use { ticket: id }).await? == 1)
    }

    async fn revoke_ticket(&mut self, id: TicketId, now: Timestamp) -> StoreResult<()> {
        self.run(tickets::Revoke { now, ticket: id }).await.map(drop)
    }

    async fn revoke_session_tickets(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        self.run(tickets::RevokeOfSession { now, room, sid }).await.map(drop)
    }
}

use async_trait::async_trait;
use elizabeth_core::{
    id::{RoomId, SessionId, TicketId},
    ports::{ReadTickets, StoreResult, WriteTickets},
    secret::KeyHash,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction, Value},
    rows::{self, Cells},
    statements::tickets,
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadTickets for SqlTx<C> {
    async fn ticket(&mut self, room: RoomId, id: TicketId) -> StoreResult<Option<Ticket>> {
        let row = self.first(&tickets::BY_ID, vec![rows::int(room.0), rows::int(id.0)]).await?;
        row.map(|row| Cells::of(row).ticket()).transpose()
    }

    async fn ticket_by_hash(&mut self, hash: KeyHash) -> StoreResult<Option<Ticket>> {
        let row = self.first(&tickets::BY_HASH, vec![rows::bytes(&hash.0)]).await?;
        row.map(|row| Cells::of(row).ticket()).transpose()
    }

    async fn live_tickets(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<Ticket>> {
        let mut values = vec![rows::int(room.0), rows::time(now)];
        let statement = match sid {
            Some(sid) => {
                values.push(rows::uuid(sid.0));
                &tickets::LIVE_OF_SESSION
            }
            None => &tickets::LIVE,
        };
        self.list(statement, values, Cells::ticket).await
    }
}

#[async_trait]
impl<C: Transaction> WriteTickets for SqlTx<C> {
    async fn insert_ticket(&mut self, ticket: &NewTicket) -> StoreResult<TicketId> {
        let values = vec![
            rows::bytes(&ticket.hash.0),
            rows::int(ticket.room_id.0),
            Value::Int(ticket.content_id.map(|id| id.0)),
            rows::int(ticket.scope.bits().into()),
            rows::uuid(ticket.sid.0),
            rows::int(ticket.owner.into()),
            rows::opt_size(ticket.max_uses),
            rows::time(ticket.created_at),
            rows::time(ticket.expires_at),
        ];
        self.one(&tickets::INSERT, values, Cells::ticket_id).await
    }

    async fn use_ticket(&mut self, id: TicketId) -> StoreResult<bool> {
        Ok(self.run(&tickets::USE, vec![rows::int(id.0)]).await? == 1)
    }

    async fn revoke_ticket(&mut self, id: TicketId, now: Timestamp) -> StoreResult<()> {
        self.run(&tickets::REVOKE, vec![rows::time(now), rows::int(id.0)]).await.map(drop)
    }

    async fn revoke_session_tickets(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()> {
        let values = vec![rows::time(now), rows::int(room.0), rows::uuid(sid.0)];
        self.run(&tickets::REVOKE_OF_SESSION, values).await.map(drop)
    }
}

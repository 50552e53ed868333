use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    id::{RoomId, SessionId, TicketId},
    secret::KeyHash,
    ticket::{NewTicket, Ticket},
    time::Timestamp,
};

/// What can be asked about tickets.
#[async_trait]
pub trait ReadTickets: Send {
    /// A ticket by its number (revoked, spent and expired ones included).
    async fn ticket(&mut self, room: RoomId, id: TicketId) -> StoreResult<Option<Ticket>>;

    /// A ticket by what its holder shows, whatever its room (revoked, spent and expired ones included).
    async fn ticket_by_hash(&mut self, hash: KeyHash) -> StoreResult<Option<Ticket>>;

    /// The tickets of a room that are neither expired nor revoked at an instant, spent ones among them, of one
    /// session where one is named; by ascending number.
    async fn live_tickets(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<Ticket>>;
}

/// What can be done to tickets.
#[async_trait]
pub trait WriteTickets: Send {
    /// Adds a ticket, not used yet.
    async fn insert_ticket(&mut self, ticket: &NewTicket) -> StoreResult<TicketId>;

    /// Counts a use of a ticket. `false` when its uses are used up, or it is revoked or gone: one guarded statement,
    /// so that of many at once no more succeed than it allows.
    async fn use_ticket(&mut self, id: TicketId) -> StoreResult<bool>;

    /// Revokes a ticket that is not revoked yet.
    async fn revoke_ticket(&mut self, id: TicketId, now: Timestamp) -> StoreResult<()>;

    /// Revokes the tickets that a session made and that are not revoked yet.
    async fn revoke_session_tickets(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<()>;
}

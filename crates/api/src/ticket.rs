use elizabeth_core::ticket::Ticket;
use serde::{Deserialize, Serialize};

use crate::Instant;

/// What a ticket is for: `download` reads one content, `enter` lets somebody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TicketAction {
    /// Reads one content.
    Download,
    /// Lets somebody in.
    Enter,
}

/// A ticket in a list. Never the ticket itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Ticket))]
pub struct TicketObject {
    /// Its number.
    pub id: i64,
    action: TicketAction,
    /// The content it reads; null for one that lets somebody in.
    pub content_id: Option<i64>,
    /// The most that whoever it lets in may do: VIEW 1, EDIT 2, SHARE 4, DELETE 8, added up; null for one that reads.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 15))]
    pub permission: Option<u8>,
    /// How often it may be used; null for no limit.
    pub max_uses: Option<u64>,
    /// How often it was used.
    pub uses: u64,
    /// When it was made.
    pub created_at: Instant,
    /// When it ends.
    pub expires_at: Instant,
}

impl From<&Ticket> for TicketObject {
    fn from(ticket: &Ticket) -> Self {
        let enters = ticket.content_id.is_none();
        Self {
            id: ticket.id.0,
            action: if enters { TicketAction::Enter } else { TicketAction::Download },
            content_id: ticket.content_id.map(|id| id.0),
            permission: enters.then_some(ticket.scope.bits()),
            max_uses: ticket.max_uses,
            uses: ticket.uses,
            created_at: Instant(ticket.created_at),
            expires_at: Instant(ticket.expires_at),
        }
    }
}

use std::borrow::Cow;

use elizabeth_core::ticket::Ticket;
use serde::{Deserialize, Serialize};

use crate::{Instant, PermissionInput, Secret};

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
    /// Those among them that hold whatever guests may do by default, because an owner named them; null for one that reads.
    #[cfg_attr(feature = "openapi", schema(minimum = 0, maximum = 15))]
    pub granted: Option<u8>,
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
            granted: enters.then_some(ticket.granted.bits()),
            max_uses: ticket.max_uses,
            uses: ticket.uses,
            created_at: Instant(ticket.created_at),
            expires_at: Instant(ticket.expires_at),
        }
    }
}

/// What a ticket is to be for, how long it is to be good, and how often.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct CreateTicket {
    pub action: TicketAction,
    /// To download: the content that it reads, and nothing else.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_id: Option<i64>,
    /// To enter: the most that whoever it lets in may do, never more than the maker has; as much as the maker's
    /// session when left out. 2 alone is a drop box: who may only add sees nothing but what the own session added. What
    /// an owner names here holds whatever guests may do by default, SHARE excepted; all else follows the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub permission: Option<PermissionInput>,
    /// Seconds, 600 when left out; never beyond the room's own end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl_seconds: Option<u64>,
    /// Left out, once for an entry, without limit for downloads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u64>,
}

/// A ticket that was just made.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CreatedTicket<'a> {
    /// What its holder shows. It is told this once.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub ticket: Secret,
    /// Its number, to revoke it by.
    pub id: i64,
    /// A page that says what it is for, and asks before it spends it.
    pub url: Cow<'a, str>,
    /// When it ends.
    pub expires_at: Instant,
    /// How often it may be used; null for no limit.
    pub max_uses: Option<u64>,
}

/// It is no good any more.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct TicketDeleted {
    pub revoked: bool,
}

//! Tickets: making, looking at, redeeming, revoking them.

pub(crate) mod create;
pub(crate) mod enter;
pub(crate) mod list;
pub(crate) mod peek;
pub(crate) mod read;

pub use create::{CreatedTicket, TicketRequest};
pub use peek::TicketView;

//! What happens in a room, as it happens.

mod follow;
mod parser;

pub use self::follow::{Events, Followed, RoomEvent};

//! Rooms that are listened to: what happens in a room reaches everybody who has it open, as server-sent events.
//!
//! The truth is the room's numbered events in the store. For each room that has listeners this process keeps the newest
//! of them encoded, once for all, and one number that its listeners watch. A listener is no more than a cursor: one that
//! is behind what is kept reads pages from the store, so that a slow one holds nobody up. That a room has changed is
//! heard at once where this process changed it, and found out within a second else.

mod crowd;
mod cursor;
mod exchange;
mod frame;
mod hub;
mod jitter;
mod listener;
mod notes;
mod places;
mod presence;
mod ring;
mod room;
mod source;
#[cfg(test)]
mod tests;
mod word;

pub(crate) use cursor::last_event_id;
pub(crate) use exchange::exchange;
pub(crate) use hub::Hub;
pub(crate) use listener::follow;
pub(crate) use presence::{appear, present, signal};

//! What happens in rooms, for whoever listens.

mod hydrate;
mod listen;

pub use hydrate::{About, HydratedEvent};
pub use listen::{EventsPart, Listening};

//! Downloads: what they are wanted for, conditions, ranges, names and types, and the body, or a link to it.

mod body;
mod conditional;
mod deliver;
mod destination;
mod media;
mod redirect;
mod thumbnail;

pub(crate) use deliver::{Purpose, deliver, find};
pub(crate) use thumbnail::deliver_thumbnail;

//! Downloads: conditions, ranges, names and types, and the body.

mod body;
mod conditional;
mod deliver;
mod disposition;
mod media;

pub(crate) use conditional::is_known;
pub(crate) use deliver::{Purpose, deliver};

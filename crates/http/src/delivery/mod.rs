//! Downloads: conditions, ranges, names and types, and the body, or a link to it.

mod body;
mod conditional;
mod deliver;
mod disposition;
mod media;
mod redirect;

pub(crate) use conditional::is_known;
pub(crate) use deliver::{Purpose, deliver, find};
pub(crate) use disposition::content_disposition;

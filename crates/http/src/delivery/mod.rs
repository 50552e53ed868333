//! Downloads: conditions, ranges, names and types, and the body.

mod body;
mod conditional;
mod deliver;
mod disposition;
mod media;

pub(crate) use deliver::{Purpose, deliver};
pub(crate) use disposition::content_disposition;

//! Uploads: from the body of a request, part by part, into core.

mod disposition;
mod multipart;
mod pump;

pub(crate) use multipart::{Boundary, Multipart};
pub(crate) use pump::receive;

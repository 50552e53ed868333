//! Uploads: from the body of a request, part by part, into core.

mod disposition;
mod multipart;
mod pump;
mod whole;

pub(crate) use multipart::{Boundary, Multipart};
pub(crate) use pump::{receive, store_whole};
pub(crate) use whole::{Gathered, gather};

//! Uploads: from the body of a request, part by part, into core.

mod disposition;
mod file;
mod multipart;
mod pump;
mod whole;

pub(crate) use file::{Entered, FilePut, length_required, put_file};
pub(crate) use multipart::{Boundary, Multipart};
pub(crate) use pump::{receive, store_whole};
pub(crate) use whole::{Gathered, gather};

//! Uploads: from the body of a request, part by part, into core.

mod chunk;
mod disposition;
mod file;
mod head;
mod multipart;
mod pump;
mod raw;
mod sink;
mod whole;

pub(crate) use chunk::{begin_chunk, put_chunk, read_chunk_head};
pub(crate) use file::{Entered, FilePut, length_required, put_file};
pub(crate) use multipart::{Boundary, Multipart};
pub(crate) use pump::{begin, receive, run_to_end};
pub(crate) use raw::RawBody;
pub(crate) use sink::Sink;
pub(crate) use whole::{Gathered, gather};

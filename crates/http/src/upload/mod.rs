//! Uploads: from the body of a request, part by part, into core.

mod announced;
mod chunk;
mod chunk_form;
mod file;
mod multipart;
mod raw;
mod sink;
mod slots;
mod transfer;
mod whole;

pub(crate) use announced::as_announced;
pub(crate) use chunk::{put_chunk, read_chunk_head, send_chunk};
pub(crate) use file::{FilePut, length_required, put_file};
pub(crate) use multipart::{Boundary, Multipart};
pub(crate) use raw::RawBody;
pub(crate) use sink::ByteSink;
pub(crate) use slots::{UploadSlot, UploadSlots};
pub(crate) use transfer::{Source, begin, receive, run_to_end};
pub(crate) use whole::{Gathered, gather};

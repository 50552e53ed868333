//! Zip archives written while they are sent: nothing of a content is held but the piece on its way.
//!
//! The format is written here and not by a crate: what there is either wants to seek back in its output, or writes
//! descriptors behind large entries that other programs cannot read.

mod body;
mod format;
mod packing;

pub(crate) use body::archive_body;

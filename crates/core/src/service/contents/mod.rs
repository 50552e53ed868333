//! Contents: adding texts and links, listing, reading, changing, deleting.

pub(crate) mod add_link;
pub(crate) mod add_text;
pub(crate) mod archive;
pub(crate) mod change;
pub(crate) mod delete;
pub(crate) mod edit_text;
pub(crate) mod edits_kept;
pub(crate) mod files;
pub(crate) mod get;
pub(crate) mod link;
pub(crate) mod list;
pub(crate) mod read;
pub(crate) mod text_edits;
pub(crate) mod thumbnail;
mod verified;

pub use archive::{Archive, ArchiveEntry};
pub use delete::Deleted;
pub use list::{ContentsPart, ListVersion};
pub use read::Readable;

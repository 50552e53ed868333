//! Uploads: whole and in chunks, from the reservation to the content.

pub(crate) mod access;
pub(crate) mod append;
pub(crate) mod begin;
pub(crate) mod chunk;
pub(crate) mod chunk_upload;
pub(crate) mod complete;
pub(crate) mod join;
pub(crate) mod lease;
pub(crate) mod list;
pub(crate) mod prepare;
pub(crate) mod prepare_chunked;
pub(crate) mod put_file;
pub(crate) mod receiving;
pub(crate) mod upload;

pub use access::UploadAccess;
pub use append::{Append, Appended};
pub use chunk::{BegunChunk, ChunkRequest, ChunkWriter};
pub use complete::CompletedFile;
pub use lease::UploadLease;
pub use list::{ListedUpload, UploadState};
pub use prepare::{Prepared, Released};
pub use prepare_chunked::PreparedUpload;
pub use upload::{Upload, Uploaded};

//! Blobs through [OpenDAL](https://opendal.apache.org), a type a backend: [`FolderBlobs`] in a folder of the local file
//! system, `BucketBlobs` in a bucket that speaks S3 (feature `s3`), [`MemoryBlobs`] in memory.
//!
//! A blob lies flat under the root, by its key and nothing else, from the first byte on. There is no temporary
//! name: a blob is announced in the store before it is written, and is deleted by its key, so that a file
//! half-written when the process was killed is found again, which a file under a made-up name never would be.
//!
//! In a folder, bytes go past OpenDAL (its module gives the reasons, with figures); all else goes through it. In a
//! bucket, a blob has its name from the last byte on, and not before.

#[cfg(feature = "s3")]
mod bucket;
mod error;
mod folder;
mod label;
mod memory;
mod object;

#[cfg(feature = "s3")]
pub use crate::bucket::{Addressing, BucketBlobs, S3Options};
pub use crate::{folder::FolderBlobs, memory::MemoryBlobs};

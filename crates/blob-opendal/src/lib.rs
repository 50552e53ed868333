//! Blobs through [OpenDAL](https://opendal.apache.org): a folder of the local file system, a bucket that speaks
//! S3 (feature `s3`), or memory.
//!
//! A blob lies flat under the root, by its key and nothing else, from the first byte on. There is no temporary
//! name: a blob is announced in the store before it is written, and is deleted by its key, so that a file
//! half-written when the process was killed is found again, which a file under a made-up name never would be.
//!
//! In a folder, bytes go past OpenDAL (its module says why, with figures); all else goes through it. In a
//! bucket, a blob has its name from the last byte on, and not before.

#[cfg(feature = "s3")]
mod bucket;
mod error;
mod folder;
mod object;

use std::{ops::Range, path::Path, sync::Arc};

use async_trait::async_trait;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, BlobStream, BlobWriter, Blobs, PresignRequest},
};
use opendal::{Operator, services};

#[cfg(feature = "s3")]
pub use crate::bucket::{Addressing, S3Options};
#[cfg(feature = "s3")]
use crate::bucket::{Bucket, BucketWriter};
use crate::{
    error::{from_opendal, unavailable},
    folder::{FileWriter, Folder},
    object::ObjectWriter,
};

/// Blobs in whatever OpenDAL reaches. Cheap to clone; every clone is the same store.
#[derive(Clone)]
pub struct OpendalBlobs {
    operator: Operator,
    place: Place,
}

/// What the operator cannot do, or not well enough.
#[derive(Clone)]
enum Place {
    Folder(Arc<Folder>),
    #[cfg(feature = "s3")]
    Bucket(Arc<Bucket>),
    Memory,
}

impl OpendalBlobs {
    /// Blobs as files in a folder, which is created with mode 0700 where it is missing. Blocks: for the start
    /// of a program.
    ///
    /// What [`BlobWriter::finish`] has confirmed, and what [`Blobs::delete`] has removed, stays so after a power
    /// cut: the file and the folder are both flushed to the device.
    ///
    /// # Errors
    ///
    /// When the folder cannot be created or opened.
    pub fn fs(root: &Path) -> Result<Self, BlobError> {
        let folder = Folder::open(root)?;
        let root = folder.root().to_str().ok_or_else(|| unavailable("the folder's path is not UTF-8"))?;
        let operator = Operator::new(services::Fs::default().root(root)).map_err(from_opendal)?;
        Ok(Self { operator, place: Place::Folder(Arc::new(folder)) })
    }

    /// Blobs as objects in a bucket. Asks nothing yet: that is what [`Blobs::check`] is for.
    ///
    /// What a process that is killed leaves unfinished has no name in the bucket, and takes up space until the
    /// bucket's own rule removes it: give the bucket a lifecycle rule that aborts incomplete multipart uploads
    /// after a day (AWS and MinIO: `AbortIncompleteMultipartUpload`; R2 has one of seven days by itself).
    ///
    /// The key pair has to be allowed to list the bucket: without that, stores answer "denied" for what is
    /// merely missing.
    ///
    /// What signs the requests, `reqsign_core`, logs the key pair at the level `debug`: a program with a log of its
    /// own has to keep that out of it.
    ///
    /// # Errors
    ///
    /// When this process has no default TLS provider (`rustls::crypto::CryptoProvider::install_default`), or an
    /// option is malformed.
    #[cfg(feature = "s3")]
    pub fn s3(options: &S3Options) -> Result<Self, BlobError> {
        let bucket = Bucket::open(options)?;
        Ok(Self { operator: bucket.operator().clone(), place: Place::Bucket(Arc::new(bucket)) })
    }

    /// Blobs in this process's memory, gone with it.
    ///
    /// # Errors
    ///
    /// None that is known; OpenDAL's constructors can all fail.
    pub fn memory() -> Result<Self, BlobError> {
        let operator = Operator::new(services::Memory::default()).map_err(from_opendal)?;
        Ok(Self { operator, place: Place::Memory })
    }
}

#[async_trait]
impl Blobs for OpendalBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        Ok(match &self.place {
            Place::Folder(folder) => Box::new(FileWriter::new(folder.clone(), key)),
            #[cfg(feature = "s3")]
            Place::Bucket(bucket) => Box::new(BucketWriter::create(bucket, key).await?),
            Place::Memory => Box::new(ObjectWriter::create(&self.operator, key).await?),
        })
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        match &self.place {
            Place::Folder(folder) => folder::read(folder, key, range).await,
            #[cfg(feature = "s3")]
            Place::Bucket(_) => object::read(&self.operator, key, range).await,
            Place::Memory => object::read(&self.operator, key, range).await,
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        #[cfg(feature = "s3")]
        if let Place::Bucket(bucket) = &self.place {
            bucket.stop_writing(key).await;
        }
        self.operator.delete(key.as_str()).await.map_err(from_opendal)?;
        match &self.place {
            // The caller forgets the key next. Were the removal lost after that, the file would stay for ever.
            Place::Folder(folder) => folder.sync().await,
            #[cfg(feature = "s3")]
            Place::Bucket(_) => Ok(()),
            Place::Memory => Ok(()),
        }
    }

    /// In a folder: that it is there, may be written to, and is not mounted read-only (which is what Linux does
    /// to a file system with a failing disk). In a bucket: that it is there, answers within seconds and lets
    /// this key pair list it. Nothing is written, so this may be asked often.
    async fn check(&self) -> Result<(), BlobError> {
        match &self.place {
            Place::Folder(folder) => folder.check().await,
            #[cfg(feature = "s3")]
            Place::Bucket(bucket) => bucket.check().await,
            Place::Memory => self.operator.check().await.map_err(from_opendal),
        }
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        match &self.place {
            Place::Folder(folder) => folder.free_space().await.map(Some),
            #[cfg(feature = "s3")]
            Place::Bucket(_) => Ok(None),
            Place::Memory => Ok(None),
        }
    }

    async fn presign(&self, key: &BlobKey, request: &PresignRequest) -> Result<Option<String>, BlobError> {
        match &self.place {
            #[cfg(feature = "s3")]
            Place::Bucket(bucket) => bucket.presign(key, request).await.map(Some),
            Place::Folder(_) | Place::Memory => {
                let _ = (key, request);
                Ok(None)
            }
        }
    }
}

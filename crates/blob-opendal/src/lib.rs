//! Blobs through [OpenDAL](https://opendal.apache.org): a folder of the local file system, or memory.
//!
//! A blob lies flat under the root, by its key and nothing else, from the first byte on. There is no temporary
//! name: a blob is announced in the store before it is written, and is deleted by its key, so that a file
//! half-written when the process was killed is found again, which a file under a made-up name never would be.
//!
//! In a folder, bytes go past OpenDAL (see [`folder`] for why, with figures); all else goes through it.

mod error;
mod folder;
mod object;

use std::{ops::Range, path::Path, sync::Arc};

use async_trait::async_trait;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, BlobStream, BlobWriter, Blobs},
};
use opendal::{Operator, services};

use crate::{
    error::{from_opendal, unavailable},
    folder::{FileWriter, Folder},
    object::ObjectWriter,
};

/// Blobs in whatever OpenDAL reaches. Cheap to clone; every clone is the same store.
#[derive(Clone)]
pub struct OpendalBlobs {
    operator: Operator,
    /// Where the operator is a local folder: the folder itself.
    folder: Option<Arc<Folder>>,
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
        Ok(Self { operator, folder: Some(Arc::new(folder)) })
    }

    /// Blobs in this process's memory, gone with it.
    ///
    /// # Errors
    ///
    /// None that is known; OpenDAL's constructors can all fail.
    pub fn memory() -> Result<Self, BlobError> {
        let operator = Operator::new(services::Memory::default()).map_err(from_opendal)?;
        Ok(Self { operator, folder: None })
    }
}

#[async_trait]
impl Blobs for OpendalBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        Ok(match &self.folder {
            Some(folder) => Box::new(FileWriter::new(folder.clone(), key)),
            None => Box::new(ObjectWriter::create(&self.operator, key).await?),
        })
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        match &self.folder {
            Some(folder) => folder::read(folder, key, range).await,
            None => object::read(&self.operator, key, range).await,
        }
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.operator.delete(key.as_str()).await.map_err(from_opendal)?;
        match &self.folder {
            // The caller forgets the key next. Were the removal lost after that, the file would stay for ever.
            Some(folder) => folder.sync().await,
            None => Ok(()),
        }
    }

    /// In a folder: that it is there, may be written to, and is not mounted read-only (which is what Linux does
    /// to a file system with a failing disk). Elsewhere: that the store lists its root. Nothing is written, so
    /// this may be asked often.
    async fn check(&self) -> Result<(), BlobError> {
        match &self.folder {
            Some(folder) => folder.check().await,
            None => self.operator.check().await.map_err(from_opendal),
        }
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        match &self.folder {
            Some(folder) => folder.free_space().await.map(Some),
            None => Ok(None),
        }
    }
}

use std::ops::Range;

use async_trait::async_trait;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, BlobStream, BlobWriter, Blobs, PresignRequest},
};
use opendal::{Operator, services};

use crate::{
    error::{deleted, from_opendal},
    object::{self, ObjectWriter},
};

/// Blobs in this process's memory, gone with it. Cheap to clone; every clone is the same store.
#[derive(Clone, Debug)]
pub struct MemoryBlobs {
    operator: Operator,
}

impl MemoryBlobs {
    /// An empty store.
    ///
    /// # Errors
    ///
    /// None that is known; OpenDAL's constructors can all fail.
    pub fn new() -> Result<Self, BlobError> {
        let operator = Operator::new(services::Memory::default()).map_err(from_opendal)?;
        Ok(Self { operator })
    }
}

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn create(&self, key: &BlobKey) -> Result<Box<dyn BlobWriter>, BlobError> {
        Ok(Box::new(ObjectWriter::create(&self.operator, key).await?))
    }

    async fn read(&self, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
        object::read(&self.operator, key, range).await
    }

    async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        deleted(self.operator.delete(key.as_str()).await)
    }

    async fn check(&self) -> Result<(), BlobError> {
        self.operator.check().await.map_err(from_opendal)
    }

    async fn free_space(&self) -> Result<Option<u64>, BlobError> {
        Ok(None)
    }

    async fn presign(&self, _: &BlobKey, _: &PresignRequest) -> Result<Option<String>, BlobError> {
        Ok(None)
    }
}

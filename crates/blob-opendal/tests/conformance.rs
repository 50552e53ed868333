//! The suite that every blob store runs, on each of ours.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::sync::Arc;

use async_trait::async_trait;
use elizabeth_blob_opendal::{FolderBlobs, MemoryBlobs};
use elizabeth_core::ports::Blobs;
use elizabeth_testing::conformance::BlobsFixture;
use tempfile::TempDir;

struct Folder(TempDir, FolderBlobs);

#[async_trait]
impl BlobsFixture for Folder {
    async fn open() -> Self {
        let root = tempfile::tempdir().unwrap();
        let blobs = FolderBlobs::open(root.path()).unwrap();
        Self(root, blobs)
    }

    fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::new(self.1.clone())
    }

    async fn reopen(&self) -> Arc<dyn Blobs> {
        Arc::new(FolderBlobs::open(self.0.path()).unwrap())
    }
}

struct Memory(MemoryBlobs);

#[async_trait]
impl BlobsFixture for Memory {
    async fn open() -> Self {
        Self(MemoryBlobs::new().unwrap())
    }

    fn blobs(&self) -> Arc<dyn Blobs> {
        Arc::new(self.0.clone())
    }

    /// No other process sees this one's memory; the nearest is another handle.
    async fn reopen(&self) -> Arc<dyn Blobs> {
        self.blobs()
    }
}

mod folder {
    elizabeth_testing::blobs_conformance!(super::Folder);
}

mod memory {
    elizabeth_testing::blobs_conformance!(super::Memory);
}

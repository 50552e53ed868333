use std::{path::PathBuf, sync::Arc, time::Duration};

use elizabeth_blob_opendal::FolderBlobs;
use elizabeth_core::ports::{BlobError, Blobs};

use crate::error::WiringError;

/// How often the blobs are asked at start before giving up, and the time between.
const CHECKS: u32 = 4;
const CHECK_PAUSE: Duration = Duration::from_millis(500);

/// A blob store that is usable as far as its options tell, and not touched yet.
pub(crate) struct Chosen {
    /// The folder of this machine that it keeps its bytes in, where it is one.
    pub(crate) folder: Option<PathBuf>,
    /// Whether clients can be given links to the blobs.
    pub(crate) has_links: bool,
    open: Box<dyn FnOnce() -> Result<Arc<dyn Blobs>, BlobError> + Send>,
}

impl Chosen {
    /// By what makes the store.
    pub(super) fn new<B: Blobs + 'static>(
        open: impl FnOnce() -> Result<B, BlobError> + Send + 'static,
    ) -> Self {
        let open = Box::new(|| open().map(|blobs| Arc::new(blobs) as Arc<dyn Blobs>));
        Self { folder: None, has_links: false, open }
    }

    /// The same for blobs that clients can be given links to.
    #[cfg(feature = "s3")]
    pub(super) fn with_links(self) -> Self {
        Self { has_links: true, ..self }
    }

    /// Files in a folder.
    pub(crate) fn in_folder(path: PathBuf) -> Self {
        let folder = Some(path.clone());
        Self { folder, ..Self::new(move || FolderBlobs::open(&path)) }
    }

    /// Opens it, creating what is not there yet, and waits until it answers.
    pub(crate) async fn open(self) -> Result<Arc<dyn Blobs>, WiringError> {
        let blobs = (self.open)().map_err(WiringError::Blobs)?;
        // A server that starts along with its bucket, or in a bad moment of it, need not fail for that.
        let mut attempt = 1;
        while let Err(error) = blobs.check().await {
            if attempt == CHECKS {
                return Err(WiringError::Blobs(error));
            }
            attempt += 1;
            tokio::time::sleep(CHECK_PAUSE).await;
        }
        Ok(blobs)
    }
}

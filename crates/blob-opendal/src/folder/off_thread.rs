use elizabeth_core::ports::BlobError;

use crate::error::unavailable;

/// Runs what may wait for a device on a thread made for it.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(unavailable(format!("a blocking task ended: {error}"))),
    }
}

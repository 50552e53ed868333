use async_trait::async_trait;

use super::store::{StoreError, StoreResult};

/// Carries word between the processes that work on one store: quick, and without any promise. A message may be lost or
/// come late, and no truth depends on it.
#[async_trait]
pub trait Messages: Send + Sync {
    /// The most bytes of one message.
    fn most(&self) -> usize;

    /// Sends a message to all other processes that listen, by itself: it belongs to no transaction.
    ///
    /// # Errors
    ///
    /// When it was not sent.
    async fn send(&self, message: &str) -> StoreResult<()>;

    /// Hears what the others send, from when it has begun until it cannot go on: returns why. What they send meanwhile is
    /// lost.
    async fn listen(&self, hear: &(dyn for<'m> Fn(&'m str) + Send + Sync)) -> StoreError;
}

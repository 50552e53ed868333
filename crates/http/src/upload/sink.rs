use std::pin::pin;

use bytes::Bytes;
use elizabeth_core::{
    Error, Result,
    service::{Upload, Uploaded},
};
use tokio::time::timeout;

use crate::headers::unescaped;

/// What a body is received into: a task of its own owns it, and ends it in one of three ways.
pub(crate) trait ByteSink: Send + Sized + 'static {
    /// What has become of the body.
    type Kept: Send + 'static;

    /// The next file begins. Where there is but one it need not be named.
    fn start(&mut self, _name: &str) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// The next bytes of the current file.
    fn write(&mut self, bytes: Bytes) -> impl Future<Output = Result<()>> + Send;

    /// The current file has come to its end.
    fn end(&mut self) -> impl Future<Output = Result<()>> + Send {
        std::future::ready(Ok(()))
    }

    /// Everything has come.
    fn finish(self) -> impl Future<Output = Result<Self::Kept>> + Send;

    /// The rest is not going to come: the client went away, fell silent, or sent what cannot be read.
    fn break_off(self) -> impl Future<Output = ()> + Send {
        self.abort()
    }

    /// One of its own steps has failed, or nobody is there to feed it.
    fn abort(self) -> impl Future<Output = ()> + Send;
}

/// Files of a manifest: all of them are kept, or none.
impl ByteSink for Upload {
    type Kept = Uploaded;

    async fn start(&mut self, name: &str) -> Result<()> {
        match (self.start_file(name).await, unescaped(name)) {
            (Err(Error::ManifestMismatch(_)), Some(other)) => self.start_file(&other).await,
            (done, _) => done,
        }
    }

    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        Self::write(self, bytes).await
    }

    /// All bytes have come; until the store has made them durable, it is we who keep the upload alive.
    async fn end(&mut self) -> Result<()> {
        let lease = self.lease();
        let mut finished = pin!(self.finish_file());
        loop {
            match timeout(lease.span() / 3, &mut finished).await {
                Ok(finished) => return finished,
                Err(_) => lease.renew().await.map(drop)?,
            }
        }
    }

    async fn finish(self) -> Result<Uploaded> {
        self.commit().await
    }

    async fn abort(self) {
        Self::abort(self).await;
    }
}

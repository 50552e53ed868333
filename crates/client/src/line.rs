use std::time::Duration;

use reqwest::{Method, RequestBuilder};
use serde::{Serialize, de::DeserializeOwned};
use tokio::sync::Mutex;

use crate::{backoff::Attempts, client::Client, error::ClientError, session::Session};

/// A session that several requests share, and that bears with a server that is away for a while.
pub(crate) struct Line<'a> {
    pub(crate) client: Client,
    session: Mutex<&'a mut Session>,
    patience: Duration,
}

impl<'a> Line<'a> {
    /// What fails and may pass is tried again, as long as `patience` after it has failed first.
    pub(crate) fn new(session: &'a mut Session, patience: Duration) -> Self {
        Self { client: session.client().clone(), session: Mutex::new(session), patience }
    }

    /// A request to a path under the room.
    pub(crate) async fn request(
        &self,
        method: Method,
        segments: &[&str],
    ) -> Result<RequestBuilder, ClientError> {
        self.session.lock().await.request(method, segments).await
    }

    /// Sends what has a small answer, once.
    pub(crate) async fn call<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        query: &[(&str, &str)],
    ) -> Result<T, ClientError> {
        self.client.call(self.request(method, segments).await?.query(query)).await
    }

    /// The same with a body of JSON.
    pub(crate) async fn send<T: DeserializeOwned>(
        &self,
        method: Method,
        segments: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        self.client.call(self.request(method, segments).await?.json(body)).await
    }

    /// Attempts something until it is done, or fails for good. A token that is refused is renewed once.
    pub(crate) async fn patiently<T>(
        &self,
        attempt: impl AsyncFn() -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut attempts = Attempts::new(self.patience);
        loop {
            let error = match attempt().await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if attempts.wait_behind(error).await? {
                self.session.lock().await.outdate();
            }
        }
    }
}

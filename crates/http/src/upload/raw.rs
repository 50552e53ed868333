use axum::body::{Body, BodyDataStream};
use bytes::Bytes;
use futures::StreamExt;

use super::transfer::Source;
use crate::problem::{Problem, RequestCode};

/// A body that is a file, or a piece of one.
pub(crate) struct RawBody {
    name: Option<String>,
    body: BodyDataStream,
}

impl RawBody {
    /// A body by the name of its file; the name is empty where it is known already.
    pub(crate) fn new(name: impl Into<String>, body: Body) -> Self {
        Self { name: Some(name.into()), body: body.into_data_stream() }
    }
}

impl Source for RawBody {
    async fn next_file(&mut self) -> Result<Option<String>, Problem> {
        Ok(self.name.take())
    }

    async fn data(&mut self) -> Result<Option<Bytes>, Problem> {
        while let Some(piece) = self.body.next().await {
            let text = "the body ended before it was complete";
            let piece = piece.map_err(|_| Problem::new(RequestCode::IncompleteBody, text))?;
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    fn into_body(self) -> Body {
        Body::from_stream(self.body)
    }
}

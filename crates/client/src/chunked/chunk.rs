use std::{
    io,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, Ordering},
    },
};

use elizabeth_api::ChunkObject;
use elizabeth_core::ErrorCode;
use futures::stream;
use reqwest::{Body, Method, RequestBuilder, Response, header};
use tokio::{
    sync::Mutex,
    time::{Instant, timeout_at},
};
use uuid::Uuid;

use super::Sender;
use crate::{
    client::SILENCE,
    error::ClientError,
    local_file::LocalFile,
    pass::{Pass, hash_of},
    progress::Progress,
    reading::Reading,
};

/// A chunk's hash goes before its bytes.
const HASH: &str = "x-chunk-sha256";

/// What is known of bytes on their way.
#[derive(Clone, Default)]
struct Underway {
    /// How many were read to be sent.
    bytes: Arc<AtomicU64>,
    /// What kept them from being read.
    failure: Arc<OnceLock<io::Error>>,
}

impl Sender<'_> {
    /// Sends one chunk, as often as it takes.
    pub(super) async fn send_chunk(
        &self,
        upload: Uuid,
        file: usize,
        index: u64,
        local: &LocalFile,
        pass: &Mutex<Pass>,
    ) -> Result<(), ClientError> {
        let (hash, (start, size)) = {
            let mut pass = pass.lock().await;
            (pass.chunk(index).await?, pass.extent(index))
        };
        let (file, index) = (file.to_string(), index.to_string());
        let sent = self.line.patiently(async || {
            let path = ["uploads", "chunks", &file, &index];
            let request = self.line.request(Method::PUT, &path).await?;
            let request = request.query(&[("reservation_id", upload.to_string())]).header(HASH, &*hash);
            let request = request.header(header::CONTENT_LENGTH, size);
            self.put(request, local, Reading::part(local.clone(), start, size)).await
        });
        match sent.await {
            Ok(arrived) if *arrived.chunk_hash == *hash => Ok(()),
            Err(error) if !error.is(ErrorCode::ChunkMismatch) => Err(error),
            // Either the file is to blame or the way.
            Ok(_) | Err(_) if hash_of(local, start, size).await? == *hash => {
                Err(ClientError::Damaged(local.name.clone()))
            }
            Ok(_) | Err(_) => Err(ClientError::Changed(local.name.clone())),
        }
    }

    /// Sends it once. What of it was counted is taken back when it fails.
    async fn put(
        &self,
        request: RequestBuilder,
        local: &LocalFile,
        reading: Reading,
    ) -> Result<ChunkObject, ClientError> {
        let underway = Underway::default();
        let request = request.body(body(reading, underway.clone(), self.progress.clone()));
        let sent = async { self.line.client.read(self.awake(request, &underway).await?).await };
        let failed = match sent.await {
            Ok(arrived) => return Ok(arrived),
            Err(error) => error,
        };
        self.progress.retreat(underway.bytes.load(Ordering::Relaxed));
        match underway.failure.get() {
            Some(error) => {
                let source = io::Error::new(error.kind(), error.to_string());
                Err(ClientError::Local { name: local.name.clone(), source })
            }
            None => Err(failed),
        }
    }

    /// The answer to a request, unless nothing goes on for a while: neither are bytes taken nor does the answer come.
    async fn awake(&self, request: RequestBuilder, underway: &Underway) -> Result<Response, ClientError> {
        let mut sending = Box::pin(request.send());
        let mut before = 0;
        loop {
            match timeout_at(Instant::now() + SILENCE, &mut sending).await {
                Ok(answer) => return answer.map_err(|error| self.line.client.unreachable(error)),
                Err(_) => {
                    let bytes = underway.bytes.load(Ordering::Relaxed);
                    if bytes == before {
                        return Err(ClientError::Silent);
                    }
                    before = bytes;
                }
            }
        }
    }
}

fn body(reading: Reading, underway: Underway, progress: Arc<dyn Progress>) -> Body {
    let sending = (reading, underway, progress);
    Body::wrap_stream(stream::try_unfold(sending, |(mut reading, underway, progress)| async move {
        match reading.next().await {
            Ok(Some(piece)) => {
                let size = piece.len() as u64;
                underway.bytes.fetch_add(size, Ordering::Relaxed);
                progress.advance(size);
                Ok(Some((piece, (reading, underway, progress))))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                let copy = io::Error::new(error.kind(), error.to_string());
                let _ = underway.failure.set(error);
                Err(copy)
            }
        }
    }))
}

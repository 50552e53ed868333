//! One of those who send the chunks, each to any of the servers.

use std::{
    collections::VecDeque,
    io,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use futures::stream;
use rand::{RngExt, rngs::StdRng};
use reqwest::{Body, Method, RequestBuilder, header};
use serde_json::Value;

use super::{meter::Meter, servers::Urls};
use crate::{Result, client::Room, data};

/// Bytes of every chunk but the last.
pub const CHUNK: u64 = 8 << 20;
/// Bytes that are handed to a socket at once.
const STEP: usize = 256 << 10;

/// What all senders share.
pub struct Upload {
    /// The room, as seen from any server.
    pub room: Room,
    /// What alone is needed to go on with the upload.
    pub token: String,
    /// Bytes of the file.
    pub size: u64,
    /// Chunks that nobody has taken to send yet.
    pub left: Mutex<VecDeque<u64>>,
    /// Where the servers listen.
    pub urls: Urls,
    /// Counts what is sent.
    pub meter: Meter,
}

/// What sending cost beyond the file itself.
#[derive(Default)]
pub struct Cost {
    /// Chunks whose answer never came.
    pub cut: u64,
    /// Of these, chunks that the server had all the same.
    pub arrived: u64,
    /// Bytes handed to a socket for nothing: they had to be sent again.
    pub again: u64,
}

impl Cost {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            cut: self.cut + other.cut,
            arrived: self.arrived + other.arrived,
            again: self.again + other.again,
        }
    }
}

/// A chunk on its way.
struct Chunk {
    index: u64,
    size: u64,
    pieces: Vec<Bytes>,
    hash: String,
}

/// A server, and the room there.
struct Target {
    server: usize,
    url: String,
    room: Room,
}

/// A request whose answer never came.
struct Cut {
    /// Whether the server was killed.
    killed: bool,
    error: reqwest::Error,
}

/// Sends chunks until none is left.
pub async fn send(upload: Arc<Upload>, mut random: StdRng) -> Result<Cost> {
    let mut cost = Cost::default();
    loop {
        let next = upload.left.lock().unwrap_or_else(PoisonError::into_inner).pop_front();
        let Some(index) = next else { return Ok(cost) };
        let size = upload.size;
        let chunk = tokio::task::spawn_blocking(move || Chunk::make(index, size)).await?;
        while let Some((handed, cut)) = upload.put(&chunk, &mut random).await? {
            cost.cut += 1;
            if upload.has(&chunk, &mut random).await? {
                cost.arrived += 1;
                break;
            }
            cut.explained()?;
            cost.again += handed;
        }
    }
}

impl Chunk {
    fn make(index: u64, file: u64) -> Self {
        let pieces: Vec<Bytes> = data::part(index * CHUNK, CHUNK, file).collect();
        let size = pieces.iter().map(|piece| piece.len() as u64).sum();
        let hash = data::hash_of(pieces.iter().cloned());
        Self { index, size, pieces, hash }
    }

    /// What is handed to a socket, a step at a time.
    fn steps(&self) -> impl Iterator<Item = Bytes> + Send + use<> {
        let pieces = self.pieces.clone().into_iter();
        pieces.flat_map(|piece| {
            let starts = (0..piece.len()).step_by(STEP);
            let steps = starts.map(move |start| piece.slice(start..piece.len().min(start + STEP)));
            steps.collect::<Vec<_>>()
        })
    }
}

impl Upload {
    /// Sends a chunk to any server. `None` when it is there; else the bytes handed to a socket before it was cut off.
    async fn put(self: &Arc<Self>, chunk: &Chunk, random: &mut StdRng) -> Result<Option<(u64, Cut)>> {
        let target = self.any(random).await?;
        let handed = Arc::new(AtomicU64::new(0));
        let (upload, server, count) = (self.clone(), target.server, handed.clone());
        let body = stream::unfold(chunk.steps(), move |mut steps| {
            let (upload, count) = (upload.clone(), count.clone());
            async move {
                let step = steps.next()?;
                upload.meter.hand(server, step.len() as u64).await;
                count.fetch_add(step.len() as u64, Relaxed);
                Some((Ok::<_, io::Error>(step), steps))
            }
        });
        let request = target
            .room
            .request(Method::PUT, &format!("/uploads/chunks/0/{}", chunk.index))
            .header(header::CONTENT_LENGTH, chunk.size)
            .header("x-chunk-sha256", &chunk.hash)
            .bearer_auth(&self.token)
            .body(Body::wrap_stream(body));
        match self.answer(&target, request).await? {
            Err(cut) => Ok(Some((handed.load(Relaxed), cut))),
            Ok(answer) if answer["chunk_hash"] == chunk.hash.as_str() => Ok(None),
            Ok(answer) => Err(format!("chunk {}: {answer}", chunk.index).into()),
        }
    }

    /// Asks any server whether a chunk is there, until one answers.
    async fn has(&self, chunk: &Chunk, random: &mut StdRng) -> Result<bool> {
        loop {
            let target = self.any(random).await?;
            let status = format!("/uploads/chunks/status?upload_token={}", self.token);
            match self.answer(&target, target.room.request(Method::GET, &status)).await? {
                Err(cut) => cut.explained()?,
                Ok(status) => {
                    let chunks = status["chunk_details"].as_array().ok_or("a status without its chunks")?;
                    return Ok(chunks.iter().any(|there| there["chunk_index"] == chunk.index));
                }
            }
        }
    }

    /// Any server that runs; waits while there is none.
    async fn any(&self, random: &mut StdRng) -> Result<Target> {
        let mut urls = self.urls.clone();
        let urls = urls.wait_for(|urls| urls.iter().any(Option::is_some)).await?;
        let up: Vec<_> = urls.iter().enumerate().filter_map(|(at, url)| Some((at, url.as_ref()?))).collect();
        let (server, url) = up[random.random_range(0..up.len())];
        Ok(Target { server, url: url.clone(), room: self.room.at(url) })
    }

    /// What was answered. That a request is refused is an error.
    async fn answer(
        &self,
        target: &Target,
        request: RequestBuilder,
    ) -> Result<std::result::Result<Value, Cut>> {
        let answered = async {
            let response = request.send().await?;
            Ok((response.status(), response.text().await?))
        };
        match answered.await {
            Ok((status, text)) if status.is_success() => Ok(Ok(serde_json::from_str(&text)?)),
            Ok((status, text)) => Err(format!("{status}: {text}").into()),
            Err(error) => {
                let killed = self.urls.borrow()[target.server].as_ref() != Some(&target.url);
                Ok(Err(Cut { killed, error }))
            }
        }
    }
}

impl Cut {
    /// Only a kill may break a connection.
    fn explained(self) -> Result {
        if self.killed { Ok(()) } else { Err(format!("nobody killed the server: {:?}", self.error).into()) }
    }
}

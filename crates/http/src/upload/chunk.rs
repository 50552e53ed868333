use std::sync::{Arc, OnceLock};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, StatusCode, header},
};
use bytes::Bytes;
use elizabeth_core::{
    Error, Invalid, Result,
    content::Sha256Hash,
    name::RoomRef,
    service::{BegunChunk, ChunkRequest, UploadAccess},
    upload::Chunk,
};

use tokio::time::timeout;

use super::{
    chunk_form::ChunkForm,
    multipart::{Boundary, Multipart},
    raw::RawBody,
    sink::ByteSink,
    transfer::{Source, begin, receive, timed_out},
};
use crate::{
    body::{drain, refuse},
    extract::UploadCredential,
    headers::{announced_length, content_digest},
    problem::{Problem, RequestCode},
    state::AppState,
};

static X_CHUNK_SHA256: HeaderName = HeaderName::from_static("x-chunk-sha256");

/// Reads what the head of a PUT says of the chunk that it brings.
///
/// # Errors
///
/// When a header is malformed, or two of them name different hashes.
pub(crate) fn read_chunk_head(file: u64, index: u64, headers: &HeaderMap) -> Result<ChunkRequest, Problem> {
    let size = announced_length(headers)?;
    let plain = headers.get(&X_CHUNK_SHA256).map(|value| {
        let text = value.to_str().map_err(|_| Invalid::Hash)?;
        Sha256Hash::parse(text.trim())
    });
    let hashes = [plain.transpose()?, content_digest(headers)?];
    if let [Some(plain), Some(digest)] = hashes
        && plain != digest
    {
        let text = "header: x-chunk-sha256 and Content-Digest name different hashes";
        return Err(Problem::new(RequestCode::InvalidHeader, text));
    }
    Ok(ChunkRequest { file, index, size, sha256: hashes.into_iter().flatten().next() })
}

/// Stores a body as one chunk. Nothing of it is asked for before the chunk has its place, where the client waits for
/// that (RFC 9110, section 10.1.1), and nothing at all where the chunk is there.
pub(crate) async fn put_chunk(
    state: &AppState,
    room: RoomRef,
    access: UploadAccess,
    request: ChunkRequest,
    headers: &HeaderMap,
    body: Body,
) -> Result<Chunk, Problem> {
    match begin_chunk(state, room, access, request, Arc::default()).await {
        Ok(ChunkSink { begun: BegunChunk::Stored(chunk), .. }) if headers.contains_key(header::EXPECT) => {
            Ok(chunk)
        }
        Ok(sink) => receive(state, sink, RawBody::new("", body)).await,
        Err(problem) => {
            refuse(headers, body);
            Err(problem.closing())
        }
    }
}

/// Stores the data of a form as one chunk, by the token in the form or by what the request shows besides.
pub(crate) async fn send_chunk(
    state: &AppState,
    room: RoomRef,
    credential: UploadCredential,
    boundary: &Boundary,
    body: Body,
) -> Result<Chunk, Problem> {
    let mut form = ChunkForm::new(Multipart::new(body, boundary));
    let read = async {
        let patience = state.app().policy().upload_lease;
        let fields = timeout(patience, form.fields()).await.unwrap_or_else(|_| Err(timed_out()))?;
        let credential = credential.or_token(fields.token);
        if credential.is_empty() {
            let text = "form: upload_token is missing";
            return Err(Problem::new(RequestCode::InvalidMultipart, text));
        }
        begin_chunk(state, room, credential.by_query()?, fields.request, form.late_hash()).await
    };
    match read.await {
        Ok(sink) => receive(state, sink, form).await,
        Err(problem) => {
            if problem.status() != StatusCode::REQUEST_TIMEOUT {
                drain(form.into_body());
            }
            Err(problem.closing())
        }
    }
}

/// Begins a chunk beside the request, see [`begin`].
async fn begin_chunk(
    state: &AppState,
    room: RoomRef,
    access: UploadAccess,
    request: ChunkRequest,
    late_hash: Arc<OnceLock<Sha256Hash>>,
) -> Result<ChunkSink, Problem> {
    let app = state.app().clone();
    let begun = async move {
        let begun = app.begin_chunk(&room, &access, request).await?;
        Ok::<_, Error>(ChunkSink { begun, skipped: 0, late_hash })
    };
    begin(state, begun).await
}

/// Where a chunk's bytes go.
struct ChunkSink {
    begun: BegunChunk,
    /// Bytes that came though the chunk is there.
    skipped: u64,
    /// The hash that the chunk is to have, where that comes behind its bytes.
    late_hash: Arc<OnceLock<Sha256Hash>>,
}

/// A chunk is kept whole or not at all.
impl ByteSink for ChunkSink {
    type Kept = Chunk;

    async fn write(&mut self, bytes: Bytes) -> Result<()> {
        match &mut self.begun {
            BegunChunk::Writing(writer) => writer.write(bytes).await,
            BegunChunk::Stored(chunk) => {
                self.skipped = self.skipped.saturating_add(bytes.len() as u64);
                if self.skipped > chunk.size {
                    let text = format!("it is longer than the {} bytes of its index", chunk.size);
                    return Err(Error::ChunkMismatch(text));
                }
                Ok(())
            }
        }
    }

    async fn finish(self) -> Result<Chunk> {
        match self.begun {
            BegunChunk::Writing(mut writer) => {
                if let Some(hash) = self.late_hash.get() {
                    writer.claim(*hash);
                }
                writer.finish().await
            }
            // Its hash came in front.
            BegunChunk::Stored(chunk) => Ok(chunk),
        }
    }

    async fn abort(self) {
        match self.begun {
            BegunChunk::Writing(writer) => writer.abort().await,
            BegunChunk::Stored(_) => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    const DIGEST: &str = "sha-256=:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=:";

    fn read(headers: &[(&'static str, &str)]) -> Result<Option<String>, u16> {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let read = read_chunk_head(0, 0, &map).map_err(|problem| problem.status().as_u16())?;
        Ok(read.sha256.map(Sha256Hash::to_hex))
    }

    #[test]
    fn a_hash_comes_in_either_header() {
        let known = Ok(Some(HEX.to_owned()));
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("x-chunk-sha256", HEX)]), known);
        assert_eq!(read(&[("x-chunk-sha256", &format!("sha256:{HEX}"))]), known);
        assert_eq!(read(&[("content-digest", DIGEST)]), known);
        assert_eq!(read(&[("content-digest", &format!("sha-512=:eA==:, {DIGEST}"))]), known);
        assert_eq!(read(&[("content-digest", "sha-512=:eA==:")]), Ok(None));
        assert_eq!(read(&[("content-digest", DIGEST), ("x-chunk-sha256", HEX)]), known);
        for bad in [
            [("x-chunk-sha256", "x"), ("x-x", "")],
            [("content-digest", "sha-256=:eA==:"), ("x-x", "")],
            [("content-digest", "sha-256=x"), ("x-x", "")],
            [("content-digest", DIGEST), ("x-chunk-sha256", &HEX.replace('e', "f"))],
            [("content-range", "bytes 0-1/2"), ("x-x", "")],
        ] {
            assert_eq!(read(&bad), Err(400), "{bad:?}");
        }
    }
}

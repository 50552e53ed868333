//! Sending large files: in chunks, several at a time, going on with what an earlier call has left.

mod begin;
mod chunk;

use std::{collections::BTreeMap, ops::RangeInclusive, sync::Arc, time::Duration};

use elizabeth_api::{CompleteUpload, CompletedUpload};
use elizabeth_core::{
    ErrorCode,
    policy::{CHUNK_SIZE_MAX, CHUNKS_MAX},
};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Method, StatusCode};
use serde_json::Value;
use tokio::sync::Mutex;
use uuid::Uuid;

use self::begin::{Begun, File, Stale};
use crate::{
    Content, client,
    error::ClientError,
    line::Line,
    local_file::LocalFile,
    pass::Pass,
    progress::{Event, Progress},
    session::Session,
    upload::UploadOptions,
};

/// Bytes of a chunk, unless a file would have too many of them. What is not larger is sent in one piece.
const CHUNK_SIZE: u64 = 8 << 20;
/// How many chunks can be on their way at once.
pub const PARALLEL: RangeInclusive<u64> = 1..=16;

/// How large files are sent.
#[derive(Clone, Copy, Debug)]
pub struct ChunkOptions {
    /// How many chunks are on their way at once, in the range of [`PARALLEL`].
    pub parallel: usize,
    /// How long a request that fails is tried again, after it has failed first.
    pub patience: Duration,
    /// Whether a later call can go on with what this one leaves: an owner's can, or one in the same session.
    pub resumable: bool,
}

/// A file to be sent, and its place among all files that the caller has.
pub type Placed = (usize, LocalFile);

/// Whether a file is better sent in chunks: when it is larger than 8 MiB, can be read again by a later process, and has
/// no more chunks than an upload may have.
pub fn is_large(file: &LocalFile) -> bool {
    file.is_lasting() && file.size > CHUNK_SIZE && file.size.div_ceil(CHUNK_SIZE_MAX) <= CHUNKS_MAX
}

/// Cuts files into as few uploads as it takes, each of at most `most` files and no more chunks than an upload may have.
/// A manifest holds 1,000 files.
pub fn uploads_of(files: Vec<Placed>, most: usize) -> Vec<Vec<Placed>> {
    let mut uploads: Vec<Vec<Placed>> = Vec::new();
    for file in files {
        match uploads.last_mut() {
            Some(upload) if upload.len() < most && fits(upload, &file) => upload.push(file),
            Some(_) | None => uploads.push(vec![file]),
        }
    }
    uploads
}

fn fits(upload: &[Placed], next: &Placed) -> bool {
    let sizes = upload.iter().chain([next]).map(|(_, file)| file.size);
    chunks(sizes, CHUNK_SIZE_MAX) <= CHUNKS_MAX
}

fn chunks(sizes: impl Iterator<Item = u64>, chunk_size: u64) -> u64 {
    sizes.map(|size| size.div_ceil(chunk_size)).sum()
}

/// Bytes of every chunk of an upload of these files: doubled until there are not too many.
fn chunk_size(files: &[Placed]) -> u64 {
    let sizes = || files.iter().map(|(_, file)| file.size);
    let mut size = CHUNK_SIZE;
    while size < CHUNK_SIZE_MAX && chunks(sizes(), size) > CHUNKS_MAX {
        size *= 2;
    }
    size
}

/// Why an upload in chunks did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum UploadError {
    /// The same call will not do better.
    #[error(transparent)]
    Failed(#[from] ClientError),
    /// What has arrived is kept, and the same call made later goes on with it.
    #[error("{0}; what has arrived can be gone on with")]
    Unfinished(ClientError),
}

/// Sends files as one upload, or goes on with the one that an earlier call has left of them. What they became is put
/// into `stored` by the files' places, each as soon as it is whole. Cancelling it leaves what has arrived to the next
/// call, for as long as the server keeps it.
///
/// # Errors
///
/// [`UploadError::Unfinished`] where the call may be repeated to go on. What `stored` has by then is stored.
pub async fn upload_in_chunks(
    session: &mut Session,
    files: Vec<Placed>,
    options: &UploadOptions,
    chunks: ChunkOptions,
    progress: &Arc<dyn Progress>,
    stored: &mut BTreeMap<usize, Value>,
) -> Result<(), UploadError> {
    let line = Line::new(session, chunks.patience);
    let sender = Sender { line, options, chunks, progress };
    sender.send(files, stored).await
}

struct Sender<'a> {
    line: Line<'a>,
    options: &'a UploadOptions,
    chunks: ChunkOptions,
    progress: &'a Arc<dyn Progress>,
}

impl Sender<'_> {
    async fn send(
        &self,
        mut files: Vec<Placed>,
        stored: &mut BTreeMap<usize, Value>,
    ) -> Result<(), UploadError> {
        while !files.is_empty() {
            let begun = self.line.patiently(async || self.begin(&files).await).await?;
            let (id, files_begun) = match begun {
                Begun::Upload { id, files } => (id, files),
                Begun::Stale(uploads) => {
                    for stale in uploads {
                        files = self.give_up(stale, files, stored).await?;
                    }
                    continue;
                }
            };
            let mut leaving = Leaving { progress: &**self.progress, reported: self.chunks.resumable };
            let sent = self.go_on(id, files_begun, stored).await;
            leaving.reported = false;
            return sent.map_err(|error| self.unfinished(error));
        }
        Ok(())
    }

    /// Sends what is missing of every file, one file after the other.
    async fn go_on(
        &self,
        upload: Uuid,
        files: Vec<File>,
        stored: &mut BTreeMap<usize, Value>,
    ) -> Result<(), ClientError> {
        let arrived: u64 = files.iter().map(File::arrived).sum();
        if arrived > 0 {
            let size = files.iter().map(|file| file.local.size).sum();
            self.progress.event(Event::Resumed { arrived, size });
            self.progress.already(arrived);
        }
        for (index, file) in files.into_iter().enumerate() {
            let File { place, local, pass, there } = file;
            let missing: Vec<u64> = (0..pass.total()).filter(|chunk| !there.contains(chunk)).collect();
            let pass = Mutex::new(pass);
            stream::iter(missing)
                .map(|chunk| self.send_chunk(upload, index, chunk, &local, &pass))
                .buffer_unordered(self.chunks.parallel)
                .try_collect::<()>()
                .await?;
            let content = self.complete(upload, index, &local, &mut pass.into_inner()).await?;
            stored.extend(content.map(|content| (place, content)));
        }
        Ok(())
    }

    /// A file all of whose chunks are there becomes a content. Asking twice is as good as asking once; `None` when it
    /// was a content before, and is gone by now.
    async fn complete(
        &self,
        upload: Uuid,
        index: usize,
        local: &LocalFile,
        pass: &mut Pass,
    ) -> Result<Option<Value>, ClientError> {
        let hash = pass.whole().await?;
        let body = CompleteUpload {
            reservation_id: upload,
            final_hash: Some(hash.clone()),
            file_index: Some(index as u64),
        };
        let completed = self.line.patiently(async || {
            let path = ["uploads", "chunks", "complete"];
            let request = self.line.request(Method::POST, &path).await?.json(&body);
            let client = &self.line.client;
            // The server may have to read the whole file first.
            let answer = request.send().await.map_err(|error| client.unreachable(error))?;
            client.read::<CompletedUpload<'static, Value>>(answer).await
        });
        match completed.await {
            Ok(CompletedUpload { content, .. }) if client::read::<Content>(&content)?.sha256 == hash => {
                Ok(Some(content))
            }
            Ok(_) => Err(ClientError::Damaged(local.name.clone())),
            Err(error) if error.is(ErrorCode::ContentNotFound) => {
                self.progress.event(Event::Gone { name: &local.name });
                Ok(None)
            }
            Err(error) if error.is(ErrorCode::HashMismatch) => {
                // The chunks that are there are of no use, to a later call either.
                self.abandon(upload).await?;
                Err(ClientError::Damaged(local.name.clone()))
            }
            Err(error) => Err(error),
        }
    }

    /// Gives up an upload of files that have changed since. Those of its files that were whole and have not changed
    /// need not be sent again; what is left to be sent.
    async fn give_up(
        &self,
        stale: Stale,
        mut files: Vec<Placed>,
        stored: &mut BTreeMap<usize, Value>,
    ) -> Result<Vec<Placed>, ClientError> {
        for (index, mut file) in stale.whole {
            let content = self.complete(stale.id, index, &file.local, &mut file.pass).await?;
            self.progress.already(file.local.size);
            stored.extend(content.map(|content| (file.place, content)));
            files.retain(|(place, _)| *place != file.place);
        }
        self.abandon(stale.id).await?;
        self.progress.event(Event::Restarted { names: &stale.changed });
        Ok(files)
    }

    /// Gives back what an upload holds; one that is gone holds nothing.
    async fn abandon(&self, upload: Uuid) -> Result<(), ClientError> {
        let upload = upload.to_string();
        let path = ["uploads", "chunks", &upload];
        let given_up =
            self.line.patiently(async || self.line.call::<Value>(Method::DELETE, &path, &[]).await).await;
        match given_up {
            Err(error) if matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => Ok(()),
            given_up => given_up.map(drop),
        }
    }

    fn unfinished(&self, error: ClientError) -> UploadError {
        if self.chunks.resumable && error.may_be_gone_on_with() {
            UploadError::Unfinished(error)
        } else {
            UploadError::Failed(error)
        }
    }
}

/// Reports what can be done when the work is broken off: then it is dropped in the middle.
struct Leaving<'a> {
    progress: &'a dyn Progress,
    reported: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if self.reported {
            self.progress.event(Event::Interrupted);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;

    /// Files of these sizes, of which no byte takes space.
    fn placed(sizes: &[u64]) -> Vec<Placed> {
        let folder = tempfile::tempdir().unwrap();
        let file = |(i, size): (usize, &u64)| {
            let path = folder.path().join(i.to_string());
            File::create(&path).unwrap().set_len(*size).unwrap();
            LocalFile::find(&path).unwrap()
        };
        sizes.iter().enumerate().map(file).enumerate().collect()
    }

    #[test]
    fn chunks_grow_with_the_file_and_files_are_spread_over_uploads() {
        const GIB: u64 = 1 << 30;
        for (sizes, size) in [
            (&[CHUNK_SIZE + 1][..], CHUNK_SIZE),
            (&[128 * GIB], CHUNK_SIZE),
            (&[128 * GIB + 1], 2 * CHUNK_SIZE),
            (&[128 * GIB, 128 * GIB], 2 * CHUNK_SIZE),
            (&[1024 * GIB], CHUNK_SIZE_MAX),
        ] {
            assert_eq!(chunk_size(&placed(sizes)), size, "{sizes:?}");
        }
        let files = placed(&[CHUNK_SIZE, CHUNK_SIZE + 1, 1024 * GIB, 1024 * GIB + 1]);
        let large: Vec<bool> = files.iter().map(|(_, file)| is_large(file)).collect();
        assert_eq!(large, [false, true, true, false]);

        let lengths = |sizes: &[u64], most| -> Vec<usize> {
            uploads_of(placed(sizes), most).iter().map(Vec::len).collect()
        };
        assert_eq!(lengths(&[GIB; 5], 2), [2, 2, 1]);
        assert_eq!(lengths(&[512 * GIB, 512 * GIB, GIB], 9), [2, 1]);
        assert!(uploads_of(Vec::new(), 9).is_empty());
    }
}

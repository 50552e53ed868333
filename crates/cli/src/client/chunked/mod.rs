//! Sending large files: in chunks, several at a time, going on with what an earlier command has left.

mod begin;
mod chunk;
mod object;

use std::{collections::BTreeMap, ops::RangeInclusive, time::Duration};

use elizabeth_core::policy::{CHUNK_SIZE_MAX, CHUNKS_MAX};
use futures::{StreamExt, TryStreamExt, stream};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::sync::Mutex;

use self::{
    begin::{Begun, File, Stale},
    object::Completed,
};
use super::{ClientError, Content, Session, Upload, line::Line, pass::Pass};
use crate::{error::Error, files::LocalFile, progress::Progress, units::human_size};

/// Bytes of a chunk, unless a file would have too many of them. What is not larger is sent in one piece.
const CHUNK_SIZE: u64 = 8 << 20;
/// How many chunks can be on their way at once.
pub(crate) const PARALLEL: RangeInclusive<u64> = 1..=16;

/// How large files are sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Way {
    /// How many chunks are on their way at once: [`PARALLEL`].
    pub(crate) parallel: usize,
    /// How long a request that fails is tried again.
    pub(crate) patience: Duration,
    /// Whether a later command can go on with what this one leaves.
    pub(crate) resumable: bool,
}

/// A file to be sent, and its place among all files of the command.
pub(crate) type Placed = (usize, LocalFile);

/// Whether a file is sent in chunks: when it is larger than one, can be read again by a later command, and has no more
/// chunks than an upload may have.
pub(crate) fn is_large(file: &LocalFile) -> bool {
    file.is_lasting() && file.size > CHUNK_SIZE && file.size.div_ceil(CHUNK_SIZE_MAX) <= CHUNKS_MAX
}

/// Cuts files into as few uploads as it takes, each of at most `most` files and no more chunks than an upload may have.
pub(crate) fn uploads_of(files: Vec<Placed>, most: usize) -> Vec<Vec<Placed>> {
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

/// Sends files as one upload, or goes on with the one that an earlier command has left of them. What they became is
/// put into `stored`, each file as soon as it is whole. Cancelling it leaves what has arrived to the next command, for
/// as long as the server keeps it.
pub(crate) async fn send_large(
    session: &mut Session,
    files: Vec<Placed>,
    upload: &Upload,
    way: Way,
    progress: &Progress,
    stored: &mut BTreeMap<usize, Value>,
) -> Result<(), Error> {
    let line = Line::new(session, way.patience);
    let sender = Sender { line, upload, way, progress };
    sender.send(files, stored).await
}

struct Sender<'a> {
    line: Line<'a>,
    upload: &'a Upload,
    way: Way,
    progress: &'a Progress,
}

impl Sender<'_> {
    async fn send(&self, mut files: Vec<Placed>, stored: &mut BTreeMap<usize, Value>) -> Result<(), Error> {
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
            let mut leaving = Leaving { progress: self.progress, told: self.way.resumable };
            let sent = self.go_on(&id, files_begun, stored).await;
            leaving.told = false;
            return sent.map_err(|error| self.unfinished(error));
        }
        Ok(())
    }

    /// Sends what is missing of every file, one file after the other.
    async fn go_on(
        &self,
        upload: &str,
        files: Vec<File>,
        stored: &mut BTreeMap<usize, Value>,
    ) -> Result<(), ClientError> {
        let arrived: u64 = files.iter().map(File::arrived).sum();
        if arrived > 0 {
            let size = files.iter().map(|file| file.local.size).sum();
            let (arrived_text, size) = (human_size(arrived), human_size(size));
            self.progress.remark(&format!("{arrived_text} of {size} are there already"));
            self.progress.already(arrived);
        }
        for (index, file) in files.into_iter().enumerate() {
            let File { place, local, pass, there } = file;
            let missing: Vec<u64> = (0..pass.total()).filter(|chunk| !there.contains(chunk)).collect();
            let pass = Mutex::new(pass);
            stream::iter(missing)
                .map(|chunk| self.send_chunk(upload, index, chunk, &local, &pass))
                .buffer_unordered(self.way.parallel)
                .try_collect::<()>()
                .await?;
            let content = self.complete(upload, index, &local, &mut pass.into_inner()).await?;
            stored.extend(content.map(|content| (place, content)));
        }
        Ok(())
    }

    /// A file all of whose chunks are there becomes a content. Asking twice is as good as asking once; `None` when it was
    /// a content before, and is gone by now.
    async fn complete(
        &self,
        upload: &str,
        index: usize,
        local: &LocalFile,
        pass: &mut Pass,
    ) -> Result<Option<Value>, ClientError> {
        let hash = pass.whole().await?;
        let body = json!({"reservation_id": upload, "file_index": index, "final_hash": hash});
        let completed = self.line.patiently(async || {
            let path = ["uploads", "chunks", "complete"];
            let request = self.line.request(Method::POST, &path).await?.json(&body);
            let client = &self.line.client;
            // The server may have to read the whole file first.
            let answer = request.send().await.map_err(|error| client.unreachable(error))?;
            client.read::<Completed>(answer).await
        });
        match completed.await {
            Ok(Completed { content }) if Content::of(&content)?.sha256 == hash => Ok(Some(content)),
            Ok(_) => Err(ClientError::Damaged(local.name.clone())),
            Err(error) if error.is("content_not_found") => {
                self.progress.remark(&format!("{}: was complete, and is gone by now", local.name));
                Ok(None)
            }
            Err(error) if error.is("hash_mismatch") => {
                // The chunks that are there are no good, to a later command either.
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
    ) -> Result<Vec<Placed>, Error> {
        for (index, mut file) in stale.whole {
            let content = self.complete(&stale.id, index, &file.local, &mut file.pass).await?;
            self.progress.already(file.local.size);
            stored.extend(content.map(|content| (file.place, content)));
            files.retain(|(place, _)| *place != file.place);
        }
        self.abandon(&stale.id).await?;
        let names = stale.changed.join(", ");
        self.progress.remark(&format!("{names}: changed since the upload was broken off; it begins anew"));
        Ok(files)
    }

    /// Gives back what an upload holds; one that is gone holds nothing.
    async fn abandon(&self, upload: &str) -> Result<(), ClientError> {
        let path = ["uploads", "chunks", upload];
        let given_up = self
            .line
            .patiently(async || self.line.call::<Value>(Method::DELETE, &path, &[], None).await)
            .await;
        match given_up {
            Err(error) if matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => Ok(()),
            given_up => given_up.map(drop),
        }
    }

    /// A failure after which the same command goes on says so.
    fn unfinished(&self, error: ClientError) -> Error {
        let later =
            matches!(error.status(), Some(StatusCode::UNAUTHORIZED | StatusCode::INSUFFICIENT_STORAGE));
        if self.way.resumable && (error.may_pass() || later) {
            Error::Unfinished(error)
        } else {
            error.into()
        }
    }
}

/// Says what can be done when the work is broken off by a signal: then it is dropped in the middle.
struct Leaving<'a> {
    progress: &'a Progress,
    told: bool,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        if self.told {
            self.progress.remark("broken off; the same command goes on with what has arrived");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::File;

    use super::*;
    use crate::files;

    /// Files of these sizes, of which no byte takes space.
    fn placed(sizes: &[u64]) -> Vec<Placed> {
        let folder = tempfile::tempdir().unwrap();
        for (i, size) in sizes.iter().enumerate() {
            File::create(folder.path().join(i.to_string())).unwrap().set_len(*size).unwrap();
        }
        let found = files::find(&[folder.path().to_owned()], None).unwrap();
        found.files.into_iter().enumerate().collect()
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

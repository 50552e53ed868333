use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

use elizabeth_api::{
    ChunkedManifest, ChunkedManifestFile, ChunkedReservation, Instant, Size, UploadFileProgress, UploadState,
    UploadUnderWay,
};
use elizabeth_core::{ports::Clock, system::SystemClock};
use reqwest::{Method, StatusCode};
use unicode_normalization::UnicodeNormalization;
use uuid::Uuid;

use super::{Placed, Sender, chunk_size};
use crate::{error::ClientError, local_file::LocalFile, pass::Pass, session::behind, upload::UploadOptions};

type Listed = UploadUnderWay<'static>;

/// How far this machine's clock and the server's may be apart.
const SKEW: Duration = Duration::from_secs(300);

/// What there is to go on with.
pub(super) enum Begun {
    /// An upload, of this run or of an earlier one.
    Upload { id: Uuid, files: Vec<File> },
    /// Uploads of these files as they were.
    Stale(Vec<Stale>),
}

/// A file of an upload.
pub(super) struct File {
    /// Its place among all files of the command.
    pub(super) place: usize,
    pub(super) local: LocalFile,
    pub(super) pass: Pass,
    /// Its chunks that have arrived.
    pub(super) there: BTreeSet<u64>,
}

/// An upload of files that have changed since.
pub(super) struct Stale {
    pub(super) id: Uuid,
    /// The files that have changed.
    pub(super) changed: Vec<String>,
    /// Those that have become contents and have not changed, by their place in the upload.
    pub(super) whole: Vec<(usize, File)>,
}

impl File {
    fn new((place, local): &Placed, chunk_size: Option<u64>) -> Result<Self, ClientError> {
        let size = chunk_size.filter(|&size| size > 0);
        let size = size.ok_or(ClientError::Foreign("its chunks have no size"))?;
        let pass = Pass::new(local.clone(), size);
        Ok(Self { place: *place, local: local.clone(), pass, there: BTreeSet::new() })
    }

    /// Bytes that have arrived.
    pub(super) fn arrived(&self) -> u64 {
        self.there.iter().map(|&index| self.pass.extent(index).1).sum()
    }

    /// Compares the file with what has arrived of it; whether it is the same.
    async fn compare(&mut self, arrived: BTreeMap<u64, String>) -> Result<bool, ClientError> {
        for (index, hash) in arrived {
            if index >= self.pass.total() || *self.pass.chunk(index).await? != *hash {
                return Ok(false);
            }
            self.there.insert(index);
        }
        Ok(true)
    }
}

impl Sender<'_> {
    /// Finds the upload that an earlier command has left of these files, or makes one, which takes their space. Doing
    /// it again finds what was made, should its answer have been lost.
    pub(super) async fn begin(&self, files: &[Placed]) -> Result<Begun, ClientError> {
        let page =
            async |after| Ok(self.line.request(Method::GET, &["uploads"]).await?.query(&behind(after)));
        let listed: Vec<Listed> = self.line.client.list(page).await?;
        let mut stale = Vec::new();
        for listed in listed.into_iter().filter(|it| it.mine && is_of(it, files, self.options)) {
            let id = listed.reservation_id.to_string();
            let query = [("reservation_id", id.as_str())];
            let status = match self.line.call(Method::GET, &["uploads", "chunks", "status"], &query).await {
                // It has just come to its end.
                Err(error) if matches!(error.status(), Some(StatusCode::NOT_FOUND | StatusCode::GONE)) => {
                    continue;
                }
                status => status?,
            };
            match compare(listed, status, files).await? {
                Begun::Stale(changed) => stale.extend(changed),
                begun @ Begun::Upload { .. } => return Ok(begun),
            }
        }
        if stale.is_empty() { self.prepare(files).await } else { Ok(Begun::Stale(stale)) }
    }

    async fn prepare(&self, files: &[Placed]) -> Result<Begun, ClientError> {
        let chunk_size = Some(Size(chunk_size(files).into()));
        let entry = |(_, file): &Placed| ChunkedManifestFile {
            name: file.name.clone(),
            size: Size(file.size.into()),
            mime: None,
            chunk_size,
            file_hash: None,
            max_downloads: self.options.max_downloads,
            expire_at: self.options.expire_at,
        };
        let manifest = ChunkedManifest { files: files.iter().map(entry).collect() };
        let path = ["uploads", "chunks", "prepare"];
        let prepared: ChunkedReservation<'_> = self.line.send(Method::POST, &path, &manifest).await?;
        if prepared.files.len() != files.len() {
            return Err(ClientError::Foreign("it made an upload of another number of files"));
        }
        let begun = files.iter().zip(&prepared.files).map(|(file, made)| File::new(file, made.chunk_size));
        Ok(Begun::Upload { id: prepared.reservation_id, files: begun.collect::<Result<_, _>>()? })
    }
}

/// Whether an upload is one of these files, by what is known of them.
fn is_of(listed: &Listed, files: &[Placed], upload: &UploadOptions) -> bool {
    let same = |(UploadFileProgress { file: made, .. }, (_, local)): (&UploadFileProgress<'_>, &Placed)| {
        made.name.nfc().eq(local.name.nfc())
            && made.size == local.size
            && made.chunk_size.is_some()
            && made.max_downloads == upload.max_downloads
            && is_deadline(made.expire_at, upload.expire_at, listed.started_at)
    };
    listed.files.len() == files.len() && listed.files.iter().zip(files).all(same)
}

/// Whether a deadline is the one that the same command has asked for when the upload was made: so long before the one
/// that it asks for now as the upload is old.
fn is_deadline(made: Option<Instant>, asked: Option<Instant>, Instant(started_at): Instant) -> bool {
    let (made, asked) = match (made, asked) {
        (None, None) => return true,
        (Some(Instant(made)), Some(Instant(asked))) => (made, asked),
        (Some(_), None) | (None, Some(_)) => return false,
    };
    let age = SystemClock.now().since(started_at);
    made <= asked.saturating_add(SKEW) && asked.since(made) <= age.saturating_add(SKEW)
}

/// Compares files with what has arrived of them.
async fn compare(listed: Listed, status: UploadState<'_>, files: &[Placed]) -> Result<Begun, ClientError> {
    let mut arrived: Vec<BTreeMap<u64, String>> = vec![BTreeMap::new(); files.len()];
    for detail in status.chunk_details {
        if let Some(of_file) = arrived.get_mut(detail.file_index as usize) {
            of_file.insert(detail.chunk_index, detail.chunk_hash.into_owned());
        }
    }
    let (mut same, mut changed) = (Vec::new(), Vec::new());
    for (index, ((file, made), arrived)) in files.iter().zip(&listed.files).zip(arrived).enumerate() {
        let mut compared = File::new(file, made.file.chunk_size)?;
        if compared.compare(arrived).await? {
            same.push((index, compared));
        } else {
            changed.push(compared.local.name);
        }
    }
    if changed.is_empty() {
        let files = same.into_iter().map(|(_, file)| file).collect();
        return Ok(Begun::Upload { id: listed.reservation_id, files });
    }
    let is_content = |index: usize| status.files.get(index).is_some_and(|file| file.content_id.is_some());
    same.retain(|(index, _)| is_content(*index));
    Ok(Begun::Stale(vec![Stale { id: listed.reservation_id, changed, whole: same }]))
}

#[cfg(test)]
mod tests {
    use elizabeth_core::time::Timestamp;

    use super::*;

    #[test]
    fn a_deadline_of_the_same_command_is_known() {
        let now = SystemClock.now();
        let instant = |seconds: u64| Instant(now.saturating_add(Duration::from_secs(seconds)));
        let is = |made: Option<u64>, asked: Option<u64>| {
            is_deadline(made.map(instant), asked.map(instant), instant(0))
        };
        assert!(is(None, None));
        assert!(!is(Some(7_200), None) && !is(None, Some(7_200)));
        assert!(is(Some(7_200), Some(7_200)) && is(Some(7_200), Some(7_100)));
        assert!(!is(Some(3_600), Some(7_200)) && !is(Some(7_200), Some(3_600)));
        // An hour ago it was asked for with the same words.
        let hour = |seconds: i64| Instant(Timestamp::from_secs(now.as_secs() + seconds));
        let asked = hour(7_200);
        assert!(is_deadline(Some(hour(3_600)), Some(asked), hour(-3_600)));
        assert!(!is_deadline(Some(hour(-600)), Some(asked), hour(-3_600)));
    }
}

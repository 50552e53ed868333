use std::ops::Range;

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    Elizabeth, Error, Result,
    content::{Content, Place, StoredContent, map_range},
    id::ContentId,
    name::RoomRef,
    ports::{BlobError, BlobStream},
};

/// A content that the caller may read, found and live; not yet opened, and not yet counted.
pub struct Readable {
    pub(super) app: Elizabeth,
    pub(super) stored: StoredContent,
}

impl Elizabeth {
    /// Finds a content to read. Counts nothing.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW; [`Error::ContentNotFound`]; [`Error::ContentExpired`];
    /// [`Error::DownloadsSpent`].
    pub async fn readable(&self, room: &RoomRef, token: Option<&str>, id: ContentId) -> Result<Readable> {
        Ok(Readable { app: self.clone(), stored: self.stored_content(room, token, id).await? })
    }

    /// Stores the downloads counted since the last time. Those of contents that limit them are stored at once and
    /// never lost; these are for information, and gathered, so that reading does not write.
    ///
    /// # Errors
    ///
    /// When the store fails; the counts are kept for the next time then.
    pub async fn flush_downloads(&self) -> Result<()> {
        let counted = match self.downloads.lock() {
            Ok(mut counted) => std::mem::take(&mut *counted),
            Err(poisoned) => std::mem::take(&mut *poisoned.into_inner()),
        };
        if counted.is_empty() {
            return Ok(());
        }
        let stored = self.store_downloads(counted.iter().map(|(&id, &count)| (id, count))).await;
        if stored.is_err() {
            for (id, count) in counted {
                self.add_downloads(id, count);
            }
        }
        stored
    }

    async fn store_downloads(&self, counted: impl Iterator<Item = (ContentId, u64)> + Send) -> Result<()> {
        let mut tx = self.ports.store.begin().await?;
        for (id, count) in counted {
            tx.add_downloads(id, count).await?;
        }
        Ok(tx.commit().await?)
    }

    fn add_downloads(&self, id: ContentId, count: u64) {
        let mut counted = match self.downloads.lock() {
            Ok(counted) => counted,
            Err(poisoned) => poisoned.into_inner(),
        };
        *counted.entry(id).or_default() += count;
    }
}

impl Readable {
    /// The content.
    pub fn content(&self) -> &Content {
        &self.stored.content
    }

    /// Opens the bytes of a range within the content, or all of them. Counts a download where it begins at the
    /// first byte. Of a content that limits its downloads the whole is sent, whatever the range, and each opening
    /// counts, in one atomic step.
    ///
    /// # Errors
    ///
    /// [`Error::DownloadsSpent`] when somebody else had the last one; [`Error::ContentNotFound`] when it was deleted
    /// meanwhile; [`Error::Blob`] when the first bytes cannot be read. Later failures are errors of the stream: it never ends early as if it were whole.
    pub async fn open(self, range: Option<Range<u64>>) -> Result<BlobStream> {
        let limited = self.stored.content.max_downloads.is_some();
        let whole = 0..self.stored.content.size;
        let range = if limited { whole } else { range.unwrap_or(whole) };
        let from_start = range.start == 0;
        let (room, id) = (self.stored.content.room_id, self.stored.content.id);
        let app = self.app.clone();
        let stream = match self.stream(range).await {
            // A blob goes after its row: it was deleted since it was found, unless the row is still there.
            Err(Error::Blob(BlobError::Missing(_)))
                if app.ports.store.read().await?.contents_by_id(room, &[id]).await?.is_empty() =>
            {
                return Err(Error::ContentNotFound(id));
            }
            opened => opened?,
        };
        if limited {
            let mut tx = app.ports.store.begin().await?;
            if !tx.count_download(id).await? {
                return Err(Error::DownloadsSpent);
            }
            tx.commit().await?;
        } else if from_start {
            app.add_downloads(id, 1);
        }
        Ok(stream)
    }

    async fn stream(self, range: Range<u64>) -> Result<BlobStream> {
        let parts = map_range(&self.stored.segments, range);
        let segments = self.stored.segments;
        let blobs = self.app.ports.blobs;
        let mut places = parts.into_iter().map(move |(index, part)| (segments[index].place.clone(), part));
        let Some((place, part)) = places.next() else {
            return Ok(stream::empty().boxed());
        };
        let open = move |place: Place, part: Range<u64>| {
            let blobs = blobs.clone();
            async move {
                match place {
                    Place::Blob(key) => blobs.read(&key, part).await,
                    Place::Inline(bytes) => {
                        let piece = usize::try_from(part.start)
                            .ok()
                            .zip(usize::try_from(part.end).ok())
                            .filter(|&(_, end)| end <= bytes.len())
                            .map(|(start, end)| bytes.slice(start..end))
                            .ok_or_else(|| BlobError::Missing("inline segment is too short".into()));
                        Ok(stream::iter([piece]).boxed())
                    }
                }
            }
        };
        let first = open(place, part).await?;
        let rest = stream::iter(places).then(move |(place, part)| open(place, part)).try_flatten();
        Ok(first.chain(rest).boxed())
    }
}

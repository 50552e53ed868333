use std::{collections::BTreeMap, ops::Range};

use futures::{StreamExt, TryStreamExt, stream};

use crate::{
    Elizabeth, Error, Result, Unauthorized,
    content::{BlobLocation, Content, StoredContent, map_range},
    id::{ContentId, RoomId, TicketId},
    name::RoomRef,
    ports::{BlobError, BlobStream, WriteTx},
    service::{caller::Caller, contents::verified::verified},
    time::Timestamp,
};

/// A content that the caller may read, found and live; not yet opened, and not yet counted.
pub struct Readable {
    pub(crate) app: Elizabeth,
    pub(crate) stored: StoredContent,
    /// The first instant at which the caller may no longer read it.
    pub(crate) until: Timestamp,
    /// The ticket it is read by, and that an opening is a use of.
    pub(crate) ticket: Option<TicketId>,
}

impl Elizabeth {
    /// Finds a content to read. Counts nothing.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW or EDIT; [`Error::ContentNotFound`], also of what it may not see;
    /// [`Error::ContentExpired`]; [`Error::DownloadsSpent`].
    pub async fn readable(&self, room: &RoomRef, caller: &Caller, id: ContentId) -> Result<Readable> {
        let (stored, until) = self.stored_content(room, caller, id).await?;
        Ok(Readable { app: self.clone(), stored, until, ticket: None })
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
        let stored = self.retried(|| self.store_downloads(&counted)).await;
        if stored.is_err() {
            for (id, count) in counted {
                self.add_downloads(id, count);
            }
        }
        stored
    }

    async fn store_downloads(&self, counted: &BTreeMap<ContentId, u64>) -> Result<()> {
        let mut tx = self.ports.store.begin().await?;
        for (&id, &count) in counted {
            tx.add_downloads(id, count).await?;
        }
        Ok(tx.commit().await?)
    }

    /// Counts what an opening costs: a download of a content that limits them, a use of a ticket. The content
    /// first, as it is first to go when both do.
    async fn count_opening(&self, content: &Content, ticket: Option<TicketId>) -> Result<()> {
        let (room, id) = (content.room_id, content.id);
        if content.max_downloads.is_none() {
            let mut tx = self.ports.store.begin().await?;
            use_ticket(tx.as_mut(), room, ticket).await?;
            return Ok(tx.commit().await?);
        }
        let (mut tx, ..) = self.lock_room(room).await?.ok_or(Error::ContentNotFound(id))?;
        if !tx.count_download(content).await? {
            // It may be gone by now, or not limited any more.
            let found = tx.contents_by_id(room, &[id]).await?.into_iter().next();
            match found.ok_or(Error::ContentNotFound(id))?.max_downloads {
                Some(_) => return Err(Error::DownloadsSpent),
                None => tx.add_downloads(id, 1).await?,
            }
        }
        use_ticket(tx.as_mut(), room, ticket).await?;
        tx.commit().await
    }

    pub(crate) fn add_downloads(&self, id: ContentId, count: u64) {
        let mut counted = match self.downloads.lock() {
            Ok(counted) => counted,
            Err(poisoned) => poisoned.into_inner(),
        };
        *counted.entry(id).or_default() += count;
    }
}

/// Counts a use of a ticket, where there is one.
async fn use_ticket(tx: &mut dyn WriteTx, room: RoomId, ticket: Option<TicketId>) -> Result<()> {
    let Some(id) = ticket else { return Ok(()) };
    if tx.use_ticket(id).await? {
        return Ok(());
    }
    let found = tx.ticket(room, id).await?.filter(|ticket| ticket.revoked_at.is_none());
    found.ok_or(Unauthorized::Ticket)?;
    Err(Error::TicketSpent)
}

impl Readable {
    /// The content.
    pub fn content(&self) -> &Content {
        &self.stored.content
    }

    /// Opens the bytes of a range within the content, or all of them. Counts a download where it begins at the
    /// first byte. Of a content that limits its downloads the whole is sent, whatever the range, and each opening
    /// counts; each opening by a ticket is a use of it. Where both count, they do so in one atomic step, so that one
    /// that is refused costs neither.
    ///
    /// # Errors
    ///
    /// [`Error::DownloadsSpent`], [`Error::TicketSpent`] when somebody else had the last one; [`Error::ContentNotFound`] when it was deleted
    /// meanwhile; [`Error::Blob`] when the first bytes cannot be read. Later failures are errors of the stream: it never
    /// ends early as if it were whole. Nor does it where the whole is read and its bytes are not those that were stored,
    /// by their SHA-256; of a part that cannot be known.
    pub async fn open(self, range: Option<Range<u64>>) -> Result<BlobStream> {
        let limited = self.stored.content.max_downloads.is_some();
        let whole = 0..self.stored.content.size;
        let range = if limited { whole } else { range.unwrap_or(whole) };
        let from_start = range.start == 0;
        let is_whole = from_start && range.end == self.stored.content.size;
        let content = self.stored.content.clone();
        let (room, id) = (self.stored.content.room_id, self.stored.content.id);
        let (app, ticket) = (self.app.clone(), self.ticket);
        let stream = match self.stream(range).await {
            // A blob goes after its row: it was deleted since it was found, unless the row is still there.
            Err(Error::Blob(BlobError::Missing(_)))
                if app.ports.store.read().await?.contents_by_id(room, &[id]).await?.is_empty() =>
            {
                return Err(Error::ContentNotFound(id));
            }
            opened => opened?,
        };
        let stream = if is_whole { verified(&content, stream) } else { stream };
        if limited || ticket.is_some() {
            app.retried(|| app.count_opening(&content, ticket)).await?;
        }
        if !limited && from_start {
            app.add_downloads(id, 1);
        }
        Ok(stream)
    }

    async fn stream(self, range: Range<u64>) -> Result<BlobStream> {
        let parts = map_range(&self.stored.segments, range);
        let segments = self.stored.segments;
        let blobs = self.app.ports.blobs;
        let mut locations =
            parts.into_iter().map(move |(index, part)| (segments[index].location.clone(), part));
        let Some((location, part)) = locations.next() else {
            return Ok(stream::empty().boxed());
        };
        let open = move |location: BlobLocation, part: Range<u64>| {
            let blobs = blobs.clone();
            async move {
                match location {
                    BlobLocation::Blob(key) => blobs.read(&key, part).await,
                    BlobLocation::Inline(bytes) => {
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
        let first = open(location, part).await?;
        let rest = stream::iter(locations).then(move |(location, part)| open(location, part)).try_flatten();
        Ok(first.chain(rest).boxed())
    }
}

use std::{ops::Range, time::Duration};

use crate::{
    Result,
    content::{BlobLocation, Segment},
    id::BlobKey,
    ports::PresignRequest,
    service::Readable,
};

/// A link that would end sooner is not handed out: a slow client might not get to use it.
const LINK_LEAST: Duration = Duration::from_secs(30);

impl Readable {
    /// A link from which the caller fetches the bytes past this process; see [`Blobs::presign`]. It works for
    /// `expires_in` at most, and no longer than the caller's token, the room and the content last. Counts a download
    /// as [`Readable::open`] does, by the range that is asked for; the link itself gives the whole.
    ///
    /// `None` where the bytes have to come through [`Readable::open`]: links are not wanted, the content limits its
    /// downloads or it is read by a ticket, neither of which a link would count, it is not exactly one blob, its end is near, or the blob store has
    /// no links.
    ///
    /// [`Blobs::presign`]: crate::ports::Blobs::presign
    ///
    /// # Errors
    ///
    /// [`Error::Blob`](crate::Error::Blob) when the blob store fails. It is not asked whether the blob is there.
    pub async fn link(
        &self,
        range: Option<&Range<u64>>,
        mut request: PresignRequest,
    ) -> Result<Option<String>> {
        let content = &self.stored.content;
        if !self.app.policy().blob_redirect || content.max_downloads.is_some() || self.ticket.is_some() {
            return Ok(None);
        }
        let Some(key) = self.only_blob() else { return Ok(None) };
        request.expires_in = request.expires_in.min(self.until.since(self.app.now()));
        if request.expires_in < LINK_LEAST {
            return Ok(None);
        }
        let link = self.app.ports.blobs.presign(key, &request).await?;
        if link.is_some() && range.is_none_or(|range| range.start == 0) {
            self.app.add_downloads(content.id, 1);
        }
        Ok(link)
    }

    /// The blob that is all of the content.
    fn only_blob(&self) -> Option<&BlobKey> {
        match self.stored.segments.as_slice() {
            [Segment { size, location: BlobLocation::Blob(key) }] if *size == self.stored.content.size => {
                Some(key)
            }
            _ => None,
        }
    }
}

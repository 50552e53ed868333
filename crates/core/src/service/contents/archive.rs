use std::collections::{BTreeSet, VecDeque};

use crate::{
    Elizabeth, Error, Invalid, Result,
    archive::{EntryNames, entry_name},
    content::Content,
    id::{ContentId, RoomId, SessionId},
    name::{FileName, RoomName, RoomRef},
    policy::{ARCHIVE_ENTRIES_MAX, MANIFEST_FILES_MAX},
    ports::{BlobStream, ContentPage, ReadTx},
    service::{authorize::Requirement, caller::Caller, contents::read::Readable},
    time::Timestamp,
};

/// Contents that are listed at a time.
const PAGE: u64 = 100;

/// Contents of a room on their way into an archive, by ascending number: those there were when it was asked for. It
/// goes on when the token that opened it ends, as a download does.
pub struct Archive {
    app: Elizabeth,
    room: RoomId,
    name: RoomName,
    sid: Option<SessionId>,
    names: EntryNames,
    announced: usize,
    waiting: VecDeque<ContentId>,
    /// Where the list goes on behind what is waiting; `None` when there is no more.
    rest: Option<Rest>,
}

/// A part of a room's list of contents.
struct Rest {
    after: Option<ContentId>,
    last: ContentId,
}

/// One content of an archive.
pub struct ArchiveEntry {
    /// What it is called in the archive; no other one is.
    pub name: String,
    /// The content.
    pub content: Content,
    /// Its bytes: as many as its size says, or an error.
    pub bytes: BlobStream,
}

impl Elizabeth {
    /// Opens an archive of a room's contents: those chosen, or all. Those that limit their downloads are left out,
    /// and those whose time is over. What stands for their names is held in memory until its end, and nothing else of
    /// them.
    ///
    /// # Errors
    ///
    /// [`Invalid::ContentCount`]; [`Error::ArchiveTooLarge`] with more than [`ARCHIVE_ENTRIES_MAX`] contents; without a token that has VIEW or EDIT, who may only add gets what the own session
    /// added; [`Error::ContentNotFound`] with the first of the chosen that is not there.
    pub async fn archive(
        &self,
        room: &RoomRef,
        caller: &Caller,
        chosen: Option<Vec<ContentId>>,
    ) -> Result<Archive> {
        let chosen: Option<BTreeSet<ContentId>> = chosen.map(|ids| ids.into_iter().collect());
        if chosen.as_ref().is_some_and(|ids| ids.is_empty() || ids.len() > MANIFEST_FILES_MAX) {
            return Err(Invalid::ContentCount.into());
        }
        let (mut tx, grant, now) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let mut archive = Archive {
            app: self.clone(),
            room: grant.room.id,
            sid: grant.visible(),
            name: grant.room.name,
            names: EntryNames::default(),
            announced: 0,
            waiting: VecDeque::new(),
            rest: None,
        };
        match chosen {
            Some(ids) => archive.choose(tx.as_mut(), ids, now).await?,
            None => archive.survey(tx.as_mut(), now).await?,
        }
        Ok(archive)
    }
}

impl Archive {
    /// The room it is of.
    pub fn room_name(&self) -> &RoomName {
        &self.name
    }

    /// Opens the next content, which counts as a download of it; `None` behind the last. Contents that were deleted
    /// meanwhile are left out.
    ///
    /// # Errors
    ///
    /// [`Error::RoomNotFound`] when the room was deleted meanwhile; when store or blobs fail. The archive is not
    /// whole then.
    pub async fn next(&mut self) -> Result<Option<ArchiveEntry>> {
        let address = RoomRef::from(self.name.clone());
        while let Some(id) = self.next_id().await? {
            let now = self.app.now();
            let found = self.app.ports.store.read().await?.content_access(&address, None, id, now).await?;
            let found = found.filter(|found| found.room.id == self.room).ok_or(Error::RoomNotFound)?;
            let Some(stored) = found.content.filter(|stored| is_included(&stored.content, now)) else {
                continue;
            };
            let content = stored.content.clone();
            let bytes =
                match (Readable { app: self.app.clone(), stored, until: now, ticket: None }).open(None).await
                {
                    Err(Error::ContentNotFound(_)) => continue,
                    opened => opened?,
                };
            return Ok(Some(ArchiveEntry { name: self.names.draw(&name_of(&content)), content, bytes }));
        }
        Ok(None)
    }

    async fn choose(&mut self, tx: &mut dyn ReadTx, ids: BTreeSet<ContentId>, now: Timestamp) -> Result<()> {
        let named: Vec<ContentId> = ids.into_iter().collect();
        for part in named.chunks(PAGE as usize) {
            let mut found = tx.contents_by_id(self.room, part).await?;
            found.retain(|content| self.sid.is_none_or(|sid| content.sid == sid));
            let is_there = |id: &ContentId| found.iter().any(|content| content.id == *id);
            if let Some(missing) = part.iter().find(|id| !is_there(id)) {
                return Err(Error::ContentNotFound(*missing));
            }
            for content in found.iter().filter(|content| is_included(content, now)) {
                self.names.announce(&name_of(content));
                self.waiting.push_back(content.id);
            }
        }
        Ok(())
    }

    /// Reads the whole list once for its names.
    async fn survey(&mut self, tx: &mut dyn ReadTx, now: Timestamp) -> Result<()> {
        let mut after = None;
        loop {
            let page = tx.contents(self.room, self.page(after)).await?;
            for content in page.iter().filter(|content| is_included(content, now)) {
                self.names.announce(&name_of(content));
                self.announced += 1;
            }
            if self.announced > ARCHIVE_ENTRIES_MAX {
                return Err(Error::ArchiveTooLarge);
            }
            match page.last() {
                Some(content) => after = Some(content.id),
                None => break,
            }
        }
        self.rest = after.map(|last| Rest { after: None, last });
        Ok(())
    }

    async fn next_id(&mut self) -> Result<Option<ContentId>> {
        if self.waiting.is_empty()
            && let Some(Rest { after, last }) = self.rest.take()
        {
            let mut tx = self.app.ports.store.read().await?;
            let page = tx.contents(self.room, self.page(after)).await?;
            // A room that is gone has an empty list: that is not the end of the archive.
            tx.room(self.room, self.app.now()).await?.ok_or(Error::RoomNotFound)?;
            self.waiting.extend(page.iter().map(|content| content.id).filter(|id| *id <= last));
            let end = page.last().map(|content| content.id).filter(|end| *end < last);
            self.rest = end.map(|end| Rest { after: Some(end), last });
        }
        Ok(self.waiting.pop_front())
    }

    fn page(&self, after: Option<ContentId>) -> ContentPage {
        ContentPage { after, sid: self.sid, limit: Some(PAGE), without_texts: true }
    }
}

/// An archive is a copy to keep: what allows a number of readings only, or is over, does not go into one.
fn is_included(content: &Content, now: Timestamp) -> bool {
    content.max_downloads.is_none() && !content.is_expired(now)
}

fn name_of(content: &Content) -> String {
    entry_name(content.file_name.as_ref().map(FileName::as_str), content.kind, content.id)
}

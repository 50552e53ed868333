use std::collections::BTreeMap;

use crate::{
    Elizabeth, Result,
    content::Content,
    id::{ContentId, RoomId, SessionId},
    name::RoomRef,
    ports::ContentPage,
    service::{authorize::Requirement, caller::Caller},
};

/// A part of a room's list of contents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentsPart {
    /// The contents, by ascending number.
    pub contents: Vec<Content>,
    /// Behind which one the list may go on; `None` at its end.
    pub next: Option<ContentId>,
}

impl Elizabeth {
    /// The front of a page of a room's contents, as long as the texts and links in it have at most so many bytes
    /// together; one content at least, where there is one and nobody deletes it meanwhile. So a list can be sent in pieces that fit in memory,
    /// however much the texts in a room are.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW or EDIT; who may only add is given what the own session added.
    pub async fn contents_within(
        &self,
        room: &RoomRef,
        caller: &Caller,
        page: ContentPage,
        text_bytes: u64,
    ) -> Result<ContentsPart> {
        let (mut tx, grant, _) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let room = grant.room.id;
        let page = ContentPage { sid: grant.visible().or(page.sid), without_texts: true, ..page };
        let mut contents = tx.contents(room, page).await?;
        let fitting = fitting(&contents, text_bytes);
        let is_full = page.limit.is_some_and(|limit| contents.len() as u64 >= limit);
        let goes_on = is_full || fitting < contents.len();
        contents.truncate(fitting);
        let next = contents.last().filter(|_| goes_on).map(|content| content.id);
        let texts: Vec<ContentId> = contents
            .iter()
            .filter(|content| content.is_listed_with_text())
            .map(|content| content.id)
            .collect();
        if !texts.is_empty() {
            let read = tx.listed_by_id(room, &texts).await?;
            let mut read: BTreeMap<ContentId, Content> = read.into_iter().map(|c| (c.id, c)).collect();
            // What changed since it was listed is listed as it is now, and what was deleted is not listed.
            contents = contents
                .into_iter()
                .filter_map(|content| match content.is_listed_with_text() {
                    true => read.remove(&content.id),
                    false => Some(content),
                })
                .collect();
        }
        Ok(ContentsPart { contents, next })
    }
}

/// What a room's list of contents shows: two that are equal show the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ListVersion {
    /// The room, by whatever address it is reached.
    pub room: RoomId,
    /// Its newest event when it was asked. The list that is read next shows all up to there.
    pub event: u64,
    /// Downloads so far: those that no content limits are no event.
    pub downloads: u64,
    /// The session that sees only what it added itself.
    pub visible: Option<SessionId>,
}

impl Elizabeth {
    /// Which version of a room's list this token is shown now.
    ///
    /// # Errors
    ///
    /// As [`Elizabeth::contents_within`].
    pub async fn contents_version(&self, room: &RoomRef, caller: &Caller) -> Result<ListVersion> {
        let (mut tx, grant, _) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let (room, visible) = (&grant.room, grant.visible());
        let downloads = tx.total_downloads(room.id, visible).await?;
        Ok(ListVersion { room: room.id, event: room.event_seq, downloads, visible })
    }

    /// Behind which content a room's list goes on after so many, of those behind `after`; `None` when it ends before.
    ///
    /// # Errors
    ///
    /// As [`Elizabeth::contents_within`].
    pub async fn contents_go_on(
        &self,
        room: &RoomRef,
        caller: &Caller,
        after: Option<ContentId>,
        limit: u64,
    ) -> Result<Option<ContentId>> {
        let (mut tx, grant, _) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let Some(skip) = limit.checked_sub(1) else { return Ok(None) };
        let page = ContentPage { after, sid: grant.visible(), limit: Some(2), ..ContentPage::default() };
        // The last one of these, and whether there is another.
        match tx.content_ids(grant.room.id, page, skip).await?.as_slice() {
            [last, _] => Ok(Some(*last)),
            _ => Ok(None),
        }
    }
}

/// How many contents from the first on have texts of at most so many bytes together: one at least.
fn fitting(contents: &[Content], text_bytes: u64) -> usize {
    let mut total: u64 = 0;
    let beyond = contents.iter().position(|content| {
        total += if content.is_listed_with_text() { content.size } else { 0 };
        total > text_bytes
    });
    beyond.map_or(contents.len(), |place| place.max(1))
}

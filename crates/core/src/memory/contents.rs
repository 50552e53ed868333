use std::{collections::BTreeSet, sync::Arc};

use async_trait::async_trait;

use super::{
    rows::ContentRow,
    state::{State, keys, limited, next},
    view::{Draft, Sees, View},
};
use crate::{
    change::ContentChange,
    content::{BlobLocation, Content, NewContent, StoredContent},
    counts::Rows,
    id::{ContentId, Jti, RoomId, SessionId},
    name::{FileName, RoomRef},
    ports::{Access, ContentAccess, ContentPage, ReadContents, StoreResult, SweepReport, WriteContents},
    thumbnail::Thumbnail,
    time::Timestamp,
};

/// What the row of a content costs, where there is one.
fn price(content: Option<&Content>) -> Rows {
    let name = |content: &Content| content.file_name.as_ref().map_or(0, |name| name.as_str().len());
    content.map_or(Rows::default(), |content| Rows::one(name(content)))
}

impl State {
    pub(super) fn content_of(&self, room: RoomId, id: ContentId) -> Option<StoredContent> {
        let row = self.contents.get(&id).filter(|row| row.content.room_id == room)?;
        Some(row.to_stored())
    }

    /// Those of the named contents that are this room's, each once and in order.
    fn named(&self, room: RoomId, ids: &[ContentId]) -> impl Iterator<Item = &ContentRow> {
        let ids: BTreeSet<ContentId> = ids.iter().copied().collect();
        let rows = ids.into_iter().filter_map(|id| self.contents.get(&id));
        rows.map(Arc::as_ref).filter(move |row| row.content.room_id == room)
    }

    /// What a room, and the store as a whole, count of a content that comes, goes or becomes another one.
    fn count(&mut self, room: RoomId, before: Option<&Content>, after: Option<&Content>) {
        let [gone, come] = [before, after].map(|content| content.map_or(0, Content::stored_size));
        let counted = |size: u64| size.saturating_sub(gone).saturating_add(come);
        self.edit_room(room, |room| {
            room.stored_size = counted(room.stored_size);
            let rows = room.rows().without(price(before)).and(price(after));
            (room.contents, room.rows_size) = (rows.count, rows.size);
        });
        self.stored_size = counted(self.stored_size);
    }

    /// Adds a content, or puts it in the place of the one of its number. It goes by [`State::take_content`].
    pub(super) fn put_content(&mut self, row: ContentRow) {
        let before = self.contents.get(&row.content.id).cloned();
        self.count(row.content.room_id, before.as_deref().map(|row| &row.content), Some(&row.content));
        self.contents.put(row);
    }

    /// Removes a content with the tickets that open it, and queues its blobs.
    pub(super) fn remove_content(&mut self, id: ContentId, report: &mut SweepReport) {
        let Some(row) = self.take_content(id) else { return };
        self.remove_edits_of(id);
        let of_room = self.tickets.owned(row.content.room_id, None);
        for ticket in keys(of_room.filter(|ticket| ticket.content_id == Some(id))) {
            self.remove_ticket(ticket);
        }
        report.contents += 1;
        report.freed_size = report.freed_size.saturating_add(row.content.stored_size());
    }

    fn take_content(&mut self, id: ContentId) -> Option<Arc<ContentRow>> {
        let row = self.contents.remove(&id)?;
        self.count(row.content.room_id, Some(&row.content), None);
        self.queue_blobs_of(&row);
        Some(row)
    }

    fn queue_blobs_of(&mut self, row: &ContentRow) {
        for segment in row.segments.iter() {
            match &segment.location {
                BlobLocation::Blob(key) => self.queue.insert_mut(key.clone()),
                BlobLocation::Inline(_) => {}
            }
        }
    }

    /// Changes a content and queues the blobs that its new segments replace. `false` when it is not there.
    pub(super) fn change_content(&mut self, id: ContentId, change: &ContentChange, now: Timestamp) -> bool {
        let Some(row) = self.contents.get(&id).cloned() else { return false };
        if change.body.is_some() {
            self.queue_blobs_of(&row);
        }
        let mut stored = row.to_stored();
        change.apply(&mut stored, now);
        let thumbnail = row.thumbnail.clone().filter(|_| !change.drops_thumbnail());
        self.put_content(ContentRow { content: stored.content, segments: stored.segments.into(), thumbnail });
        true
    }
}

impl View<Draft> {
    /// Changes a content's count of downloads, when that is allowed.
    fn add_to_count(&mut self, id: ContentId, count: u64, allowed: impl FnOnce(&Content) -> bool) -> bool {
        let contents = &mut self.state().contents;
        let Some(row) = contents.get(&id).filter(|row| allowed(&row.content)) else { return false };
        let mut row = ContentRow::clone(row);
        row.content.download_count = row.content.download_count.saturating_add(count);
        contents.put(row);
        true
    }
}

#[async_trait]
impl<S: Sees> ReadContents for View<S> {
    async fn content_access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        content: ContentId,
        now: Timestamp,
    ) -> StoreResult<Option<ContentAccess>> {
        let state = self.now();
        Ok(state.access_by(address, jti, now).map(|Access { room, token }| ContentAccess {
            content: state.content_of(room.id, content),
            room,
            token,
        }))
    }

    async fn contents(&mut self, room: RoomId, page: ContentPage) -> StoreResult<Vec<Content>> {
        let rows = self.now().contents.owned(room, page.after);
        let rows = rows.filter(|row| page.sid.is_none_or(|sid| row.content.sid == sid));
        Ok(rows
            .take(page.limit.map_or(usize::MAX, limited))
            .map(|row| if page.without_texts { row.content.clone() } else { row.to_stored().into_listed() })
            .collect())
    }

    async fn content_ids(
        &mut self,
        room: RoomId,
        page: ContentPage,
        skip: u64,
    ) -> StoreResult<Vec<ContentId>> {
        let page = ContentPage { limit: page.limit.map(|limit| limit.saturating_add(skip)), ..page };
        let listed = self.contents(room, page).await?.into_iter().skip(limited(skip));
        Ok(listed.map(|content| content.id).collect())
    }

    async fn contents_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>> {
        Ok(self.now().named(room, ids).map(|row| row.content.clone()).collect())
    }

    async fn listed_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>> {
        Ok(self.now().named(room, ids).map(|row| row.to_stored().into_listed()).collect())
    }

    async fn thumbnail(&mut self, room: RoomId, id: ContentId) -> StoreResult<Option<Thumbnail>> {
        let row = self.now().contents.get(&id).filter(|row| row.content.room_id == room);
        Ok(row.and_then(|row| row.thumbnail.clone()))
    }

    async fn newest_content(
        &mut self,
        room: RoomId,
        name: &FileName,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Option<ContentId>> {
        let rows = self.now().contents.owned(room, None);
        let named = rows.map(|row| &row.content).filter(|content| content.file_name.as_ref() == Some(name));
        let live = named.filter(|content| !content.is_expired(now) && !content.is_spent());
        let seen = live.filter(|content| sid.is_none_or(|sid| content.sid == sid));
        Ok(seen.last().map(|content| content.id))
    }

    async fn total_downloads(&mut self, room: RoomId, sid: Option<SessionId>) -> StoreResult<u64> {
        let page = ContentPage { sid, without_texts: true, ..ContentPage::default() };
        Ok(self.contents(room, page).await?.iter().map(|content| content.download_count).sum())
    }

    async fn dead_contents(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<(RoomId, ContentId)>> {
        let dead = self.now().contents.ended(now).take(limited(limit));
        Ok(dead.map(|row| (row.content.room_id, row.content.id)).collect())
    }
}

#[async_trait]
impl WriteContents for View<Draft> {
    async fn insert_content(&mut self, content: &NewContent) -> StoreResult<ContentId> {
        let state = self.state();
        state.check_room(content.room_id)?;
        let id = ContentId(next(&mut state.last_content)?);
        let segments = content.segments.as_slice().into();
        let content = Content { text: None, ..content.clone().into_content(id) };
        state.put_content(ContentRow { content, segments, thumbnail: None });
        Ok(id)
    }

    async fn change_content(
        &mut self,
        id: ContentId,
        change: &ContentChange,
        now: Timestamp,
    ) -> StoreResult<bool> {
        Ok(self.state().change_content(id, change, now))
    }

    async fn put_thumbnail(&mut self, id: ContentId, thumbnail: &Thumbnail) -> StoreResult<bool> {
        let state = self.state();
        let Some(row) = state.contents.get(&id) else { return Ok(false) };
        let mut row = ContentRow::clone(row);
        row.content.thumbnail_size = thumbnail.size();
        row.thumbnail = Some(thumbnail.clone());
        state.put_content(row);
        Ok(true)
    }

    async fn delete_contents(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<SweepReport> {
        let state = self.state();
        let mut report = SweepReport::default();
        for id in ids {
            if state.contents.get(id).is_some_and(|row| row.content.room_id == room) {
                state.remove_content(*id, &mut report);
            }
        }
        Ok(report)
    }

    async fn count_download(&mut self, id: ContentId) -> StoreResult<bool> {
        Ok(self.add_to_count(id, 1, |content| content.max_downloads.is_some() && !content.is_spent()))
    }

    async fn add_downloads(&mut self, id: ContentId, count: u64) -> StoreResult<()> {
        self.add_to_count(id, count, |content| content.max_downloads.is_none());
        Ok(())
    }
}

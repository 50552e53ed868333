use async_trait::async_trait;
use elizabeth_core::{
    change::ContentChange,
    content::{Content, NewContent, Segment, StoredContent},
    id::{ContentId, Jti, RoomId, SessionId},
    name::{FileName, RoomRef},
    ports::{ContentAccess, ContentPage, ReadContents, StoreResult, SweepReport, WriteContents},
    thumbnail::Thumbnail,
    time::Timestamp,
};

use crate::{
    connection::{Connection, Transaction},
    part::Joined,
    tables::{contents, rooms, segments, thumbnails},
    tx::{AT_ONCE, SqlTx},
    value::corrupt,
};

impl<C: Connection> SqlTx<C> {
    async fn add_segments(&mut self, id: ContentId, segments: &[Segment]) -> StoreResult<()> {
        if let [segment] = segments {
            return self.run(segments::InsertOne::only(id, segment)).await.map(drop);
        }
        for (position, part) in (0..).step_by(AT_ONCE).zip(segments.chunks(AT_ONCE)) {
            self.run(segments::insert(id, position, part)).await?;
        }
        Ok(())
    }
}

#[async_trait]
impl<C: Connection> ReadContents for SqlTx<C> {
    async fn content_access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        content: ContentId,
        now: Timestamp,
    ) -> StoreResult<Option<ContentAccess>> {
        let mut torn = None;
        loop {
            let query = contents::Access { now, jti, content, address: address.as_str() };
            let Some((((room, Joined(token)), Joined(found)), Joined(first))) = self.first(query).await?
            else {
                return Ok(None);
            };
            let room = rooms::whole(room);
            let Some(content) = found else { return Ok(Some(ContentAccess { room, token, content: None })) };
            let mut segments = Vec::from_iter(first);
            if total(&segments) < content.size {
                let more = contents::MoreSegments { content: content.id, version: content.version };
                segments.extend(self.all(more).await?);
            }
            if total(&segments) == content.size {
                return Ok(Some(ContentAccess {
                    room,
                    token,
                    content: Some(StoredContent { content, segments }),
                }));
            }
            // It was changed or deleted between the two statements; of the same version twice it was not.
            if torn.replace(content.version) == Some(content.version) {
                return Err(corrupt("segments that do not add up to their content"));
            }
        }
    }

    async fn contents(&mut self, room: RoomId, page: ContentPage) -> StoreResult<Vec<Content>> {
        let ContentPage { after, sid, limit, without_texts } = page;
        let (after, limit) = (after.unwrap_or(ContentId(i64::MIN)), limit.unwrap_or(u64::MAX));
        match (sid, without_texts) {
            (None, false) => with_texts(self.all(contents::Page { room, after, limit }).await?),
            (Some(sid), false) => {
                with_texts(self.all(contents::PageOfSession { room, after, limit, sid }).await?)
            }
            (None, true) => self.all(contents::BarePage { room, after, limit }).await,
            (Some(sid), true) => self.all(contents::BarePageOfSession { room, after, limit, sid }).await,
        }
    }

    async fn content_ids(
        &mut self,
        room: RoomId,
        page: ContentPage,
        skip: u64,
    ) -> StoreResult<Vec<ContentId>> {
        let ContentPage { after, sid, limit, without_texts: _ } = page;
        let (after, limit) = (after.unwrap_or(ContentId(i64::MIN)), limit.unwrap_or(u64::MAX));
        match sid {
            Some(sid) => self.all(contents::NumbersOfSession { room, after, limit, skip, sid }).await,
            None => self.all(contents::Numbers { room, after, limit, skip }).await,
        }
    }

    async fn contents_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>> {
        self.all_for_each(&each_once(ids), |ids| contents::by_id(room, ids)).await
    }

    async fn listed_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>> {
        with_texts(self.all_for_each(&each_once(ids), |ids| contents::listed_by_id(room, ids)).await?)
    }

    async fn thumbnail(&mut self, room: RoomId, id: ContentId) -> StoreResult<Option<Thumbnail>> {
        self.first(thumbnails::OfContent { content: id, room }).await
    }

    async fn newest_content(
        &mut self,
        room: RoomId,
        name: &FileName,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Option<ContentId>> {
        match sid {
            Some(sid) => self.first(contents::NewestOfSession { room, name, now, limit: 1, sid }).await,
            None => self.first(contents::Newest { room, name, now, limit: 1 }).await,
        }
    }

    async fn total_downloads(&mut self, room: RoomId, sid: Option<SessionId>) -> StoreResult<u64> {
        match sid {
            Some(sid) => self.one(contents::DownloadsOfSession { room, sid }).await,
            None => self.one(contents::Downloads { room }).await,
        }
    }

    async fn dead_contents(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<(RoomId, ContentId)>> {
        self.all(contents::Dead { now, limit }).await
    }
}

#[async_trait]
impl<C: Transaction> WriteContents for SqlTx<C> {
    async fn insert_content(&mut self, content: &NewContent) -> StoreResult<ContentId> {
        let id = self.one(contents::Insert(content)).await?;
        self.add_segments(id, &content.segments).await?;
        Ok(id)
    }

    async fn change_content(
        &mut self,
        id: ContentId,
        change: &ContentChange,
        now: Timestamp,
    ) -> StoreResult<bool> {
        if self.run(contents::change(id, change, now)).await? == 0 {
            return Ok(false);
        }
        if change.drops_thumbnail() {
            self.run(thumbnails::Delete { content: id }).await?;
        }
        if let Some(body) = &change.body {
            self.run(contents::QueueBlobsOfContent { content: id }).await?;
            self.run(segments::DeleteOfContent { content: id }).await?;
            self.add_segments(id, &body.segments).await?;
        }
        Ok(true)
    }

    async fn put_thumbnail(&mut self, id: ContentId, thumbnail: &Thumbnail) -> StoreResult<bool> {
        let Thumbnail { media_type, bytes } = thumbnail;
        if self.run(contents::SetThumbnailSize { size: thumbnail.size(), content: id }).await? == 0 {
            return Ok(false);
        }
        self.run(thumbnails::Put { content: id, media_type: *media_type, bytes }).await?;
        Ok(true)
    }

    async fn delete_contents(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<SweepReport> {
        let ids = each_once(ids);
        self.run_for_each(&ids, |ids| contents::queue_blobs(room, ids)).await?;
        let sizes = self.all_for_each(&ids, |ids| contents::delete(room, ids)).await?;
        Ok(SweepReport { contents: sizes.len() as u64, freed_size: sizes.iter().sum() })
    }

    async fn count_download(&mut self, id: ContentId) -> StoreResult<bool> {
        Ok(self.run(contents::CountDownload { content: id }).await? == 1)
    }

    async fn add_downloads(&mut self, id: ContentId, count: u64) -> StoreResult<()> {
        self.run(contents::AddDownloads { count, content: id }).await.map(drop)
    }
}

fn total(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.size).fold(0, u64::saturating_add)
}

/// Numbers in ascending order, each once.
fn each_once(ids: &[ContentId]) -> Vec<ContentId> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids
}

fn with_texts(found: Vec<contents::Listed>) -> StoreResult<Vec<Content>> {
    found.into_iter().map(contents::with_text).collect()
}

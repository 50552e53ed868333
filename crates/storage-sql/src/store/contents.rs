use async_trait::async_trait;
use elizabeth_core::{
    change::ContentChange,
    content::{BlobLocation, Content, NewContent, Segment, StoredContent},
    id::{ContentId, Jti, RoomId, SessionId},
    name::{FileName, RoomRef},
    ports::{ContentAccess, ContentPage, ReadContents, StoreResult, SweepReport, WriteContents},
    time::Timestamp,
};

use super::{joined_token, opt_jti};
use crate::{
    connection::{Connection, Transaction, Value, corrupt},
    rows::{self, CONTENT_AT, Cells},
    statements::{contents, sweep},
    tx::SqlTx,
};

impl<C: Connection> SqlTx<C> {
    async fn add_segments(&mut self, id: ContentId, segments: &[Segment]) -> StoreResult<()> {
        let mut segments: Vec<_> = (0..).zip(segments).map(segment_row).collect();
        if let [segment] = segments.as_mut_slice() {
            let mut values = vec![rows::int(id.0)];
            values.append(segment);
            return self.run(&contents::INSERT_SEGMENT, values).await.map(drop);
        }
        self.run_for_each(contents::insert_segments, &[rows::int(id.0)], segments).await
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
            let values =
                vec![rows::time(now), opt_jti(jti), rows::int(content.0), rows::text(address.as_str())];
            let Some(row) = self.first(&contents::ACCESS, values).await? else { return Ok(None) };
            let mut row = Cells::of(row);
            let (room, token) = (row.room()?, joined_token(&mut row)?);
            if row.is_null(CONTENT_AT)? {
                return Ok(Some(ContentAccess { room, token, content: None }));
            }
            let content = row.from(CONTENT_AT).content()?;
            let mut segments = Vec::from_iter(row.segment()?);
            if total(&segments) < content.size {
                let of_version = vec![rows::int(content.id.0), rows::size(content.version)];
                let more = self.list(&contents::MORE_SEGMENTS, of_version, Cells::segment).await?;
                segments.extend(more.into_iter().flatten());
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
        let after = page.after.map_or(i64::MIN, |id| id.0);
        let limit = page.limit.unwrap_or(u64::MAX);
        let mut values = vec![rows::int(room.0), rows::int(after), rows::size(limit)];
        values.extend(page.sid.map(|sid| rows::uuid(sid.0)));
        match (page.sid, page.without_texts) {
            (None, false) => self.list(&contents::PAGE, values, Cells::listed).await,
            (Some(_), false) => self.list(&contents::PAGE_OF_SESSION, values, Cells::listed).await,
            (None, true) => self.list(&contents::BARE_PAGE, values, Cells::content).await,
            (Some(_), true) => self.list(&contents::BARE_PAGE_OF_SESSION, values, Cells::content).await,
        }
    }

    async fn contents_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>> {
        let rows = self.fetch_for_each(contents::by_id, &[rows::int(room.0)], one_by_one(ids)).await?;
        rows.into_iter().map(|row| Cells::of(row).content()).collect()
    }

    async fn listed_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>> {
        let rows = self.fetch_for_each(contents::listed_by_id, &[rows::int(room.0)], one_by_one(ids)).await?;
        rows.into_iter().map(|row| Cells::of(row).listed()).collect()
    }

    async fn newest_content(
        &mut self,
        room: RoomId,
        name: &FileName,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Option<ContentId>> {
        let mut values = vec![rows::int(room.0), rows::text(name.as_str()), rows::time(now), rows::size(1)];
        let statement = match sid {
            Some(sid) => {
                values.push(rows::uuid(sid.0));
                &contents::NEWEST_OF_SESSION
            }
            None => &contents::NEWEST,
        };
        let row = self.first(statement, values).await?;
        row.map(|row| Cells::of(row).content_id()).transpose()
    }

    async fn dead_contents(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<(RoomId, ContentId)>> {
        let values = vec![rows::time(now), rows::size(limit)];
        self.list(&sweep::DEAD_CONTENTS, values, |row| Ok((row.room_id()?, row.content_id()?))).await
    }
}

#[async_trait]
impl<C: Transaction> WriteContents for SqlTx<C> {
    async fn insert_content(&mut self, content: &NewContent) -> StoreResult<ContentId> {
        let values = vec![
            rows::int(content.room_id.0),
            rows::text(content.kind.as_str()),
            Value::Text(content.file_name.as_ref().map(|name| name.as_str().to_owned())),
            rows::size(content.size()),
            rows::text(&content.mime_type),
            rows::bytes(&content.sha256.0),
            rows::opt_size(content.max_downloads),
            rows::opt_time(content.expire_at),
            rows::time(content.created_at),
            rows::uuid(content.sid.0),
            Value::Text(content.language.clone()),
            rows::int(content.pinned.into()),
        ];
        let id = self.one(&contents::INSERT, values, Cells::content_id).await?;
        self.add_segments(id, &content.segments).await?;
        Ok(id)
    }

    async fn change_content(
        &mut self,
        id: ContentId,
        change: &ContentChange,
        now: Timestamp,
    ) -> StoreResult<bool> {
        let (shape, values) = contents::change(id.0, change, now);
        let statement = shape.with(self.conn.dialect(), values)?;
        if self.conn.execute(statement).await? == 0 {
            return Ok(false);
        }
        if let Some(body) = &change.body {
            self.run(&contents::QUEUE_BLOBS_OF_CONTENT, vec![rows::int(id.0)]).await?;
            self.run(&contents::DELETE_SEGMENTS, vec![rows::int(id.0)]).await?;
            self.add_segments(id, &body.segments).await?;
        }
        Ok(true)
    }

    async fn delete_contents(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<SweepReport> {
        let room = [rows::int(room.0)];
        self.run_for_each(contents::queue_blobs, &room, one_by_one(ids)).await?;
        let deleted = self.fetch_for_each(contents::delete, &room, one_by_one(ids)).await?;
        deleted.into_iter().try_fold(SweepReport::default(), |report, row| {
            let freed_size = report.freed_size + Cells::of(row).size()?;
            Ok(SweepReport { contents: report.contents + 1, freed_size })
        })
    }

    async fn count_download(&mut self, id: ContentId) -> StoreResult<bool> {
        Ok(self.run(&contents::COUNT_DOWNLOAD, vec![rows::int(id.0)]).await? == 1)
    }

    async fn add_downloads(&mut self, id: ContentId, count: u64) -> StoreResult<()> {
        self.run(&contents::ADD_DOWNLOADS, vec![rows::size(count), rows::int(id.0)]).await.map(drop)
    }
}

fn total(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.size).fold(0, u64::saturating_add)
}

/// Numbers in ascending order, each once.
fn one_by_one(ids: &[ContentId]) -> Vec<Vec<Value>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| vec![rows::int(id.0)]).collect()
}

fn segment_row((position, segment): (i64, &Segment)) -> Vec<Value> {
    let (key, inline) = match &segment.location {
        BlobLocation::Blob(key) => (Some(key.as_str().to_owned()), None),
        BlobLocation::Inline(bytes) => (None, Some(bytes.to_vec())),
    };
    vec![rows::int(position), rows::size(segment.size), Value::Text(key), Value::Bytes(inline)]
}

use std::collections::BTreeMap;

use async_trait::async_trait;
use elizabeth_core::{
    content::{Content, Reservation, Segment, StoredContent},
    id::{BlobKey, ContentId, Jti, ReservationId, RoomId, SessionId, TicketId, UploadId},
    name::{FileName, RoomRef},
    ports::{Access, ContentAccess, ContentPage, Counts, ReadTx, StoreResult},
    quota::Hold,
    room::Room,
    secret::KeyHash,
    ticket::Ticket,
    time::Timestamp,
    token::TokenRecord,
    upload::{Chunk, ChunkedFile, ChunkedUpload, FileProgress},
};

use crate::{
    connection::{Connection, Row, Value, corrupt},
    rows::{self, CONTENT_AT, Cells, PROGRESS_AT, TOKEN_AT},
    statements::{contents, reservations, rooms, sweep, tickets, tokens, uploads},
    tx::SqlTx,
};

impl<C: Connection> SqlTx<C> {
    /// Uploads with their files. Those of one upload follow each other in the rows. One that is gone by the time its
    /// files are asked for is left out.
    async fn uploads(&mut self, rows: Vec<C::Row>) -> StoreResult<Vec<ChunkedUpload>> {
        let mut found: Vec<(ChunkedUpload, Vec<(u32, FileProgress)>)> = Vec::new();
        for mut row in rows.into_iter().map(Cells::of) {
            let upload = row.upload()?;
            if found.last().is_none_or(|(last, _)| last.reservation != upload.reservation) {
                found.push((upload, Vec::new()));
            }
            if let Some((_, progress)) = found.last_mut()
                && !row.is_null(PROGRESS_AT)?
            {
                progress.push(row.progress()?);
            }
        }
        let mut files = self.files_of(found.iter().map(|(upload, _)| upload.reservation).collect()).await?;
        let mut uploads = Vec::with_capacity(found.len());
        for (mut upload, arrived) in found {
            let Some(files) = files.remove(&upload.reservation) else { continue };
            upload.progress = vec![FileProgress::default(); files.len()];
            upload.files = files;
            for (file, progress) in arrived {
                let of_file = upload.progress.get_mut(file as usize);
                *of_file.ok_or_else(|| corrupt("a file that was not announced"))? = progress;
            }
            uploads.push(upload);
        }
        Ok(uploads)
    }

    async fn files_of(
        &mut self,
        uploads: Vec<ReservationId>,
    ) -> StoreResult<BTreeMap<ReservationId, Vec<ChunkedFile>>> {
        let rows = match uploads.as_slice() {
            [one] => self.all(&uploads::FILES_OF, vec![rows::int(one.0)]).await?,
            several => {
                let several = several.iter().map(|id| vec![rows::int(id.0)]).collect();
                self.fetch_for_each(uploads::files, &[], several).await?
            }
        };
        rows.into_iter().map(|row| Cells::of(row).chunked_files()).collect()
    }
}

#[async_trait]
impl<C: Connection> ReadTx for SqlTx<C> {
    async fn access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        now: Timestamp,
    ) -> StoreResult<Option<Access>> {
        let values = vec![rows::time(now), opt_jti(jti), rows::text(address.as_str())];
        let Some(row) = self.first(&rooms::ACCESS, values).await? else { return Ok(None) };
        let mut row = Cells::of(row);
        Ok(Some(Access { room: row.room()?, token: joined_token(&mut row)? }))
    }

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

    async fn room(&mut self, id: RoomId, now: Timestamp) -> StoreResult<Option<Room>> {
        let row = self.first(&rooms::BY_ID, vec![rows::time(now), rows::int(id.0)]).await?;
        row.map(|row| Cells::of(row).room()).transpose()
    }

    async fn rooms(&mut self, after: Option<RoomId>, limit: u64, now: Timestamp) -> StoreResult<Vec<Room>> {
        let after = after.map_or(i64::MIN, |id| id.0);
        self.list(&rooms::PAGE, vec![rows::time(now), rows::int(after), rows::size(limit)], Cells::room).await
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

    async fn token(&mut self, room: RoomId, jti: Jti) -> StoreResult<Option<TokenRecord>> {
        let row = self.first(&tokens::BY_JTI, vec![rows::int(room.0), rows::uuid(jti.0)]).await?;
        row.map(|row| Cells::of(row).token()).transpose()
    }

    async fn live_tokens(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<TokenRecord>> {
        let mut values = vec![rows::int(room.0), rows::time(now)];
        let statement = match sid {
            Some(sid) => {
                values.push(rows::uuid(sid.0));
                &tokens::LIVE_OF_SESSION
            }
            None => &tokens::LIVE,
        };
        self.list(statement, values, Cells::token).await
    }

    async fn ticket(&mut self, room: RoomId, id: TicketId) -> StoreResult<Option<Ticket>> {
        let row = self.first(&tickets::BY_ID, vec![rows::int(room.0), rows::int(id.0)]).await?;
        row.map(|row| Cells::of(row).ticket()).transpose()
    }

    async fn ticket_by_hash(&mut self, hash: KeyHash) -> StoreResult<Option<Ticket>> {
        let row = self.first(&tickets::BY_HASH, vec![rows::bytes(&hash.0)]).await?;
        row.map(|row| Cells::of(row).ticket()).transpose()
    }

    async fn live_tickets(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<Ticket>> {
        let mut values = vec![rows::int(room.0), rows::time(now)];
        let statement = match sid {
            Some(sid) => {
                values.push(rows::uuid(sid.0));
                &tickets::LIVE_OF_SESSION
            }
            None => &tickets::LIVE,
        };
        self.list(statement, values, Cells::ticket).await
    }

    async fn reservation(&mut self, room: RoomId, id: ReservationId) -> StoreResult<Option<Reservation>> {
        let row = self.first(&reservations::BY_ID, vec![rows::int(room.0), rows::int(id.0)]).await?;
        row.map(|row| Cells::of(row).reservation()).transpose()
    }

    async fn upload(&mut self, room: RoomId, id: UploadId) -> StoreResult<Option<ChunkedUpload>> {
        let rows = self.all(&uploads::BY_ID, vec![rows::int(room.0), rows::uuid(id.0)]).await?;
        Ok(self.uploads(rows).await?.pop())
    }

    async fn upload_by_token(&mut self, hash: KeyHash) -> StoreResult<Option<ChunkedUpload>> {
        let rows = self.all(&uploads::BY_TOKEN, vec![rows::bytes(&hash.0)]).await?;
        Ok(self.uploads(rows).await?.pop())
    }

    async fn live_uploads(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Vec<ChunkedUpload>> {
        let mut values = vec![rows::int(room.0), rows::time(now)];
        let statement = match sid {
            Some(sid) => {
                values.push(rows::uuid(sid.0));
                &uploads::LIVE_OF_SESSION
            }
            None => &uploads::LIVE,
        };
        let rows = self.all(statement, values).await?;
        self.uploads(rows).await
    }

    async fn chunk(&mut self, upload: ReservationId, file: u32, index: u64) -> StoreResult<Option<Chunk>> {
        let values = vec![rows::int(upload.0), rows::int(file.into()), rows::size(index)];
        let row = self.first(&uploads::CHUNK_BY_INDEX, values).await?;
        row.map(|row| Cells::of(row).chunk()).transpose()
    }

    async fn chunks(&mut self, upload: ReservationId, file: Option<u32>) -> StoreResult<Vec<Chunk>> {
        let mut values = vec![rows::int(upload.0)];
        let statement = match file {
            Some(file) => {
                values.push(rows::int(file.into()));
                &uploads::CHUNKS_OF_FILE
            }
            None => &uploads::CHUNKS,
        };
        self.list(statement, values, Cells::chunk).await
    }

    async fn live_holds(&mut self, room: RoomId, now: Timestamp) -> StoreResult<Vec<(ReservationId, Hold)>> {
        self.list(&reservations::LIVE_HOLDS, vec![rows::int(room.0), rows::time(now)], Cells::hold).await
    }

    async fn expired_rooms(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<RoomId>> {
        self.list(&rooms::EXPIRED, vec![rows::time(now), rows::size(limit)], Cells::room_id).await
    }

    async fn dead_contents(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<(RoomId, ContentId)>> {
        let values = vec![rows::time(now), rows::size(limit)];
        self.list(&sweep::DEAD_CONTENTS, values, |row| Ok((row.room_id()?, row.content_id()?))).await
    }

    async fn lapsed_reservations(&mut self, now: Timestamp) -> StoreResult<(u64, u64)> {
        self.one(&sweep::LAPSED_RESERVATIONS, vec![rows::time(now)], |row| Ok((row.size()?, row.size()?)))
            .await
    }

    async fn lapsed_announcements(&mut self, now: Timestamp) -> StoreResult<u64> {
        self.one(&sweep::LAPSED_ANNOUNCEMENTS, vec![rows::time(now)], Cells::size).await
    }

    async fn dead_tokens(&mut self, now: Timestamp) -> StoreResult<u64> {
        let tokens = self.one(&sweep::DEAD_TOKENS, vec![rows::time(now)], Cells::size).await?;
        let refresh = self.one(&sweep::DEAD_REFRESH, vec![rows::time(now)], Cells::size).await?;
        let tickets = self.one(&sweep::DEAD_TICKETS, vec![rows::time(now)], Cells::size).await?;
        Ok(tokens + refresh + tickets)
    }

    async fn queued_blobs(&mut self, after: Option<&BlobKey>, limit: u64) -> StoreResult<Vec<BlobKey>> {
        // Every key is behind the empty text.
        let after = after.map_or("", BlobKey::as_str);
        self.list(&sweep::QUEUED_BLOBS, vec![rows::text(after), rows::size(limit)], Cells::blob_key).await
    }

    async fn queued_blob_count(&mut self) -> StoreResult<u64> {
        self.one(&sweep::QUEUED_BLOB_COUNT, vec![], Cells::size).await
    }

    async fn counts(&mut self) -> StoreResult<Counts> {
        let (rooms, stored_size) =
            self.one(&sweep::ROOM_COUNT, vec![], |row| Ok((row.size()?, row.size()?))).await?;
        let contents = self.one(&sweep::CONTENT_COUNT, vec![], Cells::size).await?;
        Ok(Counts { rooms, contents, stored_size })
    }
}

fn total(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.size).fold(0, u64::saturating_add)
}

/// Numbers in ascending order, each once.
pub(crate) fn one_by_one(ids: &[ContentId]) -> Vec<Vec<Value>> {
    let mut ids = ids.to_vec();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|id| vec![rows::int(id.0)]).collect()
}

/// No token equals NULL.
fn opt_jti(jti: Option<Jti>) -> Value {
    Value::Bytes(jti.map(|jti| jti.0.as_bytes().to_vec()))
}

fn joined_token<R: Row>(row: &mut Cells<R>) -> StoreResult<Option<TokenRecord>> {
    if row.is_null(TOKEN_AT)? { Ok(None) } else { row.from(TOKEN_AT).token().map(Some) }
}

use std::collections::BTreeMap;

use async_trait::async_trait;
use elizabeth_core::{
    content::Manifest,
    id::{ContentId, ReservationId, RoomId, SessionId, UploadId},
    ports::{
        LapsedUpload, ReadUploads, StoreResult, UploadCounts, UploadOutline, UploadRange, WriteReservations,
        WriteUploads,
    },
    secret::KeyHash,
    time::Timestamp,
    upload::{Chunk, ChunkedFile, ChunkedUpload, HashProgress, NewUpload},
};

use crate::{
    connection::{Connection, Transaction},
    json,
    tables::{chunks, upload_files, uploads},
    tx::SqlTx,
};

impl<C: Connection> SqlTx<C> {
    /// Uploads with their files. One that is gone by the time its files are asked for is left out.
    async fn uploads(&mut self, rows: Vec<uploads::Row>) -> StoreResult<Vec<ChunkedUpload>> {
        let found = uploads::gather(rows);
        let mut files = self.files_of(found.iter().map(uploads::Unnamed::reservation).collect()).await?;
        let mut uploads = Vec::with_capacity(found.len());
        for upload in found {
            let Some(files) = files.remove(&upload.reservation()) else { continue };
            uploads.push(upload.with(files)?);
        }
        Ok(uploads)
    }

    async fn files_of(
        &mut self,
        uploads: Vec<ReservationId>,
    ) -> StoreResult<BTreeMap<ReservationId, Vec<ChunkedFile>>> {
        let found = match uploads.as_slice() {
            &[upload] => self.all(uploads::FilesOf { upload }).await?,
            several => self.all_for_each(several, uploads::files_of).await?,
        };
        Ok(found.into_iter().collect())
    }
}

#[async_trait]
impl<C: Connection> ReadUploads for SqlTx<C> {
    async fn upload(&mut self, room: RoomId, id: UploadId) -> StoreResult<Option<ChunkedUpload>> {
        let rows = self.all(uploads::ById { room, id }).await?;
        Ok(self.uploads(rows).await?.pop())
    }

    async fn upload_by_token(&mut self, hash: KeyHash) -> StoreResult<Option<ChunkedUpload>> {
        let rows = self.all(uploads::ByToken { hash }).await?;
        Ok(self.uploads(rows).await?.pop())
    }

    async fn live_uploads(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        range: UploadRange,
        now: Timestamp,
    ) -> StoreResult<Vec<ChunkedUpload>> {
        let after = range.after.unwrap_or(ReservationId(i64::MIN));
        let until = range.until.unwrap_or(ReservationId(i64::MAX));
        let rows = match sid {
            Some(sid) => self.all(uploads::LiveOfSession { room, now, after, until, sid }).await?,
            None => self.all(uploads::Live { room, now, after, until }).await?,
        };
        self.uploads(rows).await
    }

    async fn upload_outlines(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        after: Option<ReservationId>,
        limit: u64,
        now: Timestamp,
    ) -> StoreResult<Vec<UploadOutline>> {
        let after = after.unwrap_or(ReservationId(i64::MIN));
        let found = match sid {
            Some(sid) => self.all(uploads::OutlinesOfSession { room, now, after, limit, sid }).await?,
            None => self.all(uploads::Outlines { room, now, after, limit }).await?,
        };
        let outline = |((((id, reservation), sid), owner), rows_size)| UploadOutline {
            id,
            reservation,
            sid,
            owner,
            rows_size,
        };
        Ok(found.into_iter().map(outline).collect())
    }

    async fn upload_counts(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<UploadCounts> {
        let (room, session) = self.one(uploads::CountLive { room, now, sid }).await?;
        Ok(UploadCounts { room, session })
    }

    async fn lapsed_uploads(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<LapsedUpload>> {
        let found = self.all(uploads::Lapsed { now, limit }).await?.into_iter();
        let lapsed = |(((room, id), reservation), sid)| LapsedUpload { room, id, reservation, sid };
        Ok(found.map(lapsed).collect())
    }

    async fn chunk(&mut self, upload: ReservationId, file: u32, index: u64) -> StoreResult<Option<Chunk>> {
        self.first(chunks::ByIndex { upload, file, index }).await
    }

    async fn chunks(&mut self, upload: ReservationId, file: Option<u32>) -> StoreResult<Vec<Chunk>> {
        match file {
            Some(file) => self.all(chunks::OfFile { upload, file }).await,
            None => self.all(chunks::OfUpload { upload }).await,
        }
    }
}

#[async_trait]
impl<C: Transaction> WriteUploads for SqlTx<C> {
    async fn insert_upload(&mut self, upload: &NewUpload) -> StoreResult<ReservationId> {
        let &NewUpload {
            id,
            room_id,
            sid,
            owner,
            permission,
            granted,
            token_hash,
            hold,
            ref files,
            created_at,
        } = upload;
        let reservation =
            self.insert_reservation(room_id, sid, hold, &Manifest::default(), created_at).await?;
        let files = json::of_files(files)?;
        self.run(uploads::Insert {
            reservation,
            id,
            token_hash,
            owner,
            permission,
            granted,
            files,
            created_at,
        })
        .await?;
        Ok(reservation)
    }

    async fn insert_chunk(
        &mut self,
        upload: ReservationId,
        chunk: &Chunk,
        hash_progress: Option<&HashProgress>,
    ) -> StoreResult<()> {
        let &Chunk { file, index, size, sha256, sniffed, ref blob, uploaded_at } = chunk;
        let blob = blob.as_ref();
        self.run(chunks::Insert { upload, file, index, size, sha256, sniffed, blob, uploaded_at }).await?;
        self.run(upload_files::CountChunk { upload, file, size, no_hash: vec![] }).await?;
        match hash_progress {
            Some(hash_progress) => self.save_hash(upload, file, hash_progress).await,
            None => Ok(()),
        }
    }

    async fn save_hash(
        &mut self,
        upload: ReservationId,
        file: u32,
        hash_progress: &HashProgress,
    ) -> StoreResult<()> {
        let HashProgress { chunks, state } = hash_progress;
        self.run(upload_files::SaveHash { upload, file, chunks: *chunks, state }).await.map(drop)
    }

    async fn settle_file(&mut self, upload: ReservationId, file: u32, content: ContentId) -> StoreResult<()> {
        self.run(upload_files::Settle { upload, file, content, no_hash: vec![] }).await?;
        self.run(chunks::HandOver { upload, file }).await.map(drop)
    }
}

use std::collections::BTreeMap;

use async_trait::async_trait;
use elizabeth_core::{
    content::Manifest,
    id::{ContentId, ReservationId, RoomId, SessionId, UploadId},
    ports::{ReadUploads, StoreResult, WriteReservations, WriteUploads},
    secret::KeyHash,
    time::Timestamp,
    upload::{Chunk, ChunkedFile, ChunkedUpload, FileProgress, HashProgress, NewUpload},
};

use crate::{
    connection::{Connection, Transaction, Value, corrupt},
    rows::{self, Cells, PROGRESS_AT},
    statements::uploads,
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
impl<C: Connection> ReadUploads for SqlTx<C> {
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
}

#[async_trait]
impl<C: Transaction> WriteUploads for SqlTx<C> {
    async fn insert_upload(&mut self, upload: &NewUpload) -> StoreResult<ReservationId> {
        let &NewUpload { room_id, sid, hold, created_at, .. } = upload;
        let id = self.insert_reservation(room_id, sid, hold, &Manifest::default(), created_at).await?;
        let values = vec![
            rows::int(id.0),
            rows::uuid(upload.id.0),
            rows::bytes(&upload.token_hash.0),
            rows::int(upload.owner.into()),
            rows::int(upload.permission.bits().into()),
            rows::chunked_files_to_json(&upload.files)?,
            rows::time(created_at),
        ];
        self.run(&uploads::INSERT, values).await?;
        Ok(id)
    }

    async fn insert_chunk(
        &mut self,
        upload: ReservationId,
        chunk: &Chunk,
        hash_progress: Option<&HashProgress>,
    ) -> StoreResult<()> {
        let file = || vec![rows::int(upload.0), rows::int(chunk.file.into())];
        let key = Value::Text(chunk.blob.as_ref().map(|key| key.as_str().to_owned()));
        let (hash, at) = (rows::bytes(&chunk.sha256.0), rows::time(chunk.uploaded_at));
        let columns = [rows::size(chunk.index), rows::size(chunk.size), hash, key, at];
        self.run(&uploads::INSERT_CHUNK, with(file(), columns)).await?;
        let columns = [rows::size(chunk.size), rows::bytes(&[])];
        self.run(&uploads::COUNT_CHUNK, with(file(), columns)).await?;
        match hash_progress {
            Some(hash_progress) => self.save_hash(upload, chunk.file, hash_progress).await,
            None => Ok(()),
        }
    }

    async fn save_hash(
        &mut self,
        upload: ReservationId,
        file: u32,
        hash_progress: &HashProgress,
    ) -> StoreResult<()> {
        let file = vec![rows::int(upload.0), rows::int(file.into())];
        let columns = [rows::size(hash_progress.chunks), rows::bytes(&hash_progress.state)];
        self.run(&uploads::SAVE_HASH, with(file, columns)).await.map(drop)
    }

    async fn settle_file(&mut self, upload: ReservationId, file: u32, content: ContentId) -> StoreResult<()> {
        let file = || vec![rows::int(upload.0), rows::int(file.into())];
        let columns = [rows::int(content.0), rows::bytes(&[])];
        self.run(&uploads::SETTLE_FILE, with(file(), columns)).await?;
        self.run(&uploads::HAND_OVER_CHUNKS, file()).await.map(drop)
    }
}

fn with<const N: usize>(mut values: Vec<Value>, more: [Value; N]) -> Vec<Value> {
    values.extend(more);
    values
}

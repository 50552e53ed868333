use async_trait::async_trait;

use super::{
    rows::{ChunkRow, UploadRow},
    state::{State, limited, next},
    table::Row,
    view::{Draft, Sees, View},
};
use crate::{
    content::{Manifest, Reservation},
    id::{ContentId, ReservationId, RoomId, SessionId, UploadId},
    ports::{
        LapsedUpload, ReadUploads, StoreError, StoreResult, UploadCounts, UploadOutline, UploadRange,
        WriteUploads,
    },
    quota::HoldState,
    secret::KeyHash,
    time::Timestamp,
    upload::{Chunk, ChunkedUpload, FileProgress, HashProgress, NewUpload},
};

impl State {
    fn upload_of(&self, id: ReservationId) -> Option<ChunkedUpload> {
        let (row, held) = (self.uploads.get(&id)?, self.reservations.get(&id)?);
        Some(ChunkedUpload { hold: held.hold, ..row.upload.clone() })
    }

    /// Changes how far a file of an upload has come; nothing happens when it is not there.
    pub(super) fn edit_progress(
        &mut self,
        id: ReservationId,
        file: u32,
        edit: impl FnOnce(&mut FileProgress),
    ) {
        let Some(row) = self.uploads.get(&id) else { return };
        let mut row = UploadRow::clone(row);
        if let Some(progress) = row.upload.progress.get_mut(file as usize) {
            edit(progress);
            self.uploads.put(row);
        }
    }
}

#[async_trait]
impl<S: Sees> ReadUploads for View<S> {
    async fn upload(&mut self, room: RoomId, id: UploadId) -> StoreResult<Option<ChunkedUpload>> {
        let state = self.now();
        let found = state.upload_ids.get(&id).and_then(|id| state.upload_of(*id));
        Ok(found.filter(|upload| upload.room_id == room))
    }

    async fn upload_by_token(&mut self, hash: KeyHash) -> StoreResult<Option<ChunkedUpload>> {
        let state = self.now();
        Ok(state.upload_tokens.get(&hash).and_then(|id| state.upload_of(*id)))
    }

    async fn live_uploads(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        range: UploadRange,
        now: Timestamp,
    ) -> StoreResult<Vec<ChunkedUpload>> {
        let state = self.now();
        let behind = state.uploads.owned(room, range.after);
        let within = behind.filter(|row| range.until.is_none_or(|until| row.upload.reservation <= until));
        let of_room = within.filter_map(|row| state.upload_of(row.upload.reservation));
        let of_session = of_room.filter(|upload| sid.is_none_or(|sid| upload.sid == sid));
        let live =
            of_session.filter(|upload| upload.hold.is_live(now) && upload.hold.state != HoldState::Done);
        Ok(live.collect())
    }

    async fn upload_outlines(
        &mut self,
        room: RoomId,
        sid: Option<SessionId>,
        after: Option<ReservationId>,
        limit: u64,
        now: Timestamp,
    ) -> StoreResult<Vec<UploadOutline>> {
        let range = UploadRange { after, until: None };
        let live = self.live_uploads(room, sid, range, now).await?.into_iter().take(limited(limit));
        let outline = |upload: ChunkedUpload| {
            let ChunkedUpload { id, reservation, sid, owner, hold, .. } = upload;
            UploadOutline { id, reservation, sid, owner, rows_size: hold.rows.size }
        };
        Ok(live.map(outline).collect())
    }

    async fn upload_counts(
        &mut self,
        room: RoomId,
        sid: SessionId,
        now: Timestamp,
    ) -> StoreResult<UploadCounts> {
        let live = self.live_uploads(room, None, UploadRange::default(), now).await?;
        let session = live.iter().filter(|upload| upload.sid == sid).count() as u64;
        Ok(UploadCounts { room: live.len() as u64, session })
    }

    async fn lapsed_uploads(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<LapsedUpload>> {
        let state = self.now();
        let lapsed = state.reservations.ended(now).filter(|held| held.hold.state != HoldState::Done);
        let uploads = lapsed
            .filter_map(|held| state.uploads.get(&held.id).filter(|row| !row.ended))
            .map(|row| &row.upload)
            .map(|&ChunkedUpload { id, reservation, room_id: room, sid, .. }| LapsedUpload {
                room,
                id,
                reservation,
                sid,
            });
        Ok(uploads.take(limited(limit)).collect())
    }

    async fn chunk(&mut self, upload: ReservationId, file: u32, index: u64) -> StoreResult<Option<Chunk>> {
        Ok(self.now().chunks.get(&(upload, file, index)).map(|row| row.chunk.clone()))
    }

    async fn chunks(&mut self, upload: ReservationId, file: Option<u32>) -> StoreResult<Vec<Chunk>> {
        let rows = self.now().chunks.owned(upload, None).map(|row| &row.chunk);
        Ok(rows.filter(|chunk| file.is_none_or(|file| chunk.file == file)).cloned().collect())
    }
}

#[async_trait]
impl WriteUploads for View<Draft> {
    async fn insert_upload(&mut self, upload: &NewUpload) -> StoreResult<ReservationId> {
        let &NewUpload { id, room_id, sid, token_hash, hold, .. } = upload;
        let state = self.state();
        state.check_room(room_id)?;
        let reservation = ReservationId(next(&mut state.last_reservation)?);
        let manifest = Manifest::default();
        state.reservations.put(Reservation { id: reservation, room_id, sid, hold, manifest });
        state.upload_ids.insert_mut(id, reservation);
        state.upload_tokens.insert_mut(token_hash, reservation);
        state.uploads.put(UploadRow {
            upload: upload.clone().into_upload(reservation),
            token_hash,
            ended: false,
        });
        Ok(reservation)
    }

    async fn insert_chunk(
        &mut self,
        upload: ReservationId,
        chunk: &Chunk,
        hash_progress: Option<&HashProgress>,
    ) -> StoreResult<()> {
        let state = self.state();
        if state.uploads.get(&upload).is_none() {
            return Err(StoreError::Corrupt(format!("no upload {upload}")));
        }
        let row = ChunkRow { upload, chunk: chunk.clone() };
        if state.chunks.get(&row.key()).is_some() {
            return Err(StoreError::Corrupt(format!("chunk {:?} is there", row.key())));
        }
        state.chunks.put(row);
        state.edit_progress(upload, chunk.file, |progress| {
            progress.chunks += 1;
            progress.bytes += chunk.size;
            if let Some(hash_progress) = hash_progress {
                progress.hash_progress = hash_progress.clone();
            }
        });
        Ok(())
    }

    async fn save_hash(
        &mut self,
        upload: ReservationId,
        file: u32,
        hash_progress: &HashProgress,
    ) -> StoreResult<()> {
        self.state().edit_progress(upload, file, |progress| {
            if progress.chunks > 0 {
                progress.hash_progress = hash_progress.clone();
            }
        });
        Ok(())
    }

    async fn settle_file(&mut self, upload: ReservationId, file: u32, content: ContentId) -> StoreResult<()> {
        let state = self.state();
        let rows = state.chunks.owned(upload, None).filter(|row| row.chunk.file == file);
        let rows: Vec<ChunkRow> = rows.map(|row| ChunkRow::clone(row)).collect();
        for mut row in rows {
            row.chunk.blob = None;
            state.chunks.put(row);
        }
        state.edit_progress(upload, file, |progress| progress.content = Some(content));
        Ok(())
    }
}

use crate::{
    Elizabeth, Error, Invalid, Result,
    counts::Rows,
    id::UploadId,
    name::RoomRef,
    permission::Permission,
    policy::{CHUNKS_MAX, PARTS_MAX},
    ports::ReadTx,
    quota::{Hold, HoldState},
    secret::{KeyHash, UPLOAD_TOKEN_PREFIX, opaque_secret},
    service::{
        authorize::{Grant, Requirement},
        caller::Caller,
        growth::FreeSpace,
        uploads::{
            access::is_own,
            append::check_appendable,
            complete::{CompletedFile, Known, new_content},
        },
    },
    time::Timestamp,
    upload::{ChunkedFile, ChunkedUpload, NewUpload, UploadFileRequest, UploadStatus},
};

const NEED: Requirement = Requirement::Permission(Permission::EDIT);

impl Elizabeth {
    /// Makes one content of parts that are whole, in the order in which they are named; no byte is copied. Its hash is
    /// that of the first part gone on with: the others are read once. The parts are gone then; what is left is an
    /// upload that is complete. The size that is asked for does not matter: it is that of the parts together.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for the file; [`Invalid::Parts`]; without a token that has EDIT; of each part
    /// [`Error::ReservationNotFound`], also of another session's and of an upload that is no part, and
    /// [`Error::ReservationExpired`]; [`Error::PartUnfinished`]; [`Error::TooManyPieces`].
    pub async fn join_uploads(
        &self,
        room: &RoomRef,
        caller: &Caller,
        parts: &[UploadId],
        file: impl Into<UploadFileRequest>,
    ) -> Result<CompletedFile> {
        let named_twice = |(at, id)| parts[..at].contains(id);
        if !(1..=PARTS_MAX).contains(&parts.len()) || parts.iter().enumerate().any(named_twice) {
            return Err(Invalid::Parts.into());
        }
        let file = file.into().parse(self.now())?;
        let (mut tx, grant, now) = self.authorize_reading(room, caller, NEED).await?;
        let whole = whole_parts(tx.as_mut(), &grant, parts, now).await?;
        let mut chunks = Vec::new();
        for part in &whole {
            chunks.append(&mut tx.chunks(part.reservation, Some(0)).await?);
        }
        drop(tx);
        if chunks.len() as u64 > CHUNKS_MAX {
            return Err(Error::TooManyPieces);
        }
        let hash_progress =
            whole.first().map(|first| first.progress[0].hash_progress.clone()).unwrap_or_default();
        let sha256 = self.hash_chunks(&hash_progress, &chunks, &whole, 0).await?.finish();
        let known = Known { sha256, sniffed: self.sniff_chunks(&chunks).await };
        let free = self.free_space().await?;
        self.retried(|| self.join(room, caller, parts, file.clone(), known, free)).await
    }

    async fn join(
        &self,
        room: &RoomRef,
        caller: &Caller,
        parts: &[UploadId],
        mut file: ChunkedFile,
        known: Known,
        free: FreeSpace,
    ) -> Result<CompletedFile> {
        let (mut tx, grant, now) = self.authorize_locked(room, caller, NEED).await?;
        let parts = whole_parts(tx.as_mut(), &grant, parts, now).await?;
        self.admit_row(free)?;
        // The parts have the price of a row each, one of which is the content's; its name may be a longer one.
        let longer_name = Rows { count: 0, size: file.row().size };
        self.ledger(tx.as_mut(), &grant.room, now).await?.check_rows(now, longer_name)?;
        let ttl = self.policy().chunked_ttl;
        let mut chunks = Vec::new();
        for part in &parts {
            let hold = part.hold.settle_part(now, part.announced(), part.files[0].row(), true, ttl)?;
            // First: it waits for whoever deletes the upload, and sees it.
            if !tx.update_hold(part.reservation, hold).await? {
                return Err(Error::ReservationExpired);
            }
            chunks.append(&mut tx.chunks(part.reservation, Some(0)).await?);
        }
        file.file.size = parts.iter().map(ChunkedUpload::announced).sum();
        let new = NewUpload {
            id: UploadId(self.ports.entropy.uuid()),
            room_id: grant.room.id,
            sid: grant.token.sid,
            owner: grant.token.owner,
            permission: grant.token.permission,
            granted: grant.token.granted,
            // Nobody is given its token: nothing is to be added to it.
            token_hash: KeyHash::of(&opaque_secret(UPLOAD_TOKEN_PREFIX, self.ports.entropy.bytes())),
            hold: Hold::new(0, now.saturating_add(ttl), HoldState::Done).for_rows(Rows::promised([])),
            files: vec![file],
            created_at: now,
        };
        let reservation = tx.insert_upload(&new).await?;
        let mut upload = new.into_upload(reservation);
        let content = new_content(&upload, 0, known, chunks, now)?;
        let id = tx.insert_content(&content).await?;
        tx.settle_file(reservation, 0, id).await?;
        for part in parts {
            // The blobs are the content's before what knew them as chunks goes.
            tx.settle_file(part.reservation, 0, id).await?;
            tx.delete_upload(&part).await?;
        }
        tx.commit().await?;
        upload.progress[0].content = Some(id);
        Ok(CompletedFile { content: content.into_content(id), upload })
    }
}

/// The parts of those numbers, when all of them are the token holder's and whole.
async fn whole_parts<T: ReadTx + ?Sized>(
    tx: &mut T,
    grant: &Grant,
    parts: &[UploadId],
    now: Timestamp,
) -> Result<Vec<ChunkedUpload>> {
    let mut whole = Vec::with_capacity(parts.len());
    for (index, &id) in parts.iter().enumerate() {
        let part = tx.upload(grant.room.id, id).await?.filter(|part| is_own(part, &grant.token));
        let part = part.ok_or(Error::ReservationNotFound)?;
        check_appendable(&part)?;
        if !part.files[0].part {
            return Err(Error::ReservationNotFound);
        }
        if part.status(now) == UploadStatus::Expired {
            return Err(Error::ReservationExpired);
        }
        if part.arrived() < part.announced() {
            return Err(Error::PartUnfinished { index });
        }
        whole.push(part);
    }
    Ok(whole)
}

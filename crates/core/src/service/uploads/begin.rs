use bytes::Bytes;

use crate::{
    Elizabeth, Result,
    content::Reservation,
    id::{BlobKey, ReservationId},
    name::RoomRef,
    permission::Permission,
    quota::Hold,
    room::Room,
    service::{
        authorize::Requirement,
        caller::Caller,
        room_tx::RoomTx,
        uploads::{
            prepare::session_reservation,
            receiving::Renewal,
            upload::{Upload, Uploaded, insert_contents},
        },
    },
    time::Timestamp,
};

impl Elizabeth {
    /// Begins an upload: claims its reservation, and announces the blobs it is going to write.
    ///
    /// # Errors
    ///
    /// Without a token that has EDIT; [`crate::Error::ReservationNotFound`] when this session has no such reservation;
    /// [`crate::Error::ReservationExpired`]; [`crate::Error::ReservationInUse`].
    pub async fn begin_upload(
        &self,
        room: &RoomRef,
        caller: &Caller,
        reservation: ReservationId,
    ) -> Result<Upload> {
        self.retried(|| async {
            let claim = self.claim(room, caller, reservation).await?;
            self.begin_claimed(caller, claim).await
        })
        .await
    }

    /// Stores files that have all arrived already: the same as [`Elizabeth::begin_upload`] and all that follows,
    /// with as few transactions as it takes; one when all are small enough to be kept inline.
    ///
    /// # Errors
    ///
    /// Those of [`Elizabeth::begin_upload`] and of every step of an [`Upload`]. Nothing is kept then, and the
    /// reservation is released, unless it could not be claimed.
    pub async fn upload_whole(
        &self,
        room: &RoomRef,
        caller: &Caller,
        reservation: ReservationId,
        files: Vec<(String, Bytes)>,
    ) -> Result<Uploaded> {
        let whole = self.retried(|| async {
            let claim = self.claim(room, caller, reservation).await?;
            if claim.found.manifest.files().iter().any(|file| file.size > self.policy().inline_max) {
                return Ok(Whole::Begun(Box::new(self.begin_claimed(caller, claim).await?)));
            }
            Ok(Whole::Uploaded(self.upload_inline(claim, &files).await?))
        });
        match whole.await? {
            Whole::Uploaded(uploaded) => Ok(uploaded),
            Whole::Begun(upload) => upload.store_whole(&files).await,
        }
    }

    /// Claims and settles in one transaction.
    async fn upload_inline(&self, claim: Claim, files: &[(String, Bytes)]) -> Result<Uploaded> {
        let Claim { mut tx, room, found, hold, now } = claim;
        tx.delete_reservation(found.id).await?;
        let mut upload = self.upload(&room, found, &Caller::Nobody, Vec::new(), now);
        if let Err(error) = upload.receive_whole(files).await {
            // Committed without contents: the reservation is released.
            tx.commit().await?;
            return Err(error);
        }
        let (manifest, received) = (&upload.manifest, &upload.received);
        let uploaded = insert_contents(&mut tx, &room, upload.sid, manifest, received, hold, now).await?;
        tx.commit().await?;
        Ok(uploaded)
    }

    /// Finds a reservation that an upload may begin on, with its room locked. Nothing is written yet.
    async fn claim(&self, room: &RoomRef, caller: &Caller, id: ReservationId) -> Result<Claim> {
        let need = Requirement::Permission(Permission::EDIT);
        let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
        let found = session_reservation(tx.as_mut(), grant.room.id, grant.token.sid, id).await?;
        let hold = found.hold.begin(now, self.policy().upload_lease)?;
        Ok(Claim { tx, room: grant.room, found, hold, now })
    }

    async fn begin_claimed(&self, caller: &Caller, claim: Claim) -> Result<Upload> {
        let Claim { mut tx, room, found, hold, now } = claim;
        tx.update_hold(found.id, hold).await?;
        let inline_max = self.policy().inline_max;
        let keys: Vec<Option<BlobKey>> = found
            .manifest
            .files()
            .iter()
            .map(|file| (file.size > inline_max).then(|| BlobKey::from_random(self.ports.entropy.bytes())))
            .collect();
        let announced: Vec<BlobKey> = keys.iter().flatten().cloned().collect();
        if !announced.is_empty() {
            tx.announce(found.id, &announced, hold.deadline).await?;
        }
        tx.commit().await?;
        Ok(self.upload(&room, found, caller, keys, now))
    }

    pub(crate) fn upload(
        &self,
        room: &Room,
        found: Reservation,
        caller: &Caller,
        keys: Vec<Option<BlobKey>>,
        now: Timestamp,
    ) -> Upload {
        Upload {
            app: self.clone(),
            room: room.id,
            made_room: caller.made_room(),
            sid: found.sid,
            reservation: found.id,
            received: found.manifest.files().iter().map(|_| None).collect(),
            manifest: found.manifest,
            keys,
            current: None,
            renewal: Renewal::new(self.policy().upload_lease, now),
            growing: None,
        }
    }
}

/// How far an upload of files that have all arrived came in its first transaction.
enum Whole {
    /// To its end.
    Uploaded(Uploaded),
    /// It has begun; there are blobs to be written.
    Begun(Box<Upload>),
}

/// A reservation that an upload begins on.
struct Claim {
    tx: RoomTx,
    room: Room,
    found: Reservation,
    /// What its hold becomes.
    hold: Hold,
    now: Timestamp,
}

use bytes::Bytes;

use crate::{
    Elizabeth, Error, Result,
    content::Sha256Hash,
    id::{BlobKey, RoomId, UploadId},
    policy::PROGRESS_BYTES,
    quota::{Hold, HoldState},
    room::Room,
    service::{
        room_tx::RoomTx,
        uploads::receiving::{Receiving, Renewal},
    },
    sniff::Sniffed,
    time::Timestamp,
    upload::{ChunkedUpload, HashState},
};

/// Where a piece belongs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Slot {
    pub(crate) room: RoomId,
    pub(crate) upload: UploadId,
    pub(crate) file: u32,
    pub(crate) index: u64,
}

/// A piece of a file on its way into a blob of its own: announced, hashed as it comes, kept alive as long as it comes.
///
/// Dropping it leaves its blob to the sweeper, which finds it by the announcement.
pub(crate) struct ChunkUpload {
    app: Elizabeth,
    pub(crate) slot: Slot,
    key: BlobKey,
    receiving: Receiving,
    hash_progress: Option<HashState>,
    renewal: Renewal,
    /// Bytes that had come of it when its upload was last prolonged for them.
    prolonged_at: u64,
}

/// A piece that has arrived and is durable.
pub(crate) struct Arrived {
    pub(crate) key: BlobKey,
    pub(crate) size: u64,
    pub(crate) sha256: Sha256Hash,
    /// What its own first bytes are.
    pub(crate) sniffed: Option<Sniffed>,
    /// The hash of the file up to its end, where it was taken along.
    pub(crate) hash_progress: Option<HashState>,
}

impl Elizabeth {
    /// Announces the blob of a piece in the transaction that found the upload to be alive, and ends that.
    pub(crate) async fn begin_chunk_upload(
        &self,
        mut tx: RoomTx,
        upload: &ChunkedUpload,
        slot: Slot,
        hash_progress: Option<HashState>,
        now: Timestamp,
    ) -> Result<ChunkUpload> {
        let key = BlobKey::from_random(self.ports.entropy.bytes());
        // No byte has come: nothing is prolonged.
        self.keep_hold(&mut tx, upload, upload.hold.check_going_on(now)?, upload.arrived()).await?;
        let until = now.saturating_add(self.policy().upload_lease);
        tx.announce(upload.reservation, std::slice::from_ref(&key), until).await?;
        tx.commit().await?;
        let receiving = match Receiving::blob(self, &key).await {
            Ok(receiving) => receiving,
            Err(error) => {
                self.discard_blob(&key).await;
                return Err(error);
            }
        };
        let renewal = Renewal::new(self.policy().upload_lease.min(self.policy().chunked_ttl), now);
        Ok(ChunkUpload { app: self.clone(), slot, key, receiving, hash_progress, renewal, prolonged_at: 0 })
    }

    /// The upload of a slot with its room locked, for what has arrived meanwhile.
    pub(crate) async fn lock_upload(
        &self,
        room: RoomId,
        upload: UploadId,
    ) -> Result<(RoomTx, Room, ChunkedUpload, Timestamp)> {
        let (mut tx, room, now) = self.lock_room(room).await?.ok_or(Error::RoomNotFound)?;
        if room.is_expired(now) {
            return Err(Error::RoomExpired);
        }
        let upload = tx.upload(room.id, upload).await?.ok_or(Error::ReservationExpired)?;
        Ok((tx, room, upload, now))
    }

    /// Holds an upload's space for as long again, in a transaction that goes on. It waits for whoever deletes the upload,
    /// and sees it: it comes before whatever is added to the upload.
    pub(crate) async fn renew_hold(
        &self,
        tx: &mut RoomTx,
        upload: &ChunkedUpload,
        now: Timestamp,
    ) -> Result<Hold> {
        let hold = upload.hold.go_on(now, self.policy().chunked_ttl)?;
        self.keep_hold(tx, upload, hold, upload.arrived()).await
    }

    /// The same for what the hold of an upload, given as it was, has become with so many bytes arrived.
    pub(crate) async fn keep_hold(
        &self,
        tx: &mut RoomTx,
        upload: &ChunkedUpload,
        hold: Hold,
        arrived: u64,
    ) -> Result<Hold> {
        let held = tx.update_upload(upload, hold, arrived).await?;
        if held { Ok(hold) } else { Err(Error::ReservationExpired) }
    }

    /// Gives up a blob that became nothing. Never fails: what cannot be undone now is collected when the announcement
    /// lapses.
    pub(crate) async fn discard_blob(&self, key: &BlobKey) {
        if let Err(error) = self.ports.blobs.delete(key).await {
            tracing::warn!(%error, "the blob of a piece that is not kept is left to the sweeper");
            return;
        }
        let retracted = self.retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            tx.retract_announcement(key).await?;
            Ok(tx.commit().await?)
        });
        if let Err(error) = retracted.await {
            tracing::warn!(%error, "the announcement of a piece that is not kept is left to the sweeper");
        }
    }
}

impl ChunkUpload {
    /// Bytes that have come.
    pub(crate) fn size(&self) -> u64 {
        self.receiving.size()
    }

    pub(crate) async fn write(&mut self, bytes: Bytes) -> Result<()> {
        self.renew_if_due().await?;
        self.receiving.write(&self.app, &bytes).await?;
        if let Some(hash_progress) = &mut self.hash_progress {
            hash_progress.update(&bytes);
        }
        Ok(())
    }

    /// Everything has come; it is durable when this returns. After an error nothing of it is kept.
    pub(crate) async fn finish(mut self) -> Result<Arrived> {
        if let Err(error) = self.renew_if_due().await {
            self.discard().await;
            return Err(error);
        }
        let Self { app, key, receiving, hash_progress, .. } = self;
        match receiving.finish().await {
            Ok(received) => Ok(Arrived {
                key,
                size: received.size(),
                sha256: received.sha256,
                sniffed: received.sniffed,
                hash_progress,
            }),
            Err(error) => {
                app.discard_blob(&key).await;
                Err(error)
            }
        }
    }

    /// Keeps nothing.
    pub(crate) async fn discard(self) {
        let Self { app, key, receiving, .. } = self;
        drop(receiving);
        app.discard_blob(&key).await;
    }

    /// Starts the lease of the blob anew when a tenth of it has gone by: a byte is here. The upload is prolonged with it
    /// when that is its first one, or so many have come that it is progress.
    async fn renew_if_due(&mut self) -> Result<()> {
        let (app, policy) = (&self.app, self.app.policy());
        if !self.renewal.is_due(app.now()) {
            return Ok(());
        }
        let (slot, key, size) = (self.slot, &self.key, self.receiving.size());
        let is_progress = size - self.prolonged_at >= PROGRESS_BYTES;
        let at = app
            .retried(|| async {
                let (mut tx, _, upload, now) = app.lock_upload(slot.room, slot.upload).await?;
                let until = now.saturating_add(policy.upload_lease);
                match upload.hold.state {
                    HoldState::Begun if !is_progress => {
                        let hold = upload.hold.check_going_on(now)?;
                        app.keep_hold(&mut tx, &upload, hold, upload.arrived()).await?;
                    }
                    HoldState::Pending | HoldState::Begun => {
                        app.renew_hold(&mut tx, &upload, now).await?;
                    }
                    // Its like was first, and the upload is complete: its own end will tell.
                    HoldState::Done => {}
                }
                if !tx.extend_announcement(key, until).await? {
                    return Err(Error::PieceLost);
                }
                tx.commit().await?;
                Ok(now)
            })
            .await?;
        self.renewal.renewed(at);
        if is_progress {
            self.prolonged_at = size;
        }
        Ok(())
    }
}

use bytes::Bytes;

use crate::{
    Elizabeth, Result,
    content::{FileRequest, Manifest, Reservation},
    counts::Counted,
    id::BlobKey,
    name::RoomRef,
    permission::Permission,
    service::{
        authorize::Requirement,
        caller::Caller,
        uploads::{
            receiving::Received,
            upload::{Upload, Uploaded, new_content},
        },
    },
};

impl Elizabeth {
    /// Reserves the space for one file and begins its upload, in one step. Go on with [`Upload::start_file`].
    ///
    /// With `growing` its length is not known, and the request's size does not matter: space is taken in steps as
    /// bytes come, and what was too much is given back when it is committed.
    ///
    /// # Errors
    ///
    /// [`crate::Invalid`] for the request; without a token that has EDIT; [`crate::Error::RoomFull`];
    /// [`crate::Error::TooMany`] reservations or contents; [`crate::Error::StorageFull`] when the server itself has no space left. A room that was made for this call goes
    /// again then.
    pub async fn begin_file(
        &self,
        room: &RoomRef,
        caller: &Caller,
        file: FileRequest,
        growing: bool,
    ) -> Result<Upload> {
        let begun = self.reserve_and_begin(room, caller, file, growing).await;
        self.or_unmake_room(caller, begun).await
    }

    /// Stores one file that has arrived already, in one transaction when it is small enough to be kept inline. The
    /// request's size does not matter.
    ///
    /// # Errors
    ///
    /// Those of [`Elizabeth::begin_file`] and of every step of an [`Upload`]. Nothing is kept then.
    pub async fn store_file(
        &self,
        room: &RoomRef,
        caller: &Caller,
        file: FileRequest,
        bytes: Bytes,
    ) -> Result<Uploaded> {
        let file = file.size(bytes.len() as u64);
        if bytes.len() as u64 <= self.policy().inline_max {
            let stored = self.store_inline(room, caller, file, bytes).await;
            return self.or_unmake_room(caller, stored).await;
        }
        let name = file.name.clone();
        self.begin_file(room, caller, file, false).await?.store_whole(&[(name, bytes)]).await
    }

    async fn reserve_and_begin(
        &self,
        room: &RoomRef,
        caller: &Caller,
        file: FileRequest,
        growing: bool,
    ) -> Result<Upload> {
        let file = if growing { file.size(0) } else { file };
        let manifest = Manifest::parse(vec![file], self.now())?;
        let total = manifest.total();
        let free = self.free_space().await?;
        let need = Requirement::Permission(Permission::EDIT);
        let lease = self.policy().upload_lease;
        let large = growing || total > self.policy().inline_max;
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let room = &grant.room;
            let ledger = self.ledger(tx.as_mut(), room, now).await?;
            let hold = if growing {
                let most = self.space_left(tx.as_mut(), free, ledger.remaining(now), now).await?;
                ledger.reserve_some(now, most, lease)
            } else {
                ledger.reserve(now, total, lease)?
            };
            let hold = hold.for_rows(manifest.rows()).begin(now, lease)?;
            ledger.check_rows(now, hold.rows)?;
            self.admit_reservation(tx.as_mut(), &ledger, &grant, Counted::Reservations, now).await?;
            self.admit_bytes(tx.as_mut(), free, total, now).await?;
            let sid = grant.token.sid;
            let id = tx.insert_reservation(room.id, sid, hold, &manifest, now).await?;
            let key = large.then(|| BlobKey::from_random(self.ports.entropy.bytes()));
            if let Some(key) = &key {
                tx.announce(id, std::slice::from_ref(key), hold.deadline).await?;
            }
            tx.commit().await?;
            let begun = Reservation { id, room_id: room.id, sid, hold, manifest: manifest.clone() };
            let mut upload = self.upload(room, begun, caller, vec![key], now);
            upload.growing = growing.then_some(hold.size);
            Ok(upload)
        })
        .await
    }

    async fn store_inline(
        &self,
        room: &RoomRef,
        caller: &Caller,
        file: FileRequest,
        bytes: Bytes,
    ) -> Result<Uploaded> {
        let manifest = Manifest::parse(vec![file], self.now())?;
        let total = manifest.total();
        let free = self.free_space().await?;
        let received = Received::inline(bytes);
        let need = Requirement::Permission(Permission::EDIT);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let room = grant.room;
            let ledger = self.ledger(tx.as_mut(), &room, now).await?;
            ledger.check_fits(now, total)?;
            ledger.check_rows(now, manifest.rows())?;
            self.admit_bytes(tx.as_mut(), free, total, now).await?;
            let mut contents = Vec::new();
            for file in manifest.files() {
                let new = new_content(room.id, grant.token.sid, file, &received, now);
                let id = tx.insert_content(&new).await?;
                contents.push(new.into_content(id));
            }
            tx.commit().await?;
            Ok(Uploaded { contents, current_size: ledger.current_size(now).saturating_add(total) })
        })
        .await
    }
}

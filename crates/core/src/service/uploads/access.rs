use secrecy::{ExposeSecret, SecretString};

use crate::{
    Elizabeth, Error, Result, Unauthorized,
    id::UploadId,
    name::RoomRef,
    permission::Permission,
    ports::{Access, ReadTx},
    room::{Room, RoomStatus},
    secret::KeyHash,
    service::authorize::{Grant, Presented, Requirement},
    service::{caller::Caller, room_tx::RoomTx},
    time::Timestamp,
    token::TokenRecord,
    upload::{ChunkedUpload, UploadStatus},
};

/// What somebody shows to work on an upload in pieces.
#[derive(Clone, Debug)]
pub enum UploadAccess {
    /// The upload's own token: it stands for the session that made the upload.
    UploadToken {
        /// The token.
        token: SecretString,
        /// Which upload it is claimed to be of, where the request names one.
        upload: Option<UploadId>,
    },
    /// Somebody in the room, of the session that made the upload; or an owner, who may see and end everybody's.
    Caller {
        /// Who.
        caller: Caller,
        /// The upload.
        upload: UploadId,
    },
}

/// An upload that a request may go on with.
pub(crate) struct UploadGrant {
    pub(crate) room: Room,
    pub(crate) upload: ChunkedUpload,
}

impl UploadGrant {
    /// The upload, unless it was silent for too long.
    pub(crate) fn live(self, now: Timestamp) -> Result<Self> {
        match self.upload.status(now) {
            UploadStatus::Expired => Err(Error::ReservationExpired),
            UploadStatus::Pending | UploadStatus::Uploading | UploadStatus::Completed => Ok(self),
        }
    }
}

/// Whether an upload is a token holder's: their session made it, or they are the owner, as whoever made it was.
pub(crate) fn is_own(upload: &ChunkedUpload, token: &TokenRecord) -> bool {
    upload.sid == token.sid || (upload.owner && token.owner)
}

/// Whether an upload may be gone on with in the name of the session that made it, as the room is now.
pub(crate) fn check_session(room: &Room, upload: &ChunkedUpload, needed: Permission) -> Result<()> {
    if room.status == RoomStatus::Closed && !upload.owner {
        return Err(Error::RoomClosed);
    }
    let permission = Permission::effective(upload.permission, upload.granted, room.permission, upload.owner);
    if permission.contains(needed) { Ok(()) } else { Err(Error::PermissionDenied(needed)) }
}

impl UploadAccess {
    fn present(&self, app: &Elizabeth) -> Presented {
        match self {
            Self::UploadToken { .. } => Presented::Nothing,
            Self::Caller { caller, .. } => app.present(caller),
        }
    }

    /// Judges a request, in the order that is the same everywhere. `needed` may be nothing.
    async fn judge<T: ReadTx + ?Sized>(
        &self,
        app: &Elizabeth,
        tx: &mut T,
        access: Option<Access>,
        presented: &Presented,
        needed: Permission,
        now: Timestamp,
    ) -> Result<UploadGrant> {
        match self {
            Self::UploadToken { token, upload: named } => {
                let Access { room, .. } = app.live_room(access, now)?;
                let upload = tx.upload_by_token(KeyHash::of(token.expose_secret())).await?;
                let upload = upload.filter(|upload| upload.room_id == room.id);
                let upload = upload.ok_or(Unauthorized::UploadToken)?;
                app.observer.by_session(upload.sid, upload.owner);
                check_session(&room, &upload, needed)?;
                if named.is_some_and(|named| named != upload.id) {
                    return Err(Error::ReservationNotFound);
                }
                Ok(UploadGrant { room, upload })
            }
            Self::Caller { upload, .. } => {
                let Grant { room, token } =
                    app.judge(access, presented, Requirement::Permission(needed), now)?;
                let upload = tx.upload(room.id, *upload).await?;
                // An owner may see and end everybody's, and add to none that is a guest's.
                let any = token.owner && needed.is_empty();
                let upload = upload.filter(|upload| any || is_own(upload, &token));
                Ok(UploadGrant { upload: upload.ok_or(Error::ReservationNotFound)?, room })
            }
        }
    }
}

impl Elizabeth {
    /// Judges a request about an upload that only reads, or that goes on reading on the connection that is returned.
    pub(crate) async fn access_upload(
        &self,
        room: &RoomRef,
        access: &UploadAccess,
        needed: Permission,
    ) -> Result<(Box<dyn ReadTx>, UploadGrant, Timestamp)> {
        let presented = access.present(self);
        let now = self.now();
        let jti = presented.claims().map(|claims| claims.jti);
        let mut tx = self.ports.store.read().await?;
        let found = tx.access(room, jti, now).await?;
        let grant = access.judge(self, tx.as_mut(), found, &presented, needed, now).await?;
        Ok((tx, grant, now))
    }

    /// The same for one that writes, with the room locked. Strangers do not get to queue for the lock.
    pub(crate) async fn access_upload_locked(
        &self,
        room: &RoomRef,
        access: &UploadAccess,
        needed: Permission,
    ) -> Result<(RoomTx, UploadGrant, Timestamp)> {
        self.access_upload(room, access, needed).await?;
        let presented = access.present(self);
        let jti = presented.claims().map(|claims| claims.jti);
        let mut tx = self.ports.store.begin().await?;
        let found = tx.lock_room(room, jti, self.now()).await?;
        let now = self.now();
        let grant = access.judge(self, tx.as_mut(), found, &presented, needed, now).await?;
        Ok((self.in_room(tx, grant.room.id, now), grant, now))
    }
}

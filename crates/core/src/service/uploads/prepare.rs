use crate::{
    Elizabeth, Error, Result,
    content::{FileRequest, Manifest, Reservation},
    counts::{Counted, Rows, TooMany},
    id::{ReservationId, RoomId, SessionId},
    name::RoomRef,
    permission::Permission,
    ports::{ReadTx, WriteTx},
    quota::Ledger,
    room::Room,
    service::{
        authorize::{Grant, Requirement},
        caller::Caller,
    },
    time::Timestamp,
};

/// Space that was just taken out of a room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// The number to upload with.
    pub reservation_id: ReservationId,
    /// Bytes held.
    pub reserved_size: u64,
    /// The first instant at which the hold is gone if no upload has begun.
    pub expires_at: Timestamp,
    /// Bytes stored and reserved in the room now.
    pub current_size: u64,
    /// The most bytes the room may hold.
    pub max_size: u64,
}

/// Space that was just given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Released {
    /// Bytes that were held.
    pub released: u64,
    /// Bytes stored and reserved in the room now.
    pub current_size: u64,
}

impl Elizabeth {
    /// Takes the space for some files out of a room, in one atomic step, before their first byte is sent.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for the manifest; without a token that has EDIT; [`Error::RoomFull`]; [`Error::TooMany`]
    /// reservations or contents; [`Error::StorageFull`] when the server itself has no space left.
    pub async fn prepare(
        &self,
        room: &RoomRef,
        caller: &Caller,
        files: Vec<FileRequest>,
    ) -> Result<Prepared> {
        let manifest = Manifest::parse(files, self.now())?;
        let total = manifest.total();
        let free = self.free_space().await?;
        let need = Requirement::Permission(Permission::EDIT);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let id = grant.room.id;
            let mut ledger = self.ledger(tx.as_mut(), &grant.room, now).await?;
            let hold = ledger.reserve(now, total, self.policy().reservation_ttl)?;
            let hold = hold.for_rows(manifest.rows());
            ledger.check_rows(now, hold.rows)?;
            self.admit_reservation(tx.as_mut(), &ledger, &grant, Counted::Reservations, now).await?;
            self.admit_bytes(tx.as_mut(), free, total, now).await?;
            let reservation_id = tx.insert_reservation(id, grant.token.sid, hold, &manifest, now).await?;
            ledger.insert(reservation_id, hold);
            tx.commit().await?;
            Ok(Prepared {
                reservation_id,
                reserved_size: total,
                expires_at: hold.deadline,
                current_size: ledger.current_size(now),
                max_size: ledger.max_size(),
            })
        })
        .await
    }

    /// Gives a reservation back before its end. An upload under way on it fails.
    ///
    /// # Errors
    ///
    /// Without a token that has EDIT; [`Error::ReservationNotFound`] when this session has no such reservation;
    /// [`Error::ReservationExpired`].
    pub async fn release(
        &self,
        room: &RoomRef,
        caller: &Caller,
        reservation: ReservationId,
    ) -> Result<Released> {
        let need = Requirement::Permission(Permission::EDIT);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let held = session_reservation(tx.as_mut(), grant.room.id, grant.token.sid, reservation).await?;
            if !held.hold.is_live(now) {
                return Err(Error::ReservationExpired);
            }
            tx.delete_reservation(reservation).await?;
            let current_size = tx.room(grant.room.id, now).await?.map_or(0, |room| room.current_size());
            tx.commit().await?;
            Ok(Released { released: held.hold.size, current_size })
        })
        .await
    }

    /// The account of a room that is locked.
    pub(crate) async fn ledger(&self, tx: &mut dyn WriteTx, room: &Room, now: Timestamp) -> Result<Ledger> {
        let holds = tx.live_holds(room.id, now).await?;
        let most_rows = Rows::most(&self.policy().limits, room.max_size);
        Ok(Ledger::new(room.max_size, room.stored_size, holds).with_rows(room.rows(), most_rows))
    }

    /// Whether there may be one more reservation in a room, or one more upload in pieces in it and in a guest's session.
    pub(crate) async fn admit_reservation(
        &self,
        tx: &mut dyn WriteTx,
        ledger: &Ledger,
        grant: &Grant,
        what: Counted,
        now: Timestamp,
    ) -> Result<()> {
        let most = |what: Counted| self.policy().limits.get(what.limit());
        let of_session = !grant.token.owner && what == Counted::Uploads;
        let under_way = ledger.under_way(now);
        if under_way < most(what) && (!of_session || under_way < most(Counted::SessionUploads)) {
            return Ok(());
        }
        let uploads = tx.upload_counts(grant.room.id, grant.token.sid, now).await?;
        let count =
            if what == Counted::Uploads { uploads.room } else { under_way - uploads.room.min(under_way) };
        let session = if of_session { uploads.session } else { 0 };
        for (what, count) in [(what, count), (Counted::SessionUploads, session)] {
            if count > 0 && count >= most(what) {
                return Err(TooMany { what, most: most(what) }.into());
            }
        }
        Ok(())
    }
}

/// A reservation of this session, lapsed or not. Another session's does not exist to it.
pub(crate) async fn session_reservation<T: ReadTx + ?Sized>(
    tx: &mut T,
    room: RoomId,
    sid: SessionId,
    id: ReservationId,
) -> Result<Reservation> {
    let found = tx.reservation(room, id).await?.filter(|reservation| reservation.sid == sid);
    // The hold of an upload in pieces promises nothing itself.
    let found = found.filter(|reservation| !reservation.manifest.files().is_empty());
    found.ok_or(Error::ReservationNotFound)
}

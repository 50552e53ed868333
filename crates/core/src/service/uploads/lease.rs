use std::time::Duration;

use crate::{
    Elizabeth, Error, Result,
    id::{ReservationId, RoomId},
    quota::Hold,
    time::Timestamp,
};

/// The lease of an upload under way. Its own calls renew it as bytes arrive; this is for what keeps them busy.
pub struct UploadLease {
    pub(crate) app: Elizabeth,
    pub(crate) room: RoomId,
    pub(crate) reservation: ReservationId,
    /// Bytes that had arrived when it was asked for.
    pub(crate) arrived: u64,
}

impl UploadLease {
    /// How long it lasts from each renewal.
    pub fn span(&self) -> Duration {
        self.app.policy().upload_lease
    }

    /// Starts the lease anew; says when.
    ///
    /// # Errors
    ///
    /// [`Error::ReservationExpired`] when it ended before, or the reservation was released.
    pub async fn renew(&self) -> Result<Timestamp> {
        Ok(self.extend(None).await?.1)
    }

    /// The same for a hold that has to have `needed` bytes from here on, where that is given; and when it was.
    pub(crate) async fn extend(&self, needed: Option<u64>) -> Result<(Hold, Timestamp)> {
        let app = &self.app;
        let free = match needed {
            Some(_) => Some(app.free_space().await?),
            None => None,
        };
        app.retried(|| async {
            let mut tx = app.ports.store.begin().await?;
            let room = tx.lock_room_by_id(self.room, app.now()).await?.ok_or(Error::RoomNotFound)?;
            let now = app.now();
            let held = tx.reservation(room.id, self.reservation).await?.ok_or(Error::ReservationExpired)?;
            let mut hold = held.hold.extend(now, self.span())?;
            hold.arrived = hold.arrived.max(self.arrived).min(hold.size);
            if let (Some(needed), Some(free)) = (needed, free) {
                let more = app.ledger(tx.as_mut(), &room, now).await?.growth(now, hold, needed)?;
                let left = app.space_left(tx.as_mut(), free, more, now).await?;
                hold = hold.grown(more.min(left));
                if hold.size < needed {
                    return Err(Error::StorageFull);
                }
            }
            tx.update_hold(self.reservation, hold).await?;
            tx.extend_announcements(self.reservation, hold.deadline).await?;
            tx.commit().await?;
            Ok((hold, now))
        })
        .await
    }
}

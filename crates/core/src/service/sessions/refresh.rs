use crate::{
    Elizabeth, Error, Result, Unauthorized,
    room::RoomStatus,
    secret::KeyHash,
    service::sessions::{end::end_session, issue::Issued},
    token::RefreshVerdict,
};

impl Elizabeth {
    /// Exchanges a refresh token for a new pair, in the same session. It works once: of two at the same time one
    /// wins, and the other, being a reuse, ends the whole session (RFC 9700, section 4.14.2).
    ///
    /// # Errors
    ///
    /// [`Unauthorized::RefreshToken`] when it is unknown, expired or revoked, also when its room is gone;
    /// [`Unauthorized::RefreshTokenReused`]; [`Error::RoomClosed`] to a guest;
    /// [`Error::TooMany`] tokens; [`Error::StorageFull`].
    pub async fn refresh(&self, refresh_token: &str) -> Result<Issued> {
        let hash = KeyHash::of(refresh_token);
        let free = self.free_space().await?;
        self.retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            let record = tx.lock_refresh(hash).await?.ok_or(Unauthorized::RefreshToken)?;
            let room = tx.lock_room_by_id(record.room_id, self.now()).await?;
            let now = self.now();
            let room = room.filter(|room| !room.is_expired(now)).ok_or(Unauthorized::RefreshToken)?;
            let mut tx = self.in_room(tx, room.id, now);
            match record.judge(now) {
                RefreshVerdict::Good if tx.use_refresh(hash, now).await? => {}
                RefreshVerdict::Dead => return Err(Unauthorized::RefreshToken.into()),
                RefreshVerdict::Good | RefreshVerdict::Reused => {
                    end_session(&mut tx, room.id, record.sid, now).await?;
                    tx.commit().await?;
                    return Err(Unauthorized::RefreshTokenReused.into());
                }
            }
            if room.status == RoomStatus::Closed && !record.owner {
                return Err(Error::RoomClosed);
            }
            self.finish_issue(tx, &room, record.session(), now, true, free).await
        })
        .await
    }

    /// Revokes a refresh token: its session can not be refreshed any more. Access tokens live out their hour.
    ///
    /// # Errors
    ///
    /// [`Unauthorized::RefreshToken`] when it is unknown or dead.
    pub async fn revoke_refresh(&self, refresh_token: &str) -> Result<()> {
        let hash = KeyHash::of(refresh_token);
        self.retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            let record = tx.lock_refresh(hash).await?.ok_or(Unauthorized::RefreshToken)?;
            let now = self.now();
            if record.judge(now) == RefreshVerdict::Dead {
                return Err(Unauthorized::RefreshToken.into());
            }
            tx.revoke_session_refresh(record.room_id, record.sid, now).await?;
            Ok(tx.commit().await?)
        })
        .await
    }
}

use crate::{
    Elizabeth, Error, Invalid, Result,
    name::RoomRef,
    room::{
        Password, Room, RoomChange, RoomSettings, RoomStatus, check_expire_at, check_max_entries,
        check_max_size,
    },
    service::{authorize::Requirement, caller::Caller},
};

impl Elizabeth {
    /// Changes a room's settings, all of them or none. A new password ends the sessions of all guests,
    /// and the tickets they made.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for what lies outside the policy or below what the room holds; without an owner's token.
    pub async fn change_settings(
        &self,
        room: &RoomRef,
        caller: &Caller,
        settings: RoomSettings,
    ) -> Result<Room> {
        let policy = self.policy();
        let max_size = settings.max_size.map(|asked| check_max_size(policy, asked)).transpose()?;
        let max_entries = settings.max_entries.map(check_max_entries).transpose()?;
        let expire_at =
            settings.expire_at.map(|asked| check_expire_at(policy, self.now(), asked)).transpose()?;
        let password = match settings.password {
            Some(Some(text)) => Some(Some(Password::parse(&text)?)),
            Some(None) => Some(None),
            None => None,
        };
        let password_hash = match password {
            Some(Some(password)) => {
                // Hashing is dear: only for those who may set it.
                self.authorize(room, caller, Requirement::Owner).await?;
                Some(Some(self.hash_password(&password, None).await?))
            }
            Some(None) => Some(None),
            None => None,
        };

        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, Requirement::Owner).await?;
            let id = grant.room.id;
            let current = grant.room.current_size();
            if max_size.is_some_and(|max| max < current) {
                return Err(Invalid::MaxSizeBelowCurrent { current }.into());
            }
            let ends_sessions = matches!(password_hash, Some(Some(_)));
            let change = RoomChange {
                max_size,
                max_entries,
                expire_at,
                password_hash: password_hash.clone(),
                status: settings.status.map(|status| status.unwrap_or(RoomStatus::Open)),
                updated_at: Some(now),
                ..RoomChange::default()
            };
            tx.change_room(&change).await?;
            if ends_sessions {
                tx.revoke_guests().await?;
            }
            let room = tx.room(id, now).await?.ok_or(Error::RoomNotFound)?;
            tx.commit().await?;
            Ok(room)
        })
        .await
    }
}

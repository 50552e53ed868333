use crate::{
    Elizabeth, Error, Result,
    name::RoomRef,
    permission::Permission,
    ports::StoreError,
    room::{Room, RoomChange},
    service::{authorize::Requirement, caller::Caller},
};

/// Draws of a private slug before giving up: two random UUIDs meeting even once is beyond belief.
const SLUG_DRAWS: usize = 3;

impl Elizabeth {
    /// Sets what guests may do by default; it holds for tokens in use at once, but for what an owner granted. Switching
    /// SHARE off draws a new private slug, switching it on makes the name the slug again.
    ///
    /// # Errors
    ///
    /// Without an owner's token.
    pub async fn set_permission(
        &self,
        room: &RoomRef,
        caller: &Caller,
        permission: Permission,
    ) -> Result<Room> {
        let permission = permission | Permission::VIEW;
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, Requirement::Owner).await?;
            let before = grant.room.permission;
            let switched = (before ^ permission).contains(Permission::SHARE);
            let mut change =
                RoomChange { permission: Some(permission), updated_at: Some(now), ..RoomChange::default() };
            for draw in 1..=SLUG_DRAWS {
                change.slug = switched.then(|| self.slug_for(&grant.room.name, permission));
                match tx.change_room(&change).await {
                    Err(StoreError::AddressTaken) if draw < SLUG_DRAWS => {}
                    result => {
                        result?;
                        break;
                    }
                }
            }
            let room = tx.room(grant.room.id, now).await?.ok_or(Error::RoomNotFound)?;
            tx.commit().await?;
            Ok(room)
        })
        .await
    }
}

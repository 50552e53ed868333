use crate::{
    Elizabeth, Result,
    name::RoomRef,
    permission::Permission,
    room::Room,
    service::{
        authorize::{Requirement, check_enterable},
        caller::Caller,
    },
};

impl Elizabeth {
    /// A room as somebody sees it who holds a token of it, or who could enter it by this address.
    ///
    /// # Errors
    ///
    /// [`crate::Error::RoomNotFound`], [`crate::Error::RoomExpired`]; with a token what is wrong with it; without
    /// one what keeps a stranger out: [`crate::Error::NotShared`], [`crate::Error::RoomClosed`],
    /// [`crate::Error::RoomLocked`], [`crate::Error::EntriesExhausted`].
    pub async fn room(&self, room: &RoomRef, caller: &Caller) -> Result<Room> {
        let presented = self.present(caller);
        let now = self.now();
        let jti = presented.claims().map(|claims| claims.jti);
        let access = self.ports.store.read().await?.access(room, jti, now).await?;
        match caller {
            Caller::Token(_) => Ok(self.judge(access, &presented, Requirement::Token, now)?.room),
            Caller::Nobody | Caller::Visitor(_) => {
                let access = self.live_room(access, now)?;
                check_enterable(&access.room, room)?;
                Ok(access.room)
            }
        }
    }

    /// Deletes a room with all that is in it. Every token of it is dead at once; the bytes are given back by
    /// [`Elizabeth::collect_blobs`].
    ///
    /// # Errors
    ///
    /// Without a token that has DELETE.
    pub async fn delete_room(&self, room: &RoomRef, caller: &Caller) -> Result<()> {
        let need = Requirement::Permission(Permission::DELETE);
        self.retried(|| async {
            let (mut tx, ..) = self.authorize_locked(room, caller, need).await?;
            tx.delete_room().await?;
            tx.commit().await
        })
        .await
    }
}

use crate::{
    Elizabeth, Error, Result, id::RoomId, name::RoomRef, policy::PAGE_MAX, room::Room, service::Page,
};

/// A room that the operator just removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemovedRoom {
    /// As it was.
    pub room: Room,
    /// Contents that were in it.
    pub contents: u64,
    /// Bytes that were stored in them.
    pub freed_size: u64,
}

/// What the operator may do: no room's credential is asked for, so whoever calls these MUST have made sure of that.
impl Elizabeth {
    /// All rooms by ascending number, expired ones that were not collected among them: at most `limit` and
    /// [`PAGE_MAX`], behind `after` where that is given.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn rooms(&self, after: Option<RoomId>, limit: u64) -> Result<Page<Room, RoomId>> {
        let now = self.now();
        let one_more = limit.min(PAGE_MAX).saturating_add(1);
        let rooms = self.ports.store.read().await?.rooms(after, one_more, now).await?;
        Ok(Page::cut(rooms, limit, |room| room.id))
    }

    /// Removes a room by its name or slug, with all that is in it, expired or not. Every token of it is dead at
    /// once; the bytes are given back by [`Elizabeth::collect_blobs`].
    ///
    /// # Errors
    ///
    /// [`Error::RoomNotFound`]; when the store fails.
    pub async fn remove_room(&self, room: &RoomRef) -> Result<RemovedRoom> {
        self.retried(|| async {
            let mut tx = self.ports.store.begin().await?;
            let access = tx.lock_room(room, None, self.now()).await?.ok_or(Error::RoomNotFound)?;
            let swept = tx.delete_room(access.room.id).await?;
            tx.commit().await?;
            self.watch.removed(access.room.id);
            Ok(RemovedRoom { room: access.room, contents: swept.contents, freed_size: swept.freed_size })
        })
        .await
    }
}

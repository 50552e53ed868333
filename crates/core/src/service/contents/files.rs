//! A room as a folder: contents by their names.

use crate::{
    Elizabeth, Error, Result,
    name::{FileName, RoomRef},
    permission::Permission,
    service::{Deleted, Readable, authorize::Requirement, caller::Caller},
};

impl Elizabeth {
    /// Finds the newest live content of a name, of those that the caller sees, to read. Counts nothing.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW or EDIT; [`Error::FileNotFound`]; when it ended this very moment as
    /// [`Elizabeth::readable`].
    pub async fn readable_file(&self, room: &RoomRef, caller: &Caller, name: FileName) -> Result<Readable> {
        let (mut tx, grant, now) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let found = tx.newest_content(grant.room.id, &name, grant.visible(), now).await?;
        drop(tx);
        self.readable(room, caller, found.ok_or(Error::FileNotFound(name))?).await
    }

    /// Deletes the newest live content of a name, of those that the caller sees.
    ///
    /// # Errors
    ///
    /// Without a token that has DELETE; [`Error::FileNotFound`].
    pub async fn delete_file(&self, room: &RoomRef, caller: &Caller, name: FileName) -> Result<Deleted> {
        let need = Requirement::Permission(Permission::DELETE);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let room = grant.room.id;
            let found = tx.newest_content(room, &name, grant.visible(), now).await?;
            let found = found.ok_or_else(|| Error::FileNotFound(name.clone()))?;
            let content = tx.contents_by_id(room, &[found]).await?;
            let report = tx.delete_contents(&content).await?;
            let current_size = tx.room(room, now).await?.map_or(0, |room| room.current_size());
            tx.commit().await?;
            Ok(Deleted { deleted: vec![found], freed_size: report.freed_size, current_size })
        })
        .await
    }
}

use std::collections::BTreeSet;

use crate::{
    Elizabeth, Error, Invalid, Result,
    id::ContentId,
    name::RoomRef,
    permission::Permission,
    policy::MANIFEST_FILES_MAX,
    service::{authorize::Requirement, caller::Caller},
};

/// Contents that were just deleted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// Which, ascending.
    pub deleted: Vec<ContentId>,
    /// Bytes that were stored in them.
    pub freed_size: u64,
    /// Bytes stored and reserved in the room now.
    pub current_size: u64,
}

impl Elizabeth {
    /// Deletes contents: all that are named, or none.
    ///
    /// # Errors
    ///
    /// [`Invalid::ContentCount`]; without a token that has DELETE; [`Error::ContentNotFound`] with the first that
    /// is not there.
    pub async fn delete_contents(
        &self,
        room: &RoomRef,
        caller: &Caller,
        ids: Vec<ContentId>,
    ) -> Result<Deleted> {
        let ids: Vec<ContentId> = ids.into_iter().collect::<BTreeSet<_>>().into_iter().collect();
        if ids.is_empty() || ids.len() > MANIFEST_FILES_MAX {
            return Err(Invalid::ContentCount.into());
        }
        let need = Requirement::Permission(Permission::DELETE);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let mut found = tx.contents_by_id(grant.room.id, &ids).await?;
            found.retain(|content| grant.sees(content));
            let seen: BTreeSet<ContentId> = found.iter().map(|content| content.id).collect();
            if let Some(missing) = ids.iter().find(|id| !seen.contains(id)) {
                return Err(Error::ContentNotFound(*missing));
            }
            let report = tx.delete_contents(&found).await?;
            let current_size = tx.room(grant.room.id, now).await?.map_or(0, |room| room.current_size());
            tx.commit().await?;
            Ok(Deleted { deleted: ids.clone(), freed_size: report.freed_size, current_size })
        })
        .await
    }
}

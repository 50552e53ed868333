use crate::{
    Elizabeth, Error, Result,
    change::{Edit, VersionPrecondition},
    content::Content,
    id::ContentId,
    name::RoomRef,
    permission::Permission,
    service::{
        authorize::Requirement, caller::Caller, contents::get::check_live, retried::retried,
        uploads::prepare::ledger,
    },
};

impl Elizabeth {
    /// Changes a content, starting from a version of it that the caller names: of two who start from the same one the
    /// second is refused, so that nothing of the first is overwritten. The room is locked from the comparison to the
    /// commit; the change is durable when this returns. It answers the content as it stands then.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for what no content, or none of this kind, can become; without a token that has EDIT;
    /// [`Error::PreconditionRequired`] without `expected`; [`Error::ContentNotFound`], also for one that the caller
    /// may not see; [`Error::ContentExpired`]; [`Error::DownloadsSpent`]; [`Error::PreconditionFailed`] with the
    /// content as it stands; [`Error::TextTooLong`]; [`Error::RoomFull`] and [`Error::StorageFull`] for a text that
    /// grows.
    pub async fn change_content(
        &self,
        room: &RoomRef,
        caller: &Caller,
        id: ContentId,
        expected: Option<VersionPrecondition>,
        edit: Edit,
    ) -> Result<Content> {
        let edit = edit.read(self.now())?;
        let enough_space = match edit.size() {
            Some(size) => self.has_space_for(size).await?,
            None => true,
        };
        let need = Requirement::Permission(Permission::EDIT);
        retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let expected = expected.as_ref().ok_or(Error::PreconditionRequired)?;
            let found = tx.content_access(room, None, id, now).await?.and_then(|found| found.content);
            let found = found.filter(|stored| grant.sees(&stored.content));
            let mut stored = found.ok_or(Error::ContentNotFound(id))?;
            check_live(&stored.content, now)?;
            if !expected.holds(stored.content.version) {
                return Err(Error::PreconditionFailed(Box::new(stored.into_content())));
            }
            let change = edit.clone().decide(&stored.content)?;
            if let Some(body) = &change.body {
                let (old, new) = (stored.content.size, body.size());
                ledger(tx.as_mut(), &grant.room, now).await?.replace(now, old, new)?;
                if new > old && !enough_space {
                    return Err(Error::StorageFull);
                }
            }
            if !tx.change_content(id, &change, now).await? {
                return Err(Error::ContentNotFound(id));
            }
            tx.commit().await?;
            change.apply(&mut stored, now);
            Ok(stored.into_content())
        })
        .await
    }
}

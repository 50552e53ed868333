use crate::{
    Elizabeth, Error, Result,
    change::{Edit, VersionPrecondition},
    content::Content,
    id::ContentId,
    name::RoomRef,
    permission::Permission,
    ports::StoreError,
    service::{authorize::Requirement, caller::Caller, contents::get::check_live},
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
        let free = self.free_space().await?;
        let need = Requirement::Permission(Permission::EDIT);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let expected = expected.as_ref().ok_or(Error::PreconditionRequired)?;
            let found = tx.content_access(room, None, id, now).await?.and_then(|found| found.content);
            let found = found.filter(|stored| grant.sees(&stored.content));
            let stored = found.ok_or(Error::ContentNotFound(id))?;
            check_live(&stored.content, now)?;
            if !expected.holds(stored.content.version) {
                // What was found may be about to be committed together with this: then that is waited for.
                tx.commit().await?;
                return Err(self.overtaken(room, caller, id, expected).await);
            }
            let change = edit.clone().decide(&stored.content)?;
            let longer_name = change.longer_name(&stored.content);
            let mut changed = stored.clone();
            change.apply(&mut changed, now);
            let (old, new) = (stored.content.stored_size(), changed.content.stored_size());
            if new > old || longer_name.size > 0 {
                let mut ledger = self.ledger(tx.as_mut(), &grant.room, now).await?;
                if new > old {
                    ledger.replace(now, old, new)?;
                }
                ledger.check_rows(now, longer_name)?;
                self.admit_bytes(tx.as_mut(), free, new.saturating_sub(old), now).await?;
            }
            self.keep_change(&mut tx, free, &stored, &change).await?;
            if !tx.change_content(&stored.content, &change).await? {
                return Err(Error::ContentNotFound(id));
            }
            tx.commit().await?;
            Ok(changed.into_content())
        })
        .await
    }

    /// What to answer to a change of another version than those it may start from. It goes by what is committed: what a unit
    /// of work finds, others that are committed together with it may have written, and it may come to nothing.
    async fn overtaken(
        &self,
        room: &RoomRef,
        caller: &Caller,
        id: ContentId,
        expected: &VersionPrecondition,
    ) -> Error {
        match self.content(room, caller, id).await {
            Ok(content) if expected.holds(content.version) => {
                StoreError::Contended("a change of others is about to be committed".into()).into()
            }
            Ok(content) => Error::PreconditionFailed(Box::new(content)),
            Err(error) => error,
        }
    }
}

use crate::{
    Elizabeth, Error, Result,
    change::ContentChange,
    content::Body,
    edits::{TextEdit, edited},
    error::Invalid,
    id::ContentId,
    name::RoomRef,
    permission::Permission,
    policy::EDITS_AT_ONCE,
    ports::StoreError,
    service::{
        authorize::Requirement,
        caller::Caller,
        contents::{edits_kept::check_editable, get::check_live},
    },
    text::text_body,
};

impl Elizabeth {
    /// Makes edits of a text, one behind the other, the first of them to a version that the caller names: when it is still
    /// the newest. The text comes to a new version by each. They are durable when this returns; it answers the version
    /// that the text is at then.
    ///
    /// Of one whose answer was lost the caller sees in what comes with the refusal of the next try that it was made.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for no edits or more than [`EDITS_AT_ONCE`], for a content that is not edited together and for an
    /// edit that is not one of this text; without a token that has EDIT; [`Error::ContentNotFound`], also for one that the
    /// caller may not see; [`Error::ContentExpired`]; [`Error::VersionBehind`] with the edits since that version;
    /// [`Error::EditsGone`] when they are not kept; [`Error::TextTooLong`]; [`Error::RoomFull`] for a text that grows;
    /// [`Error::StorageFull`].
    pub async fn edit_text(
        &self,
        room: &RoomRef,
        caller: &Caller,
        id: ContentId,
        version: u64,
        edits: Vec<TextEdit>,
    ) -> Result<u64> {
        if edits.is_empty() || edits.len() > EDITS_AT_ONCE {
            return Err(Invalid::EditCount.into());
        }
        let free = self.free_space().await?;
        let need = Requirement::Permission(Permission::EDIT);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let found = tx.content_access(room, None, id, now).await?.and_then(|found| found.content);
            let found = found.filter(|stored| grant.sees(&stored.content));
            let stored = found.ok_or(Error::ContentNotFound(id))?;
            check_live(&stored.content, now)?;
            check_editable(&stored.content)?;
            if version != stored.content.version {
                // What was found may be about to be committed together with this: then that is waited for.
                tx.commit().await?;
                return Err(self.behind(room, caller, id, version).await);
            }
            let text = stored.text().ok_or_else(|| StoreError::Corrupt("a text that is not UTF-8".into()))?;
            let body = text_body(edited(&text, &edits)?)?;
            let (old, new) = (stored.content.size, Body::size(&body));
            if new > old {
                self.ledger(tx.as_mut(), &grant.room, now).await?.replace(now, old, new)?;
            }
            self.admit_bytes(tx.as_mut(), free, new.saturating_sub(old), now).await?;
            let versions = edits.len() as u64;
            let change = ContentChange { body: Some(body), versions, ..ContentChange::default() };
            let limits = &self.policy().limits;
            if !tx.edit_content(&stored.content, &change, edits.clone(), limits).await? {
                return Err(Error::ContentNotFound(id));
            }
            tx.commit().await?;
            Ok(version + versions)
        })
        .await
    }

    /// What to answer to edits of another version than the newest. It goes by what is committed: what a unit of work finds,
    /// others that are committed together with it may have written, and it may come to nothing.
    async fn behind(&self, room: &RoomRef, caller: &Caller, id: ContentId, version: u64) -> Error {
        match self.text_edits(room, caller, id, version).await {
            Ok(since) if since.edits.is_empty() => {
                StoreError::Contended("edits of others are about to be committed".into()).into()
            }
            Ok(since) => Error::VersionBehind(Box::new(since)),
            Err(error) => error,
        }
    }
}

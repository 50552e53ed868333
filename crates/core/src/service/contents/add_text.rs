use crate::{
    Elizabeth, Result,
    content::Content,
    name::RoomRef,
    permission::Permission,
    service::{authorize::Requirement, caller::Caller},
    text::{ParsedText, TextRequest},
};

impl Elizabeth {
    /// Adds a text to a room. It counts towards the room as a file of its bytes would, and is durable when this
    /// returns.
    ///
    /// # Errors
    ///
    /// [`crate::Error::Invalid`] for its name, language, downloads or expiry; without a token that has EDIT;
    /// [`crate::Error::TextTooLong`]; [`crate::Error::RoomFull`]; [`crate::Error::TooMany`] contents;
    /// [`crate::Error::StorageFull`] when the server itself has no space left.
    pub async fn add_text(&self, room: &RoomRef, caller: &Caller, request: TextRequest) -> Result<Content> {
        let written = ParsedText::text(request, self.now())?;
        self.add_written(room, caller, written).await
    }

    /// Adds a text or a link that was read.
    pub(crate) async fn add_written(
        &self,
        room: &RoomRef,
        caller: &Caller,
        written: ParsedText,
    ) -> Result<Content> {
        let free = self.free_space().await?;
        let need = Requirement::Permission(Permission::EDIT);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let new = written.clone().into_new(grant.room.id, grant.token.sid, now)?;
            let mut ledger = self.ledger(tx.as_mut(), &grant.room, now).await?;
            ledger.replace(now, 0, new.size())?;
            ledger.check_rows(now, new.row())?;
            self.admit_bytes(tx.as_mut(), free, new.size(), now).await?;
            let id = tx.insert_content(&new).await?;
            tx.commit().await?;
            Ok(new.into_content(id))
        })
        .await
    }
}

use crate::{
    Elizabeth, Error, Result,
    edits::EditsSince,
    id::ContentId,
    name::RoomRef,
    service::{
        authorize::Requirement,
        caller::Caller,
        contents::{
            edits_kept::{check_editable, edits_since},
            get::check_live,
        },
    },
};

impl Elizabeth {
    /// The edits by which a text came from a version to the one that it is at.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW or EDIT; [`Error::ContentNotFound`], also of what it may not see;
    /// [`Error::ContentExpired`]; [`Error::Invalid`] for a content that is not edited together; [`Error::EditsGone`] when
    /// they are not all kept, or the text was never at that version.
    pub async fn text_edits(
        &self,
        room: &RoomRef,
        caller: &Caller,
        id: ContentId,
        since: u64,
    ) -> Result<EditsSince> {
        let (mut tx, grant, now) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let found = tx.contents_by_id(grant.room.id, &[id]).await?.pop();
        let content = found.filter(|content| grant.sees(content)).ok_or(Error::ContentNotFound(id))?;
        check_live(&content, now)?;
        check_editable(&content)?;
        edits_since(tx.as_mut(), &content, since).await
    }
}

use crate::{
    Elizabeth, Error, Result,
    content::{Content, StoredContent},
    id::ContentId,
    name::RoomRef,
    ports::{Access, ContentAccess, ContentPage},
    room::Room,
    service::{authorize::Requirement, caller::Caller},
    time::Timestamp,
};

impl Elizabeth {
    /// A room's contents, by ascending number; to who may add and not look, those of the own session.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW or EDIT.
    pub async fn contents(&self, room: &RoomRef, caller: &Caller, page: ContentPage) -> Result<Vec<Content>> {
        let (mut tx, grant, _) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let page = ContentPage { sid: grant.visible().or(page.sid), ..page };
        Ok(tx.contents(grant.room.id, page).await?)
    }

    /// One content, without its bytes; a text or a link with what it says.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW or EDIT; [`Error::ContentNotFound`], also of what it may not see; [`Error::ContentExpired`];
    /// [`Error::DownloadsSpent`].
    pub async fn content(&self, room: &RoomRef, caller: &Caller, id: ContentId) -> Result<Content> {
        Ok(self.stored_content(room, caller, id).await?.0.into_content())
    }

    /// One live content with its segments, in one read of the store; and the first instant at which this token no
    /// longer reads it.
    pub(crate) async fn stored_content(
        &self,
        room: &RoomRef,
        caller: &Caller,
        id: ContentId,
    ) -> Result<(StoredContent, Timestamp)> {
        let presented = self.present(caller);
        let now = self.now();
        let jti = presented.claims().map(|claims| claims.jti);
        let found = self.ports.store.read().await?.content_access(room, jti, id, now).await?;
        let (access, content) = apart(found);
        let grant = self.judge(access, &presented, Requirement::Look, now)?;
        let stored = content.filter(|stored| grant.sees(&stored.content));
        let stored = stored.ok_or(Error::ContentNotFound(id))?;
        check_live(&stored.content, now)?;
        let until = readable_until(&stored.content, &grant.room, grant.token.expires_at);
        Ok((stored, until))
    }
}

/// The room with the token, and the content.
pub(crate) fn apart(found: Option<ContentAccess>) -> (Option<Access>, Option<StoredContent>) {
    match found {
        Some(ContentAccess { room, token, content }) => (Some(Access { room, token }), content),
        None => (None, None),
    }
}

/// The first instant at which a credential that ends then reads a content no longer.
pub(crate) fn readable_until(content: &Content, room: &Room, credential: Timestamp) -> Timestamp {
    [content.expire_at, room.expire_at].into_iter().flatten().fold(credential, Timestamp::min)
}

/// Whether a content can still be read.
pub(crate) fn check_live(content: &Content, now: Timestamp) -> Result<()> {
    if content.is_expired(now) {
        return Err(Error::ContentExpired);
    }
    if content.is_spent() { Err(Error::DownloadsSpent) } else { Ok(()) }
}

use super::authorize::{Need, judge};
use crate::{
    Elizabeth, Error, Result,
    content::{Content, StoredContent},
    id::ContentId,
    name::RoomRef,
    permission::Permission,
    ports::{Access, ContentAccess, ContentPage},
    time::Timestamp,
};

impl Elizabeth {
    /// A room's contents, by ascending number.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW.
    pub async fn contents(
        &self,
        room: &RoomRef,
        token: Option<&str>,
        page: ContentPage,
    ) -> Result<Vec<Content>> {
        let presented = self.present(token);
        let now = self.now();
        let jti = presented.claims().map(|claims| claims.jti);
        let mut tx = self.ports.store.read().await?;
        let access = tx.access(room, jti, now).await?;
        let grant = judge(access, &presented, Need::Permission(Permission::VIEW), now)?;
        Ok(tx.contents(grant.room.id, page).await?)
    }

    /// One content, without its bytes; a text or a link with what it says.
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW; [`Error::ContentNotFound`]; [`Error::ContentExpired`];
    /// [`Error::DownloadsSpent`].
    pub async fn content(&self, room: &RoomRef, token: Option<&str>, id: ContentId) -> Result<Content> {
        let (stored, _) = self.stored_content(room, token, id).await?;
        Ok(Content { text: stored.text(), ..stored.content })
    }

    /// One live content with its segments, in one read of the store; and the first instant at which this token no
    /// longer reads it.
    pub(super) async fn stored_content(
        &self,
        room: &RoomRef,
        token: Option<&str>,
        id: ContentId,
    ) -> Result<(StoredContent, Timestamp)> {
        let presented = self.present(token);
        let now = self.now();
        let jti = presented.claims().map(|claims| claims.jti);
        let found = self.ports.store.read().await?.content_access(room, jti, id, now).await?;
        let (access, content) = match found {
            Some(ContentAccess { room, token, content }) => (Some(Access { room, token }), content),
            None => (None, None),
        };
        let grant = judge(access, &presented, Need::Permission(Permission::VIEW), now)?;
        let stored = content.ok_or(Error::ContentNotFound(id))?;
        if stored.content.is_expired(now) {
            return Err(Error::ContentExpired);
        }
        if stored.content.is_spent() {
            return Err(Error::DownloadsSpent);
        }
        let ends = [stored.content.expire_at, grant.room.expire_at].into_iter().flatten();
        let until = ends.fold(grant.token.expires_at, Timestamp::min);
        Ok((stored, until))
    }
}

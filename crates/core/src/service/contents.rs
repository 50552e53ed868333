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
        Ok(self.stored_content(room, token, id).await?.into_content())
    }

    /// One live content with its segments, in one read of the store.
    pub(super) async fn stored_content(
        &self,
        room: &RoomRef,
        token: Option<&str>,
        id: ContentId,
    ) -> Result<StoredContent> {
        let presented = self.present(token);
        let now = self.now();
        let jti = presented.claims().map(|claims| claims.jti);
        let found = self.ports.store.read().await?.content_access(room, jti, id, now).await?;
        let (access, content) = match found {
            Some(ContentAccess { room, token, content }) => (Some(Access { room, token }), content),
            None => (None, None),
        };
        judge(access, &presented, Need::Permission(Permission::VIEW), now)?;
        live_content(content.ok_or(Error::ContentNotFound(id))?, now)
    }
}

/// The content, when its time is not over and its downloads are not used up.
pub(super) fn live_content(stored: StoredContent, now: Timestamp) -> Result<StoredContent> {
    if stored.content.is_expired(now) {
        return Err(Error::ContentExpired);
    }
    if stored.content.is_spent() { Err(Error::DownloadsSpent) } else { Ok(stored) }
}

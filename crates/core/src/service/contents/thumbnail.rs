use crate::{
    Elizabeth, Error, Result,
    id::ContentId,
    limits::Limit,
    name::RoomRef,
    permission::Permission,
    service::{authorize::Requirement, caller::Caller, contents::get::check_live, contents::read::Readable},
    thumbnail::{InvalidThumbnail, Thumbnail},
};

impl Elizabeth {
    /// Gives a content a thumbnail, in place of one that it has. Its bytes count towards the room, and are given back with
    /// the content's. It is durable when this returns. The content's version stays: nothing that is edited is another.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`] for one over [`Limit::ThumbnailBytes`]; without a token that has EDIT;
    /// [`Error::ContentNotFound`], also for one that the caller may not see; [`Error::ContentExpired`];
    /// [`Error::DownloadsSpent`]; [`Error::NotYourContent`] by another session than the one that added it, but for the
    /// owner's; [`Error::LimitedContent`]; [`Error::RoomFull`] and [`Error::StorageFull`] for one that is larger than
    /// what it replaces.
    pub async fn put_thumbnail(
        &self,
        room: &RoomRef,
        caller: &Caller,
        id: ContentId,
        thumbnail: Thumbnail,
    ) -> Result<()> {
        let most = self.policy().limits.get(Limit::ThumbnailBytes);
        if thumbnail.size() > most {
            return Err(Error::Invalid(InvalidThumbnail::TooLong(most).into()));
        }
        let free = self.free_space().await?;
        let need = Requirement::Permission(Permission::EDIT);
        self.retried(|| async {
            let (mut tx, grant, now) = self.authorize_locked(room, caller, need).await?;
            let found = tx.contents_by_id(grant.room.id, &[id]).await?.pop();
            let content = found.filter(|content| grant.sees(content)).ok_or(Error::ContentNotFound(id))?;
            check_live(&content, now)?;
            if content.sid != grant.token.sid && !grant.token.owner {
                return Err(Error::NotYourContent);
            }
            if content.max_downloads.is_some() {
                return Err(Error::LimitedContent);
            }
            let (old, new) = (content.thumbnail_size, thumbnail.size());
            // Several tabs make the same of one picture: nobody is to hear of it twice.
            if old == new && tx.thumbnail(grant.room.id, id).await?.as_ref() == Some(&thumbnail) {
                return Ok(());
            }
            if new > old {
                self.ledger(tx.as_mut(), &grant.room, now).await?.replace(now, old, new)?;
                self.admit_bytes(tx.as_mut(), free, new - old, now).await?;
            }
            if !tx.put_thumbnail(&content, &thumbnail).await? {
                return Err(Error::ContentNotFound(id));
            }
            tx.commit().await
        })
        .await
    }
}

impl Readable {
    /// The content's thumbnail. Nothing is counted by it: neither a download nor a use of a ticket.
    ///
    /// # Errors
    ///
    /// [`Error::ThumbnailNotFound`].
    pub async fn thumbnail(&self) -> Result<Thumbnail> {
        let content = &self.stored.content;
        if !content.has_thumbnail() {
            return Err(Error::ThumbnailNotFound);
        }
        let mut tx = self.app.ports.store.read().await?;
        tx.thumbnail(content.room_id, content.id).await?.ok_or(Error::ThumbnailNotFound)
    }
}

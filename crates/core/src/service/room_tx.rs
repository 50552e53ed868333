//! A transaction about one room, which is locked in it. What it changes of what the room's lists show it records as events,
//! in the same transaction: the methods here that write have the names of those of [`WriteTx`], and stand in front of them.

use std::{
    collections::BTreeMap,
    ops::{Deref, DerefMut},
    sync::Arc,
};

use crate::{
    Elizabeth, Result,
    change::ContentChange,
    content::{Content, NewContent},
    edits::{TextEdit, put_behind},
    event::Happening,
    id::{ContentId, ReservationId, RoomId, SessionId},
    limits::Limits,
    ports::{RoomWatch, StoreResult, SweepReport, UploadOutline, WriteTx},
    quota::{Hold, HoldState},
    room::{Room, RoomChange},
    thumbnail::Thumbnail,
    time::Timestamp,
    upload::{ChunkedUpload, NewUpload},
};

/// A unit of work in a locked room: see the module. Dropping it undoes it.
pub(crate) struct RoomTx {
    tx: Box<dyn WriteTx>,
    room: RoomId,
    now: Timestamp,
    happened: Vec<(Option<SessionId>, Happening)>,
    has_revoked: bool,
    is_removed: bool,
    watch: Arc<dyn RoomWatch>,
}

impl Elizabeth {
    /// A transaction that has locked a room goes on as one about it, at an instant behind the lock.
    pub(crate) fn in_room(&self, tx: Box<dyn WriteTx>, room: RoomId, now: Timestamp) -> RoomTx {
        let watch = self.watch.clone();
        RoomTx { tx, room, now, happened: vec![], has_revoked: false, is_removed: false, watch }
    }

    /// Begins a transaction about a room, if that is there. The instant was read after the lock was granted.
    pub(crate) async fn lock_room(&self, id: RoomId) -> Result<Option<(RoomTx, Room, Timestamp)>> {
        let mut tx = self.ports.store.begin().await?;
        let Some(room) = tx.lock_room_by_id(id, self.now()).await? else { return Ok(None) };
        let now = self.now();
        Ok(Some((self.in_room(tx, id, now), room, now)))
    }
}

impl RoomTx {
    /// Numbers and adds what happened, in one statement, makes everything durable, and reports it to who watches.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let newest = match self.happened.as_slice() {
            [] => None,
            happened => Some(self.tx.record(self.room, happened, self.now).await?),
        };
        self.tx.commit().await?;
        if self.is_removed {
            self.watch.removed(self.room);
        }
        if let Some(newest) = newest {
            self.watch.changed(self.room, newest);
        }
        if self.has_revoked {
            self.watch.revoked(self.room);
        }
        Ok(())
    }

    /// The transaction by itself, for what concerns nobody's lists.
    pub(crate) fn as_mut(&mut self) -> &mut dyn WriteTx {
        self.tx.as_mut()
    }

    /// Something happens that no method here is for. `sid` is whose content or upload it is about.
    pub(crate) fn note(&mut self, sid: Option<SessionId>, what: Happening) {
        self.happened.push((sid, what));
    }

    /// Tokens are revoked: whoever listens by one is judged anew.
    pub(crate) fn note_revoked(&mut self) {
        self.has_revoked = true;
    }

    pub(crate) async fn insert_content(&mut self, content: &NewContent) -> StoreResult<ContentId> {
        let id = self.tx.insert_content(content).await?;
        self.note(Some(content.sid), Happening::ContentCreated { id });
        Ok(id)
    }

    /// Changes a content, given as it was. `false` when it is gone.
    pub(crate) async fn change_content(
        &mut self,
        content: &Content,
        change: &ContentChange,
    ) -> StoreResult<bool> {
        let changed = self.tx.change_content(content.id, change, self.now).await?;
        if changed {
            self.note(Some(content.sid), Happening::ContentUpdated { id: content.id });
        }
        Ok(changed)
    }

    /// Gives a content, which is as given, a thumbnail. `false` when it is gone.
    pub(crate) async fn put_thumbnail(
        &mut self,
        content: &Content,
        thumbnail: &Thumbnail,
    ) -> StoreResult<bool> {
        let put = self.tx.put_thumbnail(content.id, thumbnail).await?;
        if put {
            self.note(Some(content.sid), Happening::ContentUpdated { id: content.id });
        }
        Ok(put)
    }

    /// Makes edits of a text, given as it was: changes it, and keeps them. `false` when it is gone.
    pub(crate) async fn edit_content(
        &mut self,
        content: &Content,
        change: &ContentChange,
        edits: Vec<TextEdit>,
        limits: &Limits,
    ) -> StoreResult<bool> {
        if !self.tx.change_content(content.id, change, self.now).await? {
            return Ok(false);
        }
        let (id, from) = (content.id, content.version);
        let to = from + edits.len() as u64;
        let is_kept = self.keep_edits(content, edits, limits).await?;
        let edited = Happening::ContentEdited { id, from, to };
        self.note(Some(content.sid), if is_kept { edited } else { Happening::ContentUpdated { id } });
        Ok(true)
    }

    /// Keeps edits by which a text, given as it was, comes to later versions, and forgets what is too old for that. `false`
    /// when the last of them is too large to be kept.
    pub(crate) async fn keep_edits(
        &mut self,
        content: &Content,
        edits: Vec<TextEdit>,
        limits: &Limits,
    ) -> StoreResult<bool> {
        let id = content.id;
        let end = self.tx.edits_end(self.room, id).await?;
        let (kept, oldest) = put_behind(end, content.version, edits, limits);
        self.tx.delete_edits(self.room, id, oldest).await?;
        if kept.is_empty() {
            return Ok(false);
        }
        self.tx.insert_edits(self.room, id, &kept).await?;
        Ok(true)
    }

    /// Deletes contents: one event for those of each session, so that who sees only its own is told of no other.
    pub(crate) async fn delete_contents(&mut self, contents: &[Content]) -> StoreResult<SweepReport> {
        let mut by_session: BTreeMap<SessionId, Vec<ContentId>> = BTreeMap::new();
        for content in contents {
            by_session.entry(content.sid).or_default().push(content.id);
        }
        let ids: Vec<ContentId> = contents.iter().map(|content| content.id).collect();
        let report = self.tx.delete_contents(self.room, &ids).await?;
        for (sid, ids) in by_session {
            self.note(Some(sid), Happening::ContentDeleted { ids });
        }
        Ok(report)
    }

    /// Counts a download of a content that limits them. `false` when they are used up or the content is gone.
    pub(crate) async fn count_download(&mut self, content: &Content) -> StoreResult<bool> {
        let counted = self.tx.count_download(content.id).await?;
        if counted {
            self.note(Some(content.sid), Happening::ContentUpdated { id: content.id });
        }
        Ok(counted)
    }

    /// Changes what everybody sees of the room. Its entries are not that.
    pub(crate) async fn change_room(&mut self, change: &RoomChange) -> StoreResult<()> {
        self.tx.change_room(self.room, change).await?;
        self.note(None, Happening::RoomUpdated);
        Ok(())
    }

    /// Removes the room, and with it what was recorded of it.
    pub(crate) async fn delete_room(&mut self) -> StoreResult<SweepReport> {
        let report = self.tx.delete_room(self.room).await?;
        self.happened.clear();
        self.is_removed = true;
        Ok(report)
    }

    /// Adds an upload in pieces. One that is complete from the beginning was never under way.
    pub(crate) async fn insert_upload(&mut self, upload: &NewUpload) -> StoreResult<ReservationId> {
        let reservation = self.tx.insert_upload(upload).await?;
        if upload.hold.state != HoldState::Done {
            self.note(Some(upload.sid), Happening::UploadStarted { id: upload.id });
        }
        Ok(reservation)
    }

    /// The hold of an upload in pieces, given as it was, becomes this one, and so many bytes of it have arrived: that is an
    /// event where it is progress, by [`ChunkedUpload::is_progress`], or the end. `false` when the upload is gone.
    pub(crate) async fn update_upload(
        &mut self,
        upload: &ChunkedUpload,
        hold: Hold,
        arrived: u64,
    ) -> StoreResult<bool> {
        if !self.tx.update_hold(upload.reservation, hold).await? {
            return Ok(false);
        }
        let (id, sid) = (upload.id, Some(upload.sid));
        if hold.state == HoldState::Done {
            // What has come of it since is of no interest any more.
            self.happened
                .retain(|(_, what)| !matches!(what, Happening::UploadProgress { id: of, .. } if *of == id));
            self.note(sid, Happening::UploadEnded { id });
        } else if upload.is_progress(&hold, arrived) {
            self.note(sid, Happening::UploadProgress { id, uploaded: arrived });
        }
        Ok(true)
    }

    /// Gives up an upload in pieces that is not complete. `false` when it is gone.
    pub(crate) async fn delete_upload(&mut self, upload: &ChunkedUpload) -> StoreResult<bool> {
        let deleted = self.tx.delete_reservation(upload.reservation).await?;
        if deleted && upload.hold.state != HoldState::Done {
            self.note(Some(upload.sid), Happening::UploadEnded { id: upload.id });
        }
        Ok(deleted)
    }

    /// Ends the reservations of a session that are live, uploads in pieces among them.
    pub(crate) async fn lapse_session_holds(&mut self, sid: SessionId) -> StoreResult<()> {
        self.note_ended(Some(sid), |_| true).await?;
        self.tx.lapse_session_holds(self.room, sid, self.now).await
    }

    /// Revokes what guests hold, and ends their uploads in pieces.
    pub(crate) async fn revoke_guests(&mut self) -> StoreResult<()> {
        self.note_ended(None, |upload| !upload.owner).await?;
        self.note_revoked();
        self.tx.revoke_guests(self.room, self.now).await
    }

    /// Uploads under way are about to be ended by force.
    async fn note_ended(
        &mut self,
        sid: Option<SessionId>,
        ends: impl Fn(&UploadOutline) -> bool,
    ) -> StoreResult<()> {
        let live = self.tx.upload_outlines(self.room, sid, None, i64::MAX as u64, self.now).await?;
        for upload in live.iter().filter(|upload| ends(upload)) {
            self.note(Some(upload.sid), Happening::UploadEnded { id: upload.id });
        }
        Ok(())
    }
}

impl Deref for RoomTx {
    type Target = dyn WriteTx;

    fn deref(&self) -> &Self::Target {
        self.tx.as_ref()
    }
}

impl DerefMut for RoomTx {
    fn deref_mut(&mut self) -> &mut Self::Target {
        self.tx.as_mut()
    }
}

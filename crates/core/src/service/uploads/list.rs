use crate::{
    Elizabeth, Error, Result,
    counts::ROW_PRICE,
    id::ReservationId,
    name::{FILE_NAME_MAX_BYTES, RoomRef},
    permission::Permission,
    policy::{OTHERS_FILES_LISTED, PAGE_MAX, UPLOADS_PAGE_SIZE},
    ports::UploadRange,
    service::{
        Page,
        authorize::Requirement,
        caller::Caller,
        uploads::{
            access::{UploadAccess, is_own},
            prepare::Released,
        },
    },
    time::Timestamp,
    upload::{Chunk, ChunkedUpload, UploadStatus},
};

/// What the files of an upload that is somebody else's cost a list at most.
const OTHERS_ROWS_MAX: u64 = OTHERS_FILES_LISTED as u64 * (ROW_PRICE + FILE_NAME_MAX_BYTES as u64);

/// An upload under way as it is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUpload {
    /// The upload.
    pub upload: ChunkedUpload,
    /// Whether whoever asks may go on with it.
    pub mine: bool,
}

/// How an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadState {
    /// The upload.
    pub upload: ChunkedUpload,
    /// Its chunks that have arrived, by file and index.
    pub chunks: Vec<Chunk>,
    /// When this was so.
    pub now: Timestamp,
}

impl Elizabeth {
    /// The uploads in pieces that are under way in a room, the oldest first: behind `after` where that is given, at most
    /// `limit` and [`PAGE_MAX`], and fewer where their files are many: see [`UPLOADS_PAGE_SIZE`].
    ///
    /// # Errors
    ///
    /// Without a token that has VIEW or, for those of its own session, EDIT.
    pub async fn uploads(
        &self,
        room: &RoomRef,
        caller: &Caller,
        after: Option<ReservationId>,
        limit: u64,
    ) -> Result<Page<ListedUpload, ReservationId>> {
        let (mut tx, grant, now) = self.authorize_reading(room, caller, Requirement::Look).await?;
        let (room, visible) = (grant.room.id, grant.visible());
        let limit = limit.min(PAGE_MAX);
        let outlines = tx.upload_outlines(room, visible, after, limit + 1, now).await?;
        let mut size: u64 = 0;
        let beyond = outlines.iter().take(limit as usize).position(|outline| {
            let mine = outline.sid == grant.token.sid || (outline.owner && grant.token.owner);
            size += if mine { outline.rows_size } else { outline.rows_size.min(OTHERS_ROWS_MAX) };
            size > UPLOADS_PAGE_SIZE
        });
        let fitting = beyond.map_or(limit as usize, |beyond| beyond.max(1));
        let page = Page::cut(outlines, fitting as u64, |outline| outline.reservation);
        let Some(last) = page.items.last() else { return Ok(Page { items: vec![], next: None }) };
        let range = UploadRange { after, until: Some(last.reservation) };
        let uploads = tx.live_uploads(room, visible, range, now).await?.into_iter();
        let listed = uploads.map(|upload| ListedUpload { mine: is_own(&upload, &grant.token), upload });
        Ok(Page { items: listed.collect(), next: page.next })
    }

    /// How an upload stands: also one that was silent for too long, until it is collected, and one that is complete,
    /// for [`crate::policy::Policy::chunked_ttl`].
    ///
    /// # Errors
    ///
    /// Without a credential of the upload; [`Error::ReservationNotFound`].
    pub async fn upload_state(&self, room: &RoomRef, access: &UploadAccess) -> Result<UploadState> {
        let (mut tx, grant, now) = self.access_upload(room, access, Permission::empty()).await?;
        let chunks = tx.chunks(grant.upload.reservation, None).await?;
        Ok(UploadState { upload: grant.upload, chunks, now })
    }

    /// Gives an upload up: its space and its chunks. Files of it that are complete stay. The bytes are given back by
    /// [`Elizabeth::collect_blobs`].
    ///
    /// # Errors
    ///
    /// Without a credential of the upload; [`Error::ReservationNotFound`]; [`Error::ReservationExpired`].
    pub async fn abandon_upload(&self, room: &RoomRef, access: &UploadAccess) -> Result<Released> {
        self.retried(|| async {
            let (mut tx, grant, now) = self.access_upload_locked(room, access, Permission::empty()).await?;
            let grant = grant.live(now)?;
            let released = match grant.upload.status(now) {
                UploadStatus::Completed => 0,
                UploadStatus::Pending | UploadStatus::Uploading | UploadStatus::Expired => {
                    grant.upload.hold.size
                }
            };
            if !tx.delete_upload(&grant.upload).await? {
                return Err(Error::ReservationExpired);
            }
            let current_size = tx.room(grant.room.id, now).await?.map_or(0, |room| room.current_size());
            tx.commit().await?;
            Ok(Released { released, current_size })
        })
        .await
    }
}

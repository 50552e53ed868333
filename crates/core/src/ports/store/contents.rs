use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    change::ContentChange,
    content::{Content, NewContent, StoredContent},
    id::{ContentId, Jti, RoomId, SessionId},
    name::{FileName, RoomRef},
    room::Room,
    thumbnail::Thumbnail,
    time::Timestamp,
    token::TokenRecord,
};

/// A room and one of its contents as a request reaches them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentAccess {
    /// The room.
    pub room: Room,
    /// The token asked about, when it is one of this room's.
    pub token: Option<TokenRecord>,
    /// The content asked about, when it is one of this room's.
    pub content: Option<StoredContent>,
}

/// A part of a room's list of contents, by ascending number.
#[derive(Clone, Copy, Debug, Default)]
pub struct ContentPage {
    /// Only contents behind this one.
    pub after: Option<ContentId>,
    /// Only what this session added.
    pub sid: Option<SessionId>,
    /// At most so many.
    pub limit: Option<u64>,
    /// Without [`Content::text`], whatever it would be.
    pub without_texts: bool,
}

/// What one step of the sweeper removed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SweepReport {
    /// Contents removed.
    pub contents: u64,
    /// Bytes that were stored in them, those of their thumbnails among them.
    pub freed_size: u64,
}

/// What can be asked about contents.
#[async_trait]
pub trait ReadContents: Send {
    /// The same with one of the room's contents and its segments. One indexed read.
    async fn content_access(
        &mut self,
        address: &RoomRef,
        jti: Option<Jti>,
        content: ContentId,
        now: Timestamp,
    ) -> StoreResult<Option<ContentAccess>>;

    /// A room's contents, by ascending number. Texts of up to [`crate::policy::TEXT_LISTED_MAX`] bytes and links come with
    /// [`Content::text`] where their downloads are not limited, if the page does not go without.
    async fn contents(&mut self, room: RoomId, page: ContentPage) -> StoreResult<Vec<Content>>;

    /// The numbers of a room's contents, ascending, behind the first `skip` of a page.
    async fn content_ids(
        &mut self,
        room: RoomId,
        page: ContentPage,
        skip: u64,
    ) -> StoreResult<Vec<ContentId>>;

    /// Those of the named contents that are this room's, by ascending number, without their texts.
    async fn contents_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>>;

    /// The same with their texts, as [`ReadContents::contents`] has them.
    async fn listed_by_id(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<Vec<Content>>;

    /// The thumbnail of one of the room's contents. One indexed read.
    async fn thumbnail(&mut self, room: RoomId, id: ContentId) -> StoreResult<Option<Thumbnail>>;

    /// The newest content of a room with a name, of those that are neither expired nor out of downloads, and that one
    /// session added where it is named. One indexed read.
    async fn newest_content(
        &mut self,
        room: RoomId,
        name: &FileName,
        sid: Option<SessionId>,
        now: Timestamp,
    ) -> StoreResult<Option<ContentId>>;

    /// The downloads counted of a room's contents, or of those that one session added.
    async fn total_downloads(&mut self, room: RoomId, sid: Option<SessionId>) -> StoreResult<u64>;

    /// Contents whose time is over or whose downloads are used up, with their rooms.
    async fn dead_contents(&mut self, now: Timestamp, limit: u64) -> StoreResult<Vec<(RoomId, ContentId)>>;
}

/// What can be done to contents.
#[async_trait]
pub trait WriteContents: Send {
    /// Adds a content with its segments.
    async fn insert_content(&mut self, content: &NewContent) -> StoreResult<ContentId>;

    /// Changes those columns of a content that are given, counts the change in its version and says when it was. New
    /// segments take the place of all old ones, whose blobs are queued for deletion. Its thumbnail goes where
    /// [`ContentChange::drops_thumbnail`] says so. `false` when the content is gone.
    async fn change_content(
        &mut self,
        id: ContentId,
        change: &ContentChange,
        now: Timestamp,
    ) -> StoreResult<bool>;

    /// Gives a content a thumbnail, in place of one that it has. It counts as stored with the content's bytes, and goes with
    /// it. Neither the content's version nor when it last changed is another one then. `false` when the content is gone.
    async fn put_thumbnail(&mut self, id: ContentId, thumbnail: &Thumbnail) -> StoreResult<bool>;

    /// Removes those of the named contents that are this room's with their thumbnails and the tickets that open them, and
    /// queues their blobs for deletion.
    async fn delete_contents(&mut self, room: RoomId, ids: &[ContentId]) -> StoreResult<SweepReport>;

    /// Counts a download of a content that limits them. `false` when they are used up or the content is gone: one
    /// guarded statement, so that of many at once no more succeed than the limit says.
    async fn count_download(&mut self, id: ContentId) -> StoreResult<bool>;

    /// Adds downloads of a content that does not limit them. Where it does by now, those from before are not counted:
    /// they would use it up without anybody having had them under the limit.
    async fn add_downloads(&mut self, id: ContentId, count: u64) -> StoreResult<()>;
}

use async_trait::async_trait;

use super::error::StoreResult;
use crate::{
    edits::{EditPlace, KeptEdit, OldestEdits, TextEdit},
    id::{ContentId, RoomId},
};

/// What can be asked about the edits that are kept of texts.
#[async_trait]
pub trait ReadEdits: Send {
    /// Those by which a text came from a version to a later one, in order. Some may be missing, or all.
    async fn edits(&mut self, content: ContentId, from: u64, to: u64) -> StoreResult<Vec<TextEdit>>;

    /// Where the edits of a text and those of its room end, as far as they are kept.
    async fn edits_end(&mut self, room: RoomId, content: ContentId) -> StoreResult<EditPlace>;
}

/// What can be done to them. They go with their text.
#[async_trait]
pub trait WriteEdits: Send {
    /// Adds edits of a text of this room. The room MUST be locked.
    async fn insert_edits(&mut self, room: RoomId, content: ContentId, edits: &[KeptEdit])
    -> StoreResult<()>;

    /// Forgets those of a text that are older than a version or a place in it, and those of any text of its room that are
    /// older than a place in the room.
    async fn delete_edits(
        &mut self,
        room: RoomId,
        content: ContentId,
        oldest: OldestEdits,
    ) -> StoreResult<()>;
}

use crate::{
    Elizabeth, Result,
    content::Content,
    name::RoomRef,
    service::caller::Caller,
    text::{LinkRequest, ParsedText},
};

impl Elizabeth {
    /// Adds a link to a room. It counts towards the room with the bytes of its address, and is durable when this
    /// returns.
    ///
    /// # Errors
    ///
    /// [`Error::Invalid`](crate::Error::Invalid) for its address or name; without a token that has EDIT;
    /// [`Error::RoomFull`](crate::Error::RoomFull); [`Error::StorageFull`](crate::Error::StorageFull) when the server
    /// itself has no space left.
    pub async fn add_link(&self, room: &RoomRef, caller: &Caller, request: LinkRequest) -> Result<Content> {
        self.add_written(room, caller, ParsedText::link(&request)?).await
    }
}

use async_trait::async_trait;
use elizabeth_core::{
    edits::{EditPlace, KeptEdit, OldestEdits, TextEdit},
    id::{ContentId, RoomId},
    ports::{ReadEdits, StoreResult, WriteEdits},
};

use crate::{
    connection::{Connection, Transaction},
    json,
    tables::edits,
    tx::SqlTx,
};

#[async_trait]
impl<C: Connection> ReadEdits for SqlTx<C> {
    async fn edits(&mut self, content: ContentId, from: u64, to: u64) -> StoreResult<Vec<TextEdit>> {
        self.all(edits::Between { content, from, to }).await
    }

    async fn edits_end(&mut self, room: RoomId, content: ContentId) -> StoreResult<EditPlace> {
        let (in_text, in_room) = self.one(edits::End { content, room, limit: 1 }).await?;
        Ok(EditPlace { in_text: in_text.unwrap_or(0), in_room: in_room.unwrap_or(0) })
    }
}

#[async_trait]
impl<C: Transaction> WriteEdits for SqlTx<C> {
    async fn insert_edits(
        &mut self,
        room: RoomId,
        content: ContentId,
        edits: &[KeptEdit],
    ) -> StoreResult<()> {
        let kept = edits.iter().map(|kept| Ok((kept, json::of_change(&kept.edit.change)?)));
        let kept: Vec<(&KeptEdit, String)> = kept.collect::<StoreResult<_>>()?;
        if let [one] = kept.as_slice() {
            return self.run(edits::InsertOne::of(room, content, one)).await.map(drop);
        }
        self.run_for_each(&kept, |kept| edits::insert(room, content, kept)).await
    }

    async fn delete_edits(
        &mut self,
        room: RoomId,
        content: ContentId,
        OldestEdits { version, place }: OldestEdits,
    ) -> StoreResult<()> {
        if version > 1 || place.in_text > 0 {
            self.run(edits::DeleteOfText { content, version, place: place.in_text }).await?;
        }
        if place.in_room > 0 {
            self.run(edits::DeleteOfRoom { room, place: place.in_room }).await?;
        }
        Ok(())
    }
}

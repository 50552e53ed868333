use async_trait::async_trait;

use super::{
    rows::EditRow,
    state::{State, keys},
    view::{Draft, Sees, View},
};
use crate::{
    edits::{EditPlace, KeptEdit, OldestEdits, TextEdit},
    id::{ContentId, RoomId},
    ports::{ReadEdits, StoreError, StoreResult, WriteEdits},
};

impl State {
    fn remove_edits(&mut self, gone: &[(ContentId, u64)]) {
        for key in gone {
            if let Some(row) = self.edits.remove(key) {
                self.edit_places.remove_mut(&(row.room, row.kept.place.in_room));
            }
        }
    }

    /// Those of a text that is removed.
    pub(super) fn remove_edits_of(&mut self, content: ContentId) {
        let gone = keys(self.edits.owned(content, None));
        self.remove_edits(&gone);
    }
}

#[async_trait]
impl<S: Sees> ReadEdits for View<S> {
    async fn edits(&mut self, content: ContentId, from: u64, to: u64) -> StoreResult<Vec<TextEdit>> {
        let rows = self.now().edits.owned(content, Some((content, from))).map(|row| &row.kept);
        Ok(rows.take_while(|kept| kept.version <= to).map(|kept| kept.edit.clone()).collect())
    }

    async fn edits_end(&mut self, room: RoomId, content: ContentId) -> StoreResult<EditPlace> {
        let state = self.now();
        let of_text = state.edits.owned(content, None).last();
        let of_room = state.edit_places.range((room, 0)..=(room, u64::MAX)).next_back();
        let of_room = of_room.and_then(|(_, key)| state.edits.get(key));
        Ok(EditPlace {
            in_text: of_text.map_or(0, |row| row.kept.end().in_text),
            in_room: of_room.map_or(0, |row| row.kept.end().in_room),
        })
    }
}

#[async_trait]
impl WriteEdits for View<Draft> {
    async fn insert_edits(
        &mut self,
        room: RoomId,
        content: ContentId,
        edits: &[KeptEdit],
    ) -> StoreResult<()> {
        let state = self.state();
        if state.content_of(room, content).is_none() {
            return Err(StoreError::Corrupt(format!("no content {content}")));
        }
        for kept in edits {
            state.edit_places.insert_mut((room, kept.place.in_room), (content, kept.version));
            state.edits.put(EditRow { room, content, kept: kept.clone() });
        }
        Ok(())
    }

    async fn delete_edits(
        &mut self,
        room: RoomId,
        content: ContentId,
        oldest: OldestEdits,
    ) -> StoreResult<()> {
        let state = self.state();
        let OldestEdits { version, place } = oldest;
        let of_text = state.edits.owned(content, None);
        let of_text =
            of_text.filter(|row| row.kept.version < version || row.kept.place.in_text < place.in_text);
        let of_room = state.edit_places.range((room, 0)..(room, place.in_room));
        let gone: Vec<_> = keys(of_text).into_iter().chain(of_room.map(|(_, key)| *key)).collect();
        state.remove_edits(&gone);
        Ok(())
    }
}

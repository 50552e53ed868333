//! Edits of texts.

use elizabeth_core::{
    change_set::ChangeSet,
    content::{ContentKind, NewContent},
    edits::{EditPlace, Editor, KeptEdit, OldestEdits, TextEdit},
    id::{ContentId, RoomId},
};

use super::{
    Bench,
    given::{inline, new_content, new_room},
};

/// An edit that inserts a text, by a number.
fn edit(n: u64, text: &str) -> TextEdit {
    let mut change = ChangeSet::identity(n).unwrap();
    change.replace(2, text).unwrap();
    TextEdit { editor: Editor::from_stored(format!("editor {n} \u{1F382}'\"")), change }
}

/// Edits of these versions, one behind the other from a place on.
fn kept(versions: impl IntoIterator<Item = u64>, mut place: EditPlace) -> Vec<KeptEdit> {
    let next = |version| {
        let kept = KeptEdit { version, place, edit: edit(version, "a\n\u{0}é\u{1F382}") };
        place = kept.end();
        kept
    };
    versions.into_iter().map(next).collect()
}

async fn text(bench: &Bench, room: RoomId) -> ContentId {
    let new = NewContent { kind: ContentKind::Text, ..new_content(room, vec![inline("abc")]) };
    bench.add_content(&new).await
}

async fn keep(bench: &Bench, room: RoomId, content: ContentId, edits: &[KeptEdit]) {
    let mut tx = bench.begin().await;
    tx.insert_edits(room, content, edits).await.unwrap();
    tx.commit().await.unwrap();
}

async fn forget(bench: &Bench, room: RoomId, content: ContentId, oldest: OldestEdits) {
    let mut tx = bench.begin().await;
    tx.delete_edits(room, content, oldest).await.unwrap();
    tx.commit().await.unwrap();
}

/// The versions of those that are kept.
async fn versions(bench: &Bench, content: ContentId) -> Vec<u64> {
    let edits = bench.read().await.edits(content, 0, u64::MAX >> 1).await.unwrap();
    edits.iter().map(|edit| edit.change.length() - 2).collect()
}

/// One and several at once, in order, from a version to another.
pub async fn edits_come_back_in_order(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let (one, other) = (text(bench, room).await, text(bench, room).await);
    assert_eq!(bench.read().await.edits_end(room, one).await, Ok(EditPlace::default()));
    let edits = kept(2..=9, EditPlace::default());
    keep(bench, room, one, &edits[..1]).await;
    keep(bench, room, one, &edits[1..]).await;
    keep(bench, room, other, &[]).await;
    let mut read = bench.read().await;
    for (from, to) in [(1, 9), (0, 100), (4, 6), (8, 9), (9, 9), (9, 4), (20, 30)] {
        let expected = edits.iter().filter(|kept| from < kept.version && kept.version <= to);
        let expected: Vec<TextEdit> = expected.map(|kept| kept.edit.clone()).collect();
        assert_eq!(read.edits(one, from, to).await, Ok(expected), "{from}..{to}");
    }
    assert_eq!(read.edits(other, 0, 100).await, Ok(vec![]));
    let end = edits[7].end();
    assert_eq!(read.edits_end(room, one).await, Ok(end));
    assert_eq!(read.edits_end(room, other).await, Ok(EditPlace { in_text: 0, ..end }));
    let another = bench.add_room(&new_room("another")).await;
    assert_eq!(read.edits_end(another, ContentId(i64::MAX)).await, Ok(EditPlace::default()));
}

/// By version, by what the text has, and by what the room has, whichever of its texts they are of.
pub async fn old_edits_are_forgotten(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let (one, other) = (text(bench, room).await, text(bench, room).await);
    let first = kept(2..=5, EditPlace::default());
    keep(bench, room, one, &first).await;
    let second = kept(2..=5, EditPlace { in_text: 0, in_room: first[3].end().in_room });
    keep(bench, room, other, &second).await;
    let third = kept(6..=9, EditPlace { in_text: first[3].end().in_text, ..second[3].end() });
    keep(bench, room, one, &third).await;
    let elsewhere = bench.add_room(&new_room("elsewhere")).await;
    let far = text(bench, elsewhere).await;
    keep(bench, elsewhere, far, &kept(2..=5, EditPlace::default())).await;

    let nothing = OldestEdits { version: 0, place: EditPlace::default() };
    forget(bench, room, one, nothing).await;
    forget(bench, room, one, OldestEdits { version: 3, ..nothing }).await;
    assert_eq!(versions(bench, one).await, [3, 4, 5, 6, 7, 8, 9]);
    let in_text = first[2].place.in_text;
    forget(bench, room, one, OldestEdits { place: EditPlace { in_text, in_room: 0 }, ..nothing }).await;
    assert_eq!(versions(bench, one).await, [4, 5, 6, 7, 8, 9]);
    assert_eq!(versions(bench, other).await, [2, 3, 4, 5]);
    let in_room = second[1].place.in_room;
    forget(bench, room, one, OldestEdits { place: EditPlace { in_text: 0, in_room }, ..nothing }).await;
    assert_eq!((versions(bench, one).await, versions(bench, other).await), (vec![6, 7, 8, 9], vec![3, 4, 5]));
    assert_eq!(bench.read().await.edits_end(room, one).await, Ok(third[3].end()));
    forget(bench, room, one, OldestEdits::none_of_text()).await;
    assert_eq!((versions(bench, one).await, versions(bench, other).await), (vec![], vec![3, 4, 5]));
    let end = EditPlace { in_text: 0, in_room: second[3].end().in_room };
    assert_eq!(bench.read().await.edits_end(room, one).await, Ok(end));
    assert_eq!(versions(bench, far).await, [2, 3, 4, 5]);
}

/// What is undone leaves none, and they go with their text and with their room.
pub async fn edits_go_with_their_text(bench: &Bench) {
    let room = bench.add_room(&new_room("room")).await;
    let (one, other) = (text(bench, room).await, text(bench, room).await);
    let mut tx = bench.begin().await;
    tx.insert_edits(room, one, &kept(2..=3, EditPlace::default())).await.unwrap();
    assert_eq!(tx.edits(one, 0, 9).await.unwrap().len(), 2);
    drop(tx);
    assert_eq!(versions(bench, one).await, Vec::<u64>::new());
    let edits = kept(2..=3, EditPlace::default());
    keep(bench, room, one, &edits).await;
    keep(bench, room, other, &kept(2..=4, edits[1].end())).await;
    let mut tx = bench.begin().await;
    tx.delete_contents(room, &[one]).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!((versions(bench, one).await, versions(bench, other).await), (vec![], vec![2, 3, 4]));
    let mut tx = bench.begin().await;
    tx.delete_room(room).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(versions(bench, other).await, Vec::<u64>::new());
    assert_eq!(bench.read().await.edits_end(room, other).await, Ok(EditPlace::default()));
}

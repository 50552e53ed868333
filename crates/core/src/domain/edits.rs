//! Texts that several people edit at once: who made an edit, and how many of a text's edits are kept.
//!
//! The row of a text is what it says; its edits are kept for those who have an older version open, so that they can bring
//! together what they wrote meanwhile. Each leads from one version to the next, and those that are kept always lead to the
//! newest without a gap.

use crate::{
    change::InvalidChange,
    change_set::{ChangeSet, with_single_breaks},
    domain::invalid::Invalid,
    limits::{Limit, Limits},
    policy::{EDITOR_MAX_BYTES, TEXT_MAX},
    text::TextTooLong,
};

/// The most edits that are kept of a text.
const KEPT: u64 = 1000;
/// The most bytes of them, by [`TextEdit::cost`].
const KEPT_BYTES: u64 = 256 << 10;
/// What keeping an edit costs beside what stands in it, in bytes.
const PRICE: u64 = 64;

/// By which name an editor finds its own edits among those of others: after a lost answer it sees in what comes back that
/// they have been made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Editor(String);

impl Editor {
    /// One that named itself.
    ///
    /// # Errors
    ///
    /// [`Invalid::Editor`] for nothing, more than [`EDITOR_MAX_BYTES`], and control characters.
    pub fn parse(name: impl Into<String>) -> Result<Self, Invalid> {
        let name = name.into();
        let is_one = (1..=EDITOR_MAX_BYTES).contains(&name.len()) && !name.chars().any(char::is_control);
        if is_one { Ok(Self(name)) } else { Err(Invalid::Editor) }
    }

    /// Whoever changed the text as a whole: no editor's own.
    pub fn none() -> Self {
        Self(String::new())
    }

    /// As it was kept.
    pub fn from_stored(name: String) -> Self {
        Self(name)
    }

    /// Its name; empty for a change of the whole.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// An edit of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextEdit {
    /// Who made it.
    pub editor: Editor,
    /// What it does.
    pub change: ChangeSet,
}

impl TextEdit {
    /// What keeping it costs, in bytes.
    pub fn cost(&self) -> u64 {
        PRICE + self.editor.0.len() as u64 + self.change.cost()
    }
}

/// Where an edit stands: bytes that all edits in front of it have cost.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EditPlace {
    /// Those of its text.
    pub in_text: u64,
    /// Those of its room.
    pub in_room: u64,
}

/// An edit as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptEdit {
    /// The version that the text came to by it.
    pub version: u64,
    /// Where it stands.
    pub place: EditPlace,
    /// What was done.
    pub edit: TextEdit,
}

impl KeptEdit {
    /// Where the next one stands.
    pub fn end(&self) -> EditPlace {
        let (cost, EditPlace { in_text, in_room }) = (self.edit.cost(), self.place);
        EditPlace { in_text: in_text.saturating_add(cost), in_room: in_room.saturating_add(cost) }
    }
}

/// What is forgotten of a text's edits, and of its room's: all that is older than one of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OldestEdits {
    /// The first version of the text whose edit is kept.
    pub version: u64,
    /// The first place that is kept in the text, and the first that is in the room.
    pub place: EditPlace,
}

impl OldestEdits {
    /// All edits of a text are forgotten.
    pub const fn none_of_text() -> Self {
        Self { version: u64::MAX, place: EditPlace { in_text: u64::MAX, in_room: 0 } }
    }

    /// What is forgotten once a text has come to a version, and its edits and its room's end at a place.
    fn up_to(version: u64, end: EditPlace, limits: &Limits) -> Self {
        let place = EditPlace {
            in_text: end.in_text.saturating_sub(KEPT_BYTES),
            in_room: end.in_room.saturating_sub(limits.get(Limit::RoomEdits)),
        };
        Self { version: (version + 1).saturating_sub(KEPT), place }
    }

    fn keeps(&self, kept: &KeptEdit) -> bool {
        let EditPlace { in_text, in_room } = kept.place;
        kept.version >= self.version && in_text >= self.place.in_text && in_room >= self.place.in_room
    }
}

/// Puts edits of a text at a version behind those of before, which end at a place: those that are to be kept, and what is
/// forgotten for them.
pub fn put_behind(
    end: EditPlace,
    version: u64,
    edits: impl IntoIterator<Item = TextEdit>,
    limits: &Limits,
) -> (Vec<KeptEdit>, OldestEdits) {
    let (mut place, mut newest) = (end, version);
    let mut kept: Vec<KeptEdit> = Vec::new();
    for edit in edits {
        newest += 1;
        let next = KeptEdit { version: newest, place, edit };
        place = next.end();
        kept.push(next);
    }
    let oldest = OldestEdits::up_to(newest, place, limits);
    kept.retain(|kept| oldest.keeps(kept));
    (kept, oldest)
}

/// What edits make of a text, one behind the other. Whichever line breaks it has, they are single ones from then on, as they
/// are in an editor.
///
/// # Errors
///
/// [`Invalid::Edit`] for one that does not fit; [`TextTooLong`] when the text is over the limit behind one of them.
pub fn edited(text: &str, edits: &[TextEdit]) -> Result<String, InvalidChange> {
    let mut text = with_single_breaks(text).into_owned();
    for (index, edit) in edits.iter().enumerate() {
        text = edit.change.apply(&text).map_err(|why| Invalid::Edit { index, why })?;
        if text.len() > TEXT_MAX {
            return Err(TextTooLong(text.len()).into());
        }
    }
    Ok(text)
}

/// The edits of a text since a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditsSince {
    /// The version that they start from.
    pub from: u64,
    /// The version that they lead to.
    pub to: u64,
    /// One for each version between.
    pub edits: Vec<TextEdit>,
}

impl EditsSince {
    /// Those that are kept, in order; `None` when some are missing.
    pub fn whole(from: u64, to: u64, kept: Vec<TextEdit>) -> Option<Self> {
        (to.checked_sub(from) == Some(kept.len() as u64)).then_some(Self { from, to, edits: kept })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edit(bytes: usize) -> TextEdit {
        let mut change = ChangeSet::default();
        change.replace(0, &"x".repeat(bytes)).unwrap();
        TextEdit { editor: Editor::parse("me").unwrap(), change }
    }

    /// Edits of so many bytes each, one behind the other: how many of them are kept at the end.
    fn kept(count: u64, bytes: usize, limits: &Limits) -> u64 {
        let (mut end, mut history) = (EditPlace::default(), Vec::<KeptEdit>::new());
        for version in 1..=count {
            let (new, oldest) = put_behind(end, version, [edit(bytes)], limits);
            end = KeptEdit { version, place: end, edit: edit(bytes) }.end();
            history.retain(|kept| oldest.keeps(kept));
            history.extend(new);
            let versions = history.iter().map(|kept| kept.version);
            assert!(versions.eq(version + 2 - history.len() as u64..=version + 1));
        }
        history.len() as u64
    }

    #[test]
    fn a_text_keeps_a_thousand_edits_or_a_quarter_of_a_mebibyte() {
        let limits = Limits::default();
        assert_eq!(kept(1010, 1, &limits), 1000);
        assert_eq!(kept(40, 10_000, &limits), (256 << 10) / edit(10_000).cost());
        assert_eq!(kept(3, 256 << 10, &limits), 0);
    }

    #[test]
    fn a_room_keeps_no_more_than_its_limit() {
        let few = Limits::default().with(Limit::RoomEdits, 1000);
        assert_eq!(kept(40, 1, &few), 1000 / edit(1).cost());
    }

    #[test]
    fn of_many_at_once_the_last_are_kept_without_a_gap() {
        let edits = [edit(200 << 10), edit(1), edit(100 << 10), edit(2)];
        let (kept, _) = put_behind(EditPlace::default(), 7, edits, &Limits::default());
        assert_eq!(kept.iter().map(|kept| kept.version).collect::<Vec<_>>(), [9, 10, 11]);
        let whole = EditsSince::whole(8, 11, kept.into_iter().map(|kept| kept.edit).collect());
        assert_eq!(whole.unwrap().edits.len(), 3);
        assert_eq!(EditsSince::whole(7, 11, vec![edit(1)]), None);
        assert_eq!(EditsSince::whole(12, 11, vec![]), None);
    }

    #[test]
    fn an_editor_has_a_name() {
        let long = "x".repeat(EDITOR_MAX_BYTES + 1);
        for bad in ["", "a\nb", "\u{7f}", long.as_str()] {
            assert_eq!(Editor::parse(bad), Err(Invalid::Editor), "{bad:?}");
        }
        assert_eq!(Editor::parse("7f-1").unwrap().as_str(), "7f-1");
    }
}

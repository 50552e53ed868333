//! What is kept of the edits of texts, for those who have an older version open.

use crate::{
    Elizabeth, Error, Result,
    change::ContentChange,
    change_set::{ChangeSet, with_single_breaks},
    content::{Content, ContentKind, StoredContent, text_of},
    edits::{Editor, EditsSince, OldestEdits, TextEdit},
    error::Invalid,
    event::Happening,
    ports::ReadEdits,
    service::{growth::FreeSpace, room_tx::RoomTx},
};

impl Elizabeth {
    /// Keeps what a change does to a content as an edit, so that whoever has it open takes it in. Where it is none, and
    /// where there is no space for it, all that was kept is forgotten: it does not lead to what the text is now.
    pub(crate) async fn keep_change(
        &self,
        tx: &mut RoomTx,
        free: FreeSpace,
        before: &StoredContent,
        change: &ContentChange,
    ) -> Result<()> {
        let StoredContent { content, .. } = before;
        if content.kind != ContentKind::Text {
            return Ok(());
        }
        match edit_of(before, change).filter(|_| self.admit_row(free).is_ok()) {
            Some(edit) => {
                // That something else has changed of it is reported by itself.
                let says_the_same = edit.change.is_identity();
                let limits = &self.policy().limits;
                if tx.keep_edits(content, vec![edit], limits).await? && !says_the_same {
                    let (id, from) = (content.id, content.version);
                    tx.note(Some(content.sid), Happening::ContentEdited { id, from, to: from + 1 });
                }
            }
            None => tx.delete_edits(content.room_id, content.id, OldestEdits::none_of_text()).await?,
        }
        Ok(())
    }
}

/// The edits of a text since a version.
///
/// # Errors
///
/// [`Error::EditsGone`] when they are not all kept, or the text never was at that version.
pub(crate) async fn edits_since(
    tx: &mut (impl ReadEdits + ?Sized),
    content: &Content,
    version: u64,
) -> Result<EditsSince> {
    let kept = tx.edits(content.id, version, content.version).await?;
    EditsSince::whole(version, content.version, kept).ok_or(Error::EditsGone)
}

/// Whether several people edit a content at once: texts, unless what they say is shown to nobody without a download.
pub(crate) fn check_editable(content: &Content) -> Result<(), Invalid> {
    match content.kind {
        ContentKind::Text if content.max_downloads.is_some() => Err(Invalid::LimitedText),
        ContentKind::Text => Ok(()),
        kind @ (ContentKind::File | ContentKind::Url) => Err(Invalid::ContentMember { member: "text", kind }),
    }
}

/// What a change of a text as a whole is to those who have it open in front of it and behind it. `None` for one that nobody
/// edits together.
fn edit_of(before: &StoredContent, change: &ContentChange) -> Option<TextEdit> {
    let max_downloads = change.max_downloads.unwrap_or(before.content.max_downloads);
    if max_downloads.is_some() {
        return None;
    }
    let old = before.text()?;
    let new = match &change.body {
        Some(body) => text_of(ContentKind::Text, None, &body.segments)?,
        None => old.clone(),
    };
    let change = ChangeSet::between(&with_single_breaks(&old), &with_single_breaks(&new)).ok()?;
    Some(TextEdit { editor: Editor::none(), change })
}

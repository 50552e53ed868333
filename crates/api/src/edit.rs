use elizabeth_core::{
    change_set::ChangeSet,
    edits::{EditsSince, TextEdit},
};
use serde::{Deserialize, Serialize};

/// What an edit does: from the beginning of the text to its end, a number for so many UTF-16 units that stay, `[4]` for
/// four that are deleted, `[4, "so", "on"]` for four that make way for these two lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(value_type = Vec<ChangePart>, examples(json!([[1, "X"], 2, [0, "yy"], 3]))))]
pub struct Change(pub ChangeSet);

/// The forms of a part of a change.
#[cfg(feature = "openapi")]
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the schema only")]
enum ChangePart {
    /// So many units stay.
    Kept(u32),
    /// So many units, the first item, make way for the lines behind it.
    Replaced(Vec<NumberOrLine>),
}

/// What stands in such a part.
#[cfg(feature = "openapi")]
#[derive(Deserialize, utoipa::ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes the schema only")]
enum NumberOrLine {
    Number(u32),
    Line(String),
}

/// Edits of a text.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct MakeEdits {
    /// The version that the first of them starts from.
    pub version: u64,
    /// By what the editor finds its own edits among those of others: 1 to 64 bytes that nobody else chooses.
    pub client: String,
    /// At most 100, each of which starts from where the one before it ends.
    pub edits: Vec<Change>,
}

/// Edits that were made.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditsMade {
    /// The version that the text is at by them.
    pub version: u64,
}

/// An edit of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditObject {
    /// Who made it, by the name that it was sent with; empty for a change of the text as a whole.
    pub client: String,
    /// What it does.
    pub change: Change,
}

/// The edits of a text since a version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct EditsObject {
    /// That version.
    pub from: u64,
    /// The version that they lead to.
    pub to: u64,
    /// One for each version, in order.
    pub edits: Vec<EditObject>,
}

impl From<&TextEdit> for EditObject {
    fn from(TextEdit { editor, change }: &TextEdit) -> Self {
        Self { client: editor.as_str().to_owned(), change: Change(change.clone()) }
    }
}

impl From<EditsSince> for EditsObject {
    fn from(EditsSince { from, to, edits }: EditsSince) -> Self {
        Self { from, to, edits: edits.iter().map(EditObject::from).collect() }
    }
}

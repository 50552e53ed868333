use serde::{Deserialize, Serialize};

use crate::{Instant, given};

/// A text.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddText {
    /// What it says, at most 1 MiB of UTF-8; may be empty.
    pub text: String,
    /// Its name, perhaps a relative path.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
    /// A short word such as `rust` or `de`, of at most 64 bytes, without white space.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// Whether it is kept at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// At least 1; null for no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_downloads: Option<u64>,
    /// Null for with the room.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Instant>,
}

/// A link.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AddUrl {
    /// Where it leads: a whole address of http, https or mailto, at most 8 KiB, kept as it is written.
    pub url: String,
    /// Its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_name: Option<String>,
}

/// What is to change. What is left out stays; null clears `file_name`, `language`, `max_downloads` and `expire_at`, and
/// is as if left out for the rest, so that a whole content can be sent back.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangeContent {
    /// What a text says, at most 1 MiB of UTF-8.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// Where a link leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Null for none; a file keeps one. A text's media type follows its name.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub file_name: Option<Option<String>>,
    /// Null for none.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub language: Option<Option<String>>,
    /// Whether it is kept at the top.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
    /// Above the downloads there were, which count; null for no limit.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
    pub max_downloads: Option<Option<u64>>,
    /// Null for with the room.
    #[serde(default, deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<Instant>))]
    pub expire_at: Option<Option<Instant>>,
}

/// Which contents.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeleteContents {
    /// The older spelling `content_ids` is read too.
    #[serde(alias = "content_ids")]
    pub ids: Vec<i64>,
}

/// What was deleted.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct DeletedContents {
    pub deleted: Vec<i64>,
    pub deleted_count: usize,
    /// Bytes.
    pub freed_size: u64,
    /// Bytes stored and reserved in the room now.
    pub current_size: u64,
}

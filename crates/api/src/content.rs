use std::borrow::Cow;

use elizabeth_core::{
    archive::entry_name,
    content::{Content, ContentKind},
    id::ContentId,
    name::FileName,
};
use serde::{Deserialize, Serialize, Serializer};

use crate::Instant;

/// A content.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = Content))]
pub struct ContentObject<'a> {
    /// Its number, ascending in the order of creation.
    pub id: i64,
    /// `file`, `text` or `url`.
    pub content_type: Cow<'a, str>,
    /// What it is to people: `picture`, `video`, `audio`, `document`, `archive`, `code`, `text`, `link` or `other`. The first
    /// bytes decide, its name and type where those do not tell.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub kind: Cow<'a, str>,
    /// Its name, perhaps a relative path.
    pub file_name: Option<Cow<'a, str>>,
    /// A text's text.
    pub text: Option<Cow<'a, str>>,
    /// A link's address.
    pub url: Option<Cow<'a, str>>,
    /// Bytes.
    pub size: u64,
    /// Its media type.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub mime_type: Cow<'a, str>,
    /// A text's language.
    pub language: Option<Cow<'a, str>>,
    /// The SHA-256 of its bytes, hexadecimal.
    #[cfg_attr(feature = "openapi", schema(value_type = String, min_length = 64, max_length = 64))]
    pub sha256: Cow<'a, str>,
    /// Downloads so far; of contents that do not limit them it may lag by seconds.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub download_count: u64,
    /// How many downloads it allows; null for no limit.
    pub max_downloads: Option<u64>,
    /// When it expires; null for with the room.
    pub expire_at: Option<Instant>,
    /// Whether it is kept at the top.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub pinned: bool,
    /// Whether it has a thumbnail. It is an image of a few KiB that whoever added it made.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub thumbnail: bool,
    /// Counts its changes, from 1.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub version: u64,
    /// When it was added.
    pub created_at: Instant,
    /// When it last changed.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub updated_at: Instant,
}

impl<'a> From<&'a Content> for ContentObject<'a> {
    fn from(content: &'a Content) -> Self {
        let text = || content.text.as_deref().map(Cow::Borrowed);
        Self {
            id: content.id.0,
            content_type: content.kind.as_str().into(),
            kind: content.media_kind().as_str().into(),
            file_name: content.file_name.as_ref().map(|name| FileName::as_str(name).into()),
            text: text().filter(|_| content.kind == ContentKind::Text),
            url: text().filter(|_| content.kind == ContentKind::Url),
            size: content.size,
            mime_type: content.mime_type.as_str().into(),
            language: content.language.as_deref().map(Cow::Borrowed),
            sha256: content.sha256.to_hex().into(),
            download_count: content.download_count,
            max_downloads: content.max_downloads,
            expire_at: content.expire_at.map(Instant),
            pinned: content.pinned,
            thumbnail: content.has_thumbnail(),
            version: content.version,
            created_at: Instant(content.created_at),
            updated_at: Instant(content.updated_at),
        }
    }
}

impl ContentObject<'_> {
    /// What it is called for people: its name, or `#` and its number.
    pub fn label(&self) -> String {
        self.file_name.as_deref().map_or_else(|| format!("#{}", self.id), str::to_owned)
    }

    /// What it is called among files: as in an archive of the room. It may be no name that is safe on a file system.
    pub fn entry_name(&self) -> String {
        // A kind that only later servers know is bytes to this version.
        let kind = ContentKind::from_name(&self.content_type).unwrap_or(ContentKind::File);
        entry_name(self.file_name.as_deref(), kind, ContentId(self.id))
    }
}

/// Contents as an array, written one by one: a long list is never there twice.
#[derive(Debug)]
pub struct ContentList<'a>(pub &'a [Content]);

impl Serialize for ContentList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ContentObject::from))
    }
}

use elizabeth_core::{
    content::{Content, ContentKind, Sha256Hash},
    name::FileName,
};
use serde::{Serialize, Serializer};
use utoipa::ToSchema;

use super::Instant;

/// A content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Content)]
pub struct ContentObject<'a> {
    /// Its number, ascending in the order of creation.
    id: i64,
    /// `file`, `text` or `url`.
    content_type: &'static str,
    /// Its name, perhaps a relative path.
    file_name: Option<&'a str>,
    /// A text's text.
    text: Option<&'a str>,
    /// A link's address.
    url: Option<&'a str>,
    /// Bytes.
    size: u64,
    /// Its media type.
    mime_type: &'a str,
    /// A text's language.
    language: Option<&'a str>,
    /// The SHA-256 of its bytes, hexadecimal.
    #[serde(serialize_with = "hex")]
    #[schema(value_type = String, min_length = 64, max_length = 64)]
    sha256: Sha256Hash,
    /// Downloads so far; of contents that do not limit them it may lag by seconds.
    download_count: u64,
    /// How many downloads it allows; null for no limit.
    max_downloads: Option<u64>,
    /// When it expires; null for with the room.
    expire_at: Option<Instant>,
    /// Whether it is kept at the top.
    pinned: bool,
    /// Counts its changes, from 1.
    version: u64,
    /// When it was added.
    created_at: Instant,
    /// When it last changed.
    updated_at: Instant,
}

impl<'a> From<&'a Content> for ContentObject<'a> {
    fn from(content: &'a Content) -> Self {
        Self {
            id: content.id.0,
            content_type: content.kind.as_str(),
            file_name: content.file_name.as_ref().map(FileName::as_str),
            text: content.text.as_deref().filter(|_| content.kind == ContentKind::Text),
            url: content.text.as_deref().filter(|_| content.kind == ContentKind::Url),
            size: content.size,
            mime_type: &content.mime_type,
            language: content.language.as_deref(),
            sha256: content.sha256,
            download_count: content.download_count,
            max_downloads: content.max_downloads,
            expire_at: content.expire_at.map(Instant),
            pinned: content.pinned,
            version: content.version,
            created_at: Instant(content.created_at),
            updated_at: Instant(content.updated_at),
        }
    }
}

/// A hash as it stands in answers.
pub(super) fn hex<S: Serializer>(hash: &Sha256Hash, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&hash.to_hex())
}

/// Contents as an array, written one by one: a long list is never there twice.
#[derive(Debug)]
pub struct ContentList<'a>(pub &'a [Content]);

impl Serialize for ContentList<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ContentObject::from))
    }
}

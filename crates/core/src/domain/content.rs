//! What a room holds: contents, each a list of immutable segments.

use std::ops::Range;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::{
    counts::Rows,
    id::{BlobKey, ContentId, RoomId, SessionId},
    media_kind::MediaKind,
    name::FileName,
    policy::TEXT_LISTED_MAX,
    sniff::Sniffed,
    time::Timestamp,
};

pub use crate::domain::{
    hash::Sha256Hash,
    kind::ContentKind,
    manifest::{FileRequest, Manifest, ManifestFile, Reservation},
};

/// A content as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Its number.
    pub id: ContentId,
    /// Its room.
    pub room_id: RoomId,
    /// The session that added it.
    pub sid: SessionId,
    /// What it is.
    pub kind: ContentKind,
    /// Its name, where it has one.
    pub file_name: Option<FileName>,
    /// Bytes.
    pub size: u64,
    /// Its media type (RFC 6838), lower case.
    pub mime_type: String,
    /// What its first bytes are; `None` where they do not tell, or were never looked at.
    pub sniffed: Option<Sniffed>,
    /// The hash of its bytes.
    pub sha256: Sha256Hash,
    /// Downloads so far.
    pub download_count: u64,
    /// How many downloads it allows; `None` for no limit.
    pub max_downloads: Option<u64>,
    /// The first instant at which it is gone.
    pub expire_at: Option<Timestamp>,
    /// A text's language, as its author named it.
    pub language: Option<String>,
    /// Whether it is kept at the top.
    pub pinned: bool,
    /// Bytes of its thumbnail; 0 where it has none.
    pub thumbnail_size: u64,
    /// Counts its changes, from 1.
    pub version: u64,
    /// When it was added.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
    /// A text's text or a link's address, where it was read along with it: see [`StoredContent::text`].
    pub text: Option<String>,
}

impl Content {
    /// Bytes that it takes of its room: its own, and its thumbnail's.
    pub fn stored_size(&self) -> u64 {
        self.size.saturating_add(self.thumbnail_size)
    }

    /// What it is to people.
    pub fn media_kind(&self) -> MediaKind {
        let name = self.file_name.as_ref().map(FileName::as_str);
        MediaKind::of(self.kind, self.sniffed, name, &self.mime_type)
    }

    /// Whether it has a thumbnail.
    pub fn has_thumbnail(&self) -> bool {
        self.thumbnail_size > 0
    }

    /// Whether its time is over.
    pub fn is_expired(&self, now: Timestamp) -> bool {
        self.expire_at.is_some_and(|end| end <= now)
    }

    /// Whether its downloads are used up.
    pub fn is_spent(&self) -> bool {
        self.max_downloads.is_some_and(|max| self.download_count >= max)
    }

    /// Whether a list shows what it says.
    pub fn is_listed_with_text(&self) -> bool {
        self.kind != ContentKind::File && self.max_downloads.is_none() && self.size <= TEXT_LISTED_MAX
    }
}

/// An immutable piece of a content. A content's bytes are its segments' in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    /// Bytes; never 0.
    pub size: u64,
    /// Where they are.
    pub location: BlobLocation,
}

/// Where a segment's bytes are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobLocation {
    /// In the blob store.
    Blob(BlobKey),
    /// In the store itself: small files spare the blob store.
    Inline(Bytes),
}

/// A content with its segments.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredContent {
    /// The content, its `text` not among it: the segments have it.
    pub content: Content,
    /// Its bytes, in order.
    pub segments: Vec<Segment>,
}

impl StoredContent {
    /// What may be shown of a text or a link without it being a download: nothing where those are limited.
    pub fn text(&self) -> Option<String> {
        text_of(self.content.kind, self.content.max_downloads, &self.segments)
    }

    /// As a list shows it: with its text, where that is not too long.
    pub fn into_listed(self) -> Content {
        let text = self.text().filter(|text| text.len() as u64 <= TEXT_LISTED_MAX);
        Content { text, ..self.content }
    }

    /// As it is shown by itself: with its text, however long.
    pub fn into_content(self) -> Content {
        Content { text: self.text(), ..self.content }
    }
}

/// All bytes of a content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    /// Their hash.
    pub sha256: Sha256Hash,
    /// The bytes, in order.
    pub segments: Vec<Segment>,
}

impl Body {
    /// Bytes.
    pub fn size(&self) -> u64 {
        size_of(&self.segments)
    }
}

fn size_of(segments: &[Segment]) -> u64 {
    segments.iter().map(|segment| segment.size).sum()
}

/// Texts and links are kept inline, whole, in one segment, or none when they are empty.
pub(crate) fn text_of(kind: ContentKind, max_downloads: Option<u64>, segments: &[Segment]) -> Option<String> {
    if kind == ContentKind::File || max_downloads.is_some() {
        return None;
    }
    match segments {
        [] => Some(String::new()),
        [Segment { location: BlobLocation::Inline(bytes), .. }] => String::from_utf8(bytes.to_vec()).ok(),
        _ => None,
    }
}

/// A content about to be added. The store gives it its number.
#[derive(Clone, Debug)]
pub struct NewContent {
    /// Its room.
    pub room_id: RoomId,
    /// The session that adds it.
    pub sid: SessionId,
    /// What it is.
    pub kind: ContentKind,
    /// Its name.
    pub file_name: Option<FileName>,
    /// Its media type.
    pub mime_type: String,
    /// What its first bytes are, where they tell.
    pub sniffed: Option<Sniffed>,
    /// The hash of its bytes.
    pub sha256: Sha256Hash,
    /// How many downloads it allows.
    pub max_downloads: Option<u64>,
    /// The first instant at which it is gone.
    pub expire_at: Option<Timestamp>,
    /// A text's language.
    pub language: Option<String>,
    /// Whether it is kept at the top.
    pub pinned: bool,
    /// Now.
    pub created_at: Timestamp,
    /// Its bytes, in order.
    pub segments: Vec<Segment>,
}

impl NewContent {
    /// One with no bytes and no other description: what is added differs from it in what it has.
    pub fn empty(room_id: RoomId, sid: SessionId, kind: ContentKind, now: Timestamp) -> Self {
        Self {
            room_id,
            sid,
            kind,
            file_name: None,
            mime_type: mime::APPLICATION_OCTET_STREAM.to_string(),
            sniffed: None,
            sha256: Sha256Hash(Sha256::digest([]).into()),
            max_downloads: None,
            expire_at: None,
            language: None,
            pinned: false,
            created_at: now,
            segments: vec![],
        }
    }

    /// Bytes.
    pub fn size(&self) -> u64 {
        size_of(&self.segments)
    }

    /// Its row.
    pub fn row(&self) -> Rows {
        Rows::one(self.file_name.as_ref().map_or(0, |name| name.as_str().len()))
    }

    /// As it stands in the room once the store has numbered it.
    pub fn into_content(self, id: ContentId) -> Content {
        Content {
            size: self.size(),
            id,
            room_id: self.room_id,
            sid: self.sid,
            kind: self.kind,
            file_name: self.file_name,
            mime_type: self.mime_type,
            sniffed: self.sniffed,
            sha256: self.sha256,
            download_count: 0,
            max_downloads: self.max_downloads,
            expire_at: self.expire_at,
            language: self.language,
            pinned: self.pinned,
            thumbnail_size: 0,
            version: 1,
            created_at: self.created_at,
            updated_at: self.created_at,
            text: text_of(self.kind, self.max_downloads, &self.segments),
        }
    }
}

/// Which parts of which segments make up a range of a content's bytes.
///
/// Takes the segments in order and yields, in order, the index of each that is touched with the range inside it.
pub fn map_range(segments: &[Segment], wanted: Range<u64>) -> Vec<(usize, Range<u64>)> {
    let mut parts = Vec::new();
    let mut start = 0;
    for (index, segment) in segments.iter().enumerate() {
        let end = start + segment.size;
        let (from, to) = (wanted.start.max(start), wanted.end.min(end));
        if from < to {
            parts.push((index, from - start..to - start));
        }
        start = end;
    }
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// Reading any range through the segments gives the same bytes as cutting it out of the whole.
        #[test]
        fn ranges_map_onto_segments(sizes in proptest::collection::vec(1u64..20, 0..8), a in 0u64..200, b in 0u64..200) {
            let total: u64 = sizes.iter().sum();
            let (from, to) = (a.min(b).min(total), a.max(b).min(total));
            let whole: Vec<u64> = (0..total).collect();
            let mut pieces: Vec<Vec<u64>> = Vec::new();
            let mut at = 0;
            for size in &sizes {
                pieces.push((at..at + size).collect());
                at += size;
            }
            let segments: Vec<Segment> =
                sizes.iter().map(|&size| Segment { size, location: BlobLocation::Inline(Bytes::new()) }).collect();
            let read: Vec<u64> = map_range(&segments, from..to)
                .into_iter()
                .flat_map(|(i, r)| pieces[i][r.start as usize..r.end as usize].to_vec())
                .collect();
            prop_assert_eq!(read, whole[from as usize..to as usize].to_vec());
        }
    }
}

//! What can be wrong with an input.

use crate::{
    change_set::Misfit,
    domain::{kind::ContentKind, language::InvalidLanguage, link::InvalidUrl},
    name::{FileName, InvalidFileName, InvalidRoomName},
    permission::InvalidPermission,
    policy::{
        CHUNK_SIZE_MAX, CHUNK_SIZE_MIN, CHUNKS_MAX, EDITOR_MAX_BYTES, EDITS_AT_ONCE, MANIFEST_FILES_MAX,
        PARTS_MAX,
    },
    thumbnail::InvalidThumbnail,
    time::Timestamp,
};

/// What is wrong with an input.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Invalid {
    /// A room's name.
    #[error("invalid room name: {0}")]
    RoomName(#[from] InvalidRoomName),
    /// A file's name.
    #[error("invalid file name: {0}")]
    FileName(#[from] InvalidFileName),
    /// A permission.
    #[error("invalid permission: {0}")]
    Permission(#[from] InvalidPermission),
    /// A password.
    #[error("a password has 1 to 1024 bytes")]
    Password,
    /// A room's size.
    #[error("max_size may be {ceiling} at most here")]
    MaxSize {
        /// The operator's ceiling in bytes.
        ceiling: u64,
    },
    /// A room's size below what is in it.
    #[error("max_size is below the {current} bytes stored or reserved")]
    MaxSizeBelowCurrent {
        /// Bytes stored or reserved.
        current: u64,
    },
    /// A room's entries.
    #[error("max_times_entered is too large")]
    MaxEntries,
    /// A room's expiry.
    #[error("expire_at must lie in the future{}", .latest.map_or_else(String::new, |at| format!(", {at} at the latest")))]
    ExpireAt {
        /// The operator's ceiling.
        latest: Option<Timestamp>,
    },
    /// A content's expiry.
    #[error("a content's expire_at must lie in the future")]
    ContentExpireAt,
    /// A content's downloads.
    #[error("max_downloads must be at least 1")]
    MaxDownloads,
    /// A content's downloads, when there were as many already: it would be gone at once.
    #[error("max_downloads must be above the {count} downloads there were")]
    MaxDownloadsReached {
        /// Downloads so far.
        count: u64,
    },
    /// A link.
    #[error("invalid url: {0}")]
    Url(#[from] InvalidUrl),
    /// A text's language.
    #[error("invalid language: {0}")]
    Language(#[from] InvalidLanguage),
    /// Something that contents of this kind do not have.
    #[error("a {} has no {member} to change", .kind.as_str())]
    ContentMember {
        /// What was to be changed.
        member: &'static str,
        /// What the content is.
        kind: ContentKind,
    },
    /// A text that nobody edits together with others: what it says is shown to nobody without a download.
    #[error("a text with max_downloads is changed as a whole only")]
    LimitedText,
    /// An edit that is not one of this text.
    #[error("edit {index}: {why}")]
    Edit {
        /// Its place among those sent, from 0 on.
        index: usize,
        /// What is wrong with it.
        why: Misfit,
    },
    /// How many edits are made at once.
    #[error("make 1 to {EDITS_AT_ONCE} edits at once")]
    EditCount,
    /// The name by which an editor knows its own edits.
    #[error("client has 1 to {EDITOR_MAX_BYTES} bytes and no control characters")]
    Editor,
    /// A file whose name was to be cleared.
    #[error("a file keeps a name")]
    FileWithoutName,
    /// A thumbnail.
    #[error("invalid thumbnail: {0}")]
    Thumbnail(#[from] InvalidThumbnail),
    /// A ticket's life.
    #[error("ttl_seconds must be at least 1")]
    TicketTtl,
    /// A ticket's uses.
    #[error("max_uses must be at least 1, and no more than can be counted")]
    TicketUses,
    /// A file's size.
    #[error("{name:?}: the size {size} is out of range", name = .name.as_str())]
    FileSize {
        /// The file.
        name: FileName,
        /// Bytes announced.
        size: i128,
    },
    /// Sizes that add up to more than there can be.
    #[error("the sizes add up to more than a room can hold")]
    ManifestTotal,
    /// How many files a manifest names.
    #[error("a manifest names 1 to {MANIFEST_FILES_MAX} files, this one {0}")]
    ManifestCount(usize),
    /// A name that stands twice in a manifest.
    #[error("{:?} stands twice in the manifest", .0.as_str())]
    DoubledName(FileName),
    /// A file that is not alone in its upload though its pieces come one behind the other.
    #[error("{:?}: a file whose pieces come one behind the other is the only one of its upload", .0.as_str())]
    AppendedBeside(FileName),
    /// A hash.
    #[error("a SHA-256 is 64 hexadecimal digits, perhaps behind \"sha256:\"")]
    Hash,
    /// The size of a file's chunks.
    #[error("{name:?}: chunk_size may be {CHUNK_SIZE_MIN} to {CHUNK_SIZE_MAX}, not {asked}", name = .name.as_str())]
    ChunkSize {
        /// The file.
        name: FileName,
        /// Bytes asked for.
        asked: i128,
    },
    /// How many chunks an upload has.
    #[error("an upload has {CHUNKS_MAX} chunks at most, this one {chunks}: choose a larger chunk_size")]
    TooManyChunks {
        /// All files' chunks.
        chunks: u64,
    },
    /// A file's place in an upload's manifest.
    #[error("file_index {asked}: this upload has {files} files, counted from 0")]
    FileIndex {
        /// What was asked for.
        asked: u64,
        /// How many there are.
        files: usize,
    },
    /// A chunk's place in its file.
    #[error("chunk_index {asked}: this file has {chunks} chunks, counted from 0")]
    ChunkIndex {
        /// What was asked for.
        asked: u64,
        /// How many there are.
        chunks: u64,
    },
    /// No hash to compare the whole with.
    #[error("final_hash is missing, and no file_hash was announced")]
    FinalHashMissing,
    /// A list of parts with nothing in it, too much, or the same twice.
    #[error("name 1 to {PARTS_MAX} parts, each once")]
    Parts,
    /// A list of contents with nothing in it, or too much.
    #[error("name 1 to {MANIFEST_FILES_MAX} contents")]
    ContentCount,
}

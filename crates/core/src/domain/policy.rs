//! What the operator decides: defaults of new rooms, ceilings, spans.

use std::time::Duration;

use crate::{domain::limits::Limits, settable::settable};

/// The largest size, in bytes, that anything may have: what a signed 64-bit column holds.
pub const SIZE_MAX: u64 = i64::MAX as u64;

settable! {
    /// Defaults, ceilings and spans that every use case goes by.
    #[derive(Clone, Debug)]
    pub struct Policy {
        /// Size of a new room in bytes.
        pub room_max_size: u64,
        /// How far an owner may push a room's size, in bytes.
        pub room_max_size_ceiling: u64,
        /// Entries a new room allows; `None` for no limit.
        pub room_max_entries: Option<u64>,
        /// Life of a new room; `None` for ever.
        pub room_ttl: Option<Duration>,
        /// How far from now an owner may set a room's expiry; `None` for no limit.
        pub room_ttl_ceiling: Option<Duration>,
        /// How long a reservation waits for its upload to begin.
        pub reservation_ttl: Duration,
        /// Silence after which an upload that has begun is dead.
        pub upload_lease: Duration,
        /// Time from its last progress after which an upload in pieces is dead, and how long its end can be asked for.
        pub chunked_ttl: Duration,
        /// How long an upload in pieces waits for its first byte.
        pub first_byte_ttl: Duration,
        /// Life of a room token.
        pub token_ttl: Duration,
        /// Life of a refresh token.
        pub refresh_ttl: Duration,
        /// Files up to this many bytes are kept in the store itself, not as blobs.
        pub inline_max: u64,
        /// Bytes that the disks of store and blobs must keep free; below it nothing is taken in that would grow.
        pub min_free: u64,
        /// The most bytes that all rooms together may hold; `None` for no limit.
        pub max_storage: Option<u64>,
        /// Whether readers are sent to the blob store for bytes that it hands out itself.
        pub blob_redirect: bool,
        /// How many of everything there may be.
        pub limits: Limits,
    }
}

/// The most files one manifest may name.
pub const MANIFEST_FILES_MAX: usize = 1000;
/// Bytes of a chunk where a client chooses none.
pub const CHUNK_SIZE_DEFAULT: u64 = 1 << 20;
/// The fewest bytes that a client may choose for its chunks, but for the last.
pub const CHUNK_SIZE_MIN: u64 = 64 << 10;
/// The most bytes of a chunk.
pub const CHUNK_SIZE_MAX: u64 = 64 << 20;
/// The most chunks of one upload: whoever reads a content needs the list of its segments.
pub const CHUNKS_MAX: u64 = 16_384;
/// The most parts that are joined into one content: the room is locked meanwhile.
pub const PARTS_MAX: usize = 100;
/// Bytes of a piece whose arrival is progress of its upload; so is the arrival of a whole chunk, and of the first byte.
pub const PROGRESS_BYTES: u64 = 1 << 20;
/// How often, at most, it is an event that more of an upload in pieces has arrived.
pub const PROGRESS_EVERY: Duration = Duration::from_secs(6);
/// How many items a page of a list has where a client asks for no other number.
pub const PAGE_DEFAULT: u64 = 1000;
/// The most items of a page.
pub const PAGE_MAX: u64 = 10_000;
/// What the files of a page of uploads may cost together, in bytes of their rows; one upload is always on it.
pub const UPLOADS_PAGE_SIZE: u64 = 512 << 10;
/// The most files that a list names of an upload which whoever asks may not go on with.
pub const OTHERS_FILES_LISTED: usize = 100;
/// The longest text, in bytes of UTF-8, that may be added.
pub const TEXT_MAX: usize = 1 << 20;
/// The most edits of a text that are made in one go.
pub const EDITS_AT_ONCE: usize = 100;
/// The most bytes of the name by which an editor knows its own edits.
pub const EDITOR_MAX_BYTES: usize = 64;
/// The most bytes a text's language may have.
pub const LANGUAGE_MAX_BYTES: usize = 64;
/// The most bytes a media type may have.
pub const MEDIA_TYPE_MAX_BYTES: usize = 255;
/// The longest link, in bytes.
pub const URL_MAX_BYTES: usize = 8 * 1024;
/// The most contents that an archive takes: what is known of each until the directory at its end is written has to fit
/// into memory.
pub const ARCHIVE_ENTRIES_MAX: usize = 65_535;
/// The longest text, in bytes of UTF-8, that a list of contents shows.
pub const TEXT_LISTED_MAX: u64 = 64 * 1024;
/// The most pixels a side of a thumbnail has.
pub const THUMBNAIL_SIDE_MAX: usize = 512;
/// Life of a ticket that asks for none of its own.
pub const TICKET_TTL: Duration = Duration::from_secs(10 * 60);
/// The most bytes a password may have.
pub const PASSWORD_MAX_BYTES: usize = 1024;

impl Default for Policy {
    fn default() -> Self {
        const GIB: u64 = 1 << 30;
        const DAY: Duration = Duration::from_secs(24 * 60 * 60);
        Self {
            room_max_size: 10 * GIB,
            room_max_size_ceiling: 10 * GIB,
            room_max_entries: None,
            room_ttl: Some(7 * DAY),
            room_ttl_ceiling: Some(365 * DAY),
            reservation_ttl: Duration::from_secs(10),
            upload_lease: Duration::from_secs(60),
            chunked_ttl: Duration::from_secs(60 * 60),
            first_byte_ttl: Duration::from_secs(2 * 60),
            token_ttl: Duration::from_secs(60 * 60),
            refresh_ttl: 7 * DAY,
            inline_max: 8 * 1024,
            min_free: GIB,
            max_storage: None,
            blob_redirect: false,
            limits: Limits::default(),
        }
    }
}

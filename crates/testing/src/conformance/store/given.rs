//! What the cases begin with.

use bytes::Bytes;
use elizabeth_core::{
    content::{
        BlobLocation, ContentKind, FileRequest, Manifest, ManifestFile, NewContent, Segment, Sha256Hash,
        StoredContent,
    },
    id::{BlobKey, ContentId, Jti, ReservationId, RoomId, SessionId, UploadId},
    name::{RoomName, RoomRef},
    permission::Permission,
    ports::{ContentAccess, WriteTx},
    quota::{Hold, HoldState},
    room::{NewRoom, Room},
    secret::KeyHash,
    sniff::Sniffed,
    thumbnail::{Thumbnail, ThumbnailType},
    ticket::NewTicket,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
    upload::{Chunk, ChunkedFile, NewUpload},
};
use uuid::Uuid;

use super::Bench;

/// So many seconds after (or before) a moment with a fraction of a second.
pub(super) fn at(secs: i64) -> Timestamp {
    Timestamp::from_micros(1_800_000_000_123_456 + secs * 1_000_000)
}

pub(super) fn address(text: &str) -> RoomRef {
    RoomRef::parse(text).unwrap()
}

/// A plain room that expires at second 1,000.
pub(super) fn new_room(name: &str) -> NewRoom {
    NewRoom {
        name: RoomName::parse(name).unwrap(),
        slug: name.to_owned(),
        password_hash: None,
        owner_key_hash: KeyHash::of(name),
        permission: Permission::all(),
        max_size: 1_000,
        max_entries: None,
        expire_at: Some(at(1_000)),
        created_at: at(0),
    }
}

pub(super) fn jti(n: u128) -> Jti {
    Jti(Uuid::from_u128(n))
}

pub(super) fn sid(n: u128) -> SessionId {
    SessionId(Uuid::from_u128(n))
}

/// A guest's token, good from second 0 to 100.
pub(super) fn token(room: RoomId, n: u128, session: u128) -> TokenRecord {
    TokenRecord {
        jti: jti(n),
        room_id: room,
        sid: sid(session),
        permission: Permission::VIEW | Permission::EDIT,
        owner: false,
        scope: Permission::all(),
        granted: Permission::empty(),
        created_at: at(0),
        expires_at: at(100),
        revoked_at: None,
    }
}

pub(super) fn hash(n: u128) -> KeyHash {
    KeyHash::of(&n.to_string())
}

/// A guest's refresh token, good from second 0 to 100.
pub(super) fn refresh(room: RoomId, n: u128, session: u128) -> RefreshRecord {
    RefreshRecord {
        hash: hash(n),
        room_id: room,
        sid: sid(session),
        owner: false,
        scope: Permission::all(),
        granted: Permission::empty(),
        created_at: at(0),
        expires_at: at(100),
        used_at: None,
        revoked_at: None,
    }
}

/// A guest's ticket that lets one in, good from second 0 to 100.
pub(super) fn ticket(room: RoomId, n: u128, session: u128) -> NewTicket {
    NewTicket {
        hash: hash(n),
        room_id: room,
        content_id: None,
        scope: Permission::VIEW,
        granted: Permission::empty(),
        sid: sid(session),
        owner: false,
        max_uses: Some(1),
        created_at: at(0),
        expires_at: at(100),
    }
}

pub(super) fn key(n: u128) -> BlobKey {
    BlobKey::from_random(n.to_be_bytes())
}

pub(super) fn blob(n: u128, size: u64) -> Segment {
    Segment { size, location: BlobLocation::Blob(key(n)) }
}

pub(super) fn inline(bytes: impl Into<Bytes>) -> Segment {
    let bytes = bytes.into();
    Segment { size: bytes.len() as u64, location: BlobLocation::Inline(bytes) }
}

/// A file without an end.
pub(super) fn new_content(room: RoomId, segments: Vec<Segment>) -> NewContent {
    NewContent {
        file_name: elizabeth_core::name::FileName::parse("a.bin").ok(),
        sniffed: Some(Sniffed::Binary),
        sha256: Sha256Hash([0xa5; 32]),
        segments,
        ..NewContent::empty(room, sid(1), ContentKind::File, at(1))
    }
}

/// A thumbnail of so many bytes.
pub(super) fn thumbnail(size: usize) -> Thumbnail {
    Thumbnail { media_type: ThumbnailType::Webp, bytes: vec![size as u8; size].into() }
}

pub(super) fn manifest(files: &[(&str, u64)]) -> Manifest {
    let file = |&(name, size): &(&str, u64)| FileRequest::new(name, size);
    Manifest::parse(files.iter().map(file).collect(), at(0)).unwrap()
}

pub(super) fn hold(size: u64, deadline: Timestamp) -> Hold {
    Hold::new(size, deadline, HoldState::Pending)
}

/// A reservation of one file that lapses at a second.
pub(super) async fn reserve(tx: &mut dyn WriteTx, room: RoomId, size: u64, deadline: i64) -> ReservationId {
    let hold = hold(size, at(deadline));
    tx.insert_reservation(room, sid(1), hold, &manifest(&[("a", size)]), at(0)).await.unwrap()
}

/// A guest's upload of three files that lapses at second 10, known by a number, as is its token.
pub(super) fn new_upload(room: RoomId, n: u128, session: u128) -> NewUpload {
    let files = manifest(&[("a", 60), ("b", 40), ("c", 0)]);
    let chunked = |file: &ManifestFile| ChunkedFile::new(file.clone(), Some(7), None);
    NewUpload {
        id: UploadId(Uuid::from_u128(n)),
        room_id: room,
        sid: sid(session),
        owner: false,
        permission: Permission::VIEW | Permission::EDIT,
        granted: Permission::empty(),
        token_hash: hash(n),
        hold: hold(100, at(10)),
        files: files.files().iter().map(chunked).collect(),
        created_at: at(0),
    }
}

/// A chunk in a blob of that number.
pub(super) fn chunk(file: u32, index: u64, size: u64, blob: u128) -> Chunk {
    let sha256 = Sha256Hash([0x5a; 32]);
    Chunk { file, index, size, sha256, sniffed: None, blob: Some(key(blob)), uploaded_at: at(2) }
}

impl Bench {
    pub(super) async fn add_room(&self, new: &NewRoom) -> RoomId {
        let mut tx = self.begin().await;
        let id = tx.insert_room(new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub(super) async fn add_content(&self, new: &NewContent) -> ContentId {
        let mut tx = self.begin().await;
        let id = tx.insert_content(new).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    /// The room at second 1; it must be there.
    pub(super) async fn room(&self, id: RoomId) -> Room {
        self.read().await.room(id, at(1)).await.unwrap().unwrap()
    }

    pub(super) async fn content(&self, room: &str, id: ContentId) -> Option<StoredContent> {
        let found = self.read().await.content_access(&address(room), None, id, at(1)).await.unwrap();
        found.and_then(|ContentAccess { content, .. }| content)
    }

    pub(super) async fn queue(&self) -> Vec<BlobKey> {
        self.read().await.queued_blobs(None, 1_000).await.unwrap()
    }
}

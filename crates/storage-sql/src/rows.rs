//! How rows are read: which columns, in which order, and what they become.

use bytes::Bytes;
use elizabeth_core::{
    content::{BlobLocation, Content, ContentKind, Manifest, ManifestFile, Reservation, Segment, Sha256Hash},
    id::{BlobKey, ContentId, Jti, ReservationId, RoomId, SessionId, TicketId, UploadId},
    name::{FileName, RoomName},
    permission::Permission,
    ports::StoreResult,
    quota::{Hold, HoldState},
    room::{Room, RoomStatus},
    secret::KeyHash,
    ticket::Ticket,
    time::Timestamp,
    token::{RefreshRecord, TokenRecord},
    upload::{Chunk, ChunkedFile, ChunkedUpload, FileProgress, HashProgress},
};
use uuid::Uuid;

use crate::{
    connection::{Row, Value, corrupt},
    tables::{
        Chunks, Contents, RefreshTokens, Reservations, Rooms, Segments, Tickets, Tokens, UploadFiles, Uploads,
    },
};

/// The columns of a room; the sum of its live holds follows them.
pub(crate) const ROOM: [Rooms; 15] = [
    Rooms::Id,
    Rooms::Name,
    Rooms::Slug,
    Rooms::PasswordHash,
    Rooms::OwnerKeyHash,
    Rooms::OwnerClaimed,
    Rooms::Status,
    Rooms::Permission,
    Rooms::MaxSize,
    Rooms::StoredSize,
    Rooms::MaxEntries,
    Rooms::Entries,
    Rooms::ExpireAt,
    Rooms::CreatedAt,
    Rooms::UpdatedAt,
];

pub(crate) const TOKEN: [Tokens; 9] = [
    Tokens::Jti,
    Tokens::RoomId,
    Tokens::Sid,
    Tokens::Permission,
    Tokens::Owner,
    Tokens::Scope,
    Tokens::CreatedAt,
    Tokens::ExpiresAt,
    Tokens::RevokedAt,
];

pub(crate) const REFRESH: [RefreshTokens; 9] = [
    RefreshTokens::Hash,
    RefreshTokens::RoomId,
    RefreshTokens::Sid,
    RefreshTokens::Owner,
    RefreshTokens::Scope,
    RefreshTokens::CreatedAt,
    RefreshTokens::ExpiresAt,
    RefreshTokens::UsedAt,
    RefreshTokens::RevokedAt,
];

pub(crate) const TICKET: [Tickets; 12] = [
    Tickets::Id,
    Tickets::Hash,
    Tickets::RoomId,
    Tickets::ContentId,
    Tickets::Scope,
    Tickets::Sid,
    Tickets::Owner,
    Tickets::MaxUses,
    Tickets::Uses,
    Tickets::CreatedAt,
    Tickets::ExpiresAt,
    Tickets::RevokedAt,
];

pub(crate) const HOLD: [Reservations; 4] =
    [Reservations::Id, Reservations::Size, Reservations::Deadline, Reservations::State];

pub(crate) const RESERVATION: [Reservations; 7] = [
    Reservations::Id,
    Reservations::Size,
    Reservations::Deadline,
    Reservations::State,
    Reservations::RoomId,
    Reservations::Sid,
    Reservations::Manifest,
];

/// The columns of an upload's hold; those of [`UPLOAD`] follow them, and of [`PROGRESS`].
pub(crate) const UPLOAD_HOLD: [Reservations; 6] = [
    Reservations::Id,
    Reservations::Size,
    Reservations::Deadline,
    Reservations::State,
    Reservations::RoomId,
    Reservations::Sid,
];

pub(crate) const UPLOAD: [Uploads; 4] =
    [Uploads::Id, Uploads::Owner, Uploads::Permission, Uploads::CreatedAt];

pub(crate) const FILES: [Uploads; 2] = [Uploads::ReservationId, Uploads::Files];

pub(crate) const PROGRESS: [UploadFiles; 6] = [
    UploadFiles::FileIndex,
    UploadFiles::Chunks,
    UploadFiles::Bytes,
    UploadFiles::HashedChunks,
    UploadFiles::HashState,
    UploadFiles::ContentId,
];

pub(crate) const CHUNK: [Chunks; 6] = [
    Chunks::FileIndex,
    Chunks::ChunkIndex,
    Chunks::Size,
    Chunks::Sha256,
    Chunks::BlobKey,
    Chunks::UploadedAt,
];

pub(crate) const CONTENT: [Contents; 16] = [
    Contents::Id,
    Contents::RoomId,
    Contents::Sid,
    Contents::Kind,
    Contents::FileName,
    Contents::Size,
    Contents::MimeType,
    Contents::Sha256,
    Contents::DownloadCount,
    Contents::MaxDownloads,
    Contents::ExpireAt,
    Contents::Language,
    Contents::Pinned,
    Contents::Version,
    Contents::CreatedAt,
    Contents::UpdatedAt,
];

pub(crate) const SEGMENT: [Segments; 3] = [Segments::Size, Segments::BlobKey, Segments::Inline];

/// Where the parts of an access row begin: the room and its reserved bytes come first.
pub(crate) const TOKEN_AT: usize = ROOM.len() + 1;
pub(crate) const CONTENT_AT: usize = TOKEN_AT + TOKEN.len();

/// Where the progress of a file begins in the row of an upload.
pub(crate) const PROGRESS_AT: usize = UPLOAD_HOLD.len() + UPLOAD.len();

/// Reads a row's cells one after the other.
pub(crate) struct Cells<R> {
    row: R,
    next: usize,
}

impl<R: Row> Cells<R> {
    pub(crate) fn of(row: R) -> Self {
        Self { row, next: 0 }
    }

    /// The cells from a place on.
    pub(crate) fn from(&mut self, place: usize) -> &mut Self {
        self.next = place;
        self
    }

    /// Whether an outer join found nothing for what begins at a place.
    pub(crate) fn is_null(&self, place: usize) -> StoreResult<bool> {
        self.row.is_null(place)
    }

    fn place(&mut self) -> usize {
        let place = self.next;
        self.next += 1;
        place
    }

    fn opt_int(&mut self) -> StoreResult<Option<i64>> {
        let place = self.place();
        self.row.int(place)
    }

    pub(crate) fn int(&mut self) -> StoreResult<i64> {
        self.opt_int()?.ok_or_else(|| corrupt("a number is missing"))
    }

    fn opt_text(&mut self) -> StoreResult<Option<String>> {
        let place = self.place();
        self.row.text(place)
    }

    fn text(&mut self) -> StoreResult<String> {
        self.opt_text()?.ok_or_else(|| corrupt("a text is missing"))
    }

    fn opt_bytes(&mut self) -> StoreResult<Option<Vec<u8>>> {
        let place = self.place();
        self.row.bytes(place)
    }

    fn array<const N: usize>(&mut self) -> StoreResult<[u8; N]> {
        let bytes = self.opt_bytes()?.ok_or_else(|| corrupt("bytes are missing"))?;
        bytes.try_into().map_err(|_| corrupt("bytes of the wrong length"))
    }

    /// A number that is never negative: a size, a count.
    pub(crate) fn size(&mut self) -> StoreResult<u64> {
        self.int()?.try_into().map_err(|_| corrupt("a negative size"))
    }

    fn opt_size(&mut self) -> StoreResult<Option<u64>> {
        self.opt_int()?.map(u64::try_from).transpose().map_err(|_| corrupt("a negative size"))
    }

    fn time(&mut self) -> StoreResult<Timestamp> {
        self.int().map(Timestamp::from_micros)
    }

    fn opt_time(&mut self) -> StoreResult<Option<Timestamp>> {
        Ok(self.opt_int()?.map(Timestamp::from_micros))
    }

    fn flag(&mut self) -> StoreResult<bool> {
        Ok(self.int()? != 0)
    }

    fn uuid(&mut self) -> StoreResult<Uuid> {
        self.array().map(Uuid::from_bytes)
    }

    fn permission(&mut self) -> StoreResult<Permission> {
        let bits = u8::try_from(self.int()?).ok();
        bits.and_then(Permission::from_bits).ok_or_else(|| corrupt("unknown permission bits"))
    }

    pub(crate) fn room_id(&mut self) -> StoreResult<RoomId> {
        self.int().map(RoomId)
    }

    pub(crate) fn content_id(&mut self) -> StoreResult<ContentId> {
        self.int().map(ContentId)
    }

    pub(crate) fn reservation_id(&mut self) -> StoreResult<ReservationId> {
        self.int().map(ReservationId)
    }

    pub(crate) fn ticket_id(&mut self) -> StoreResult<TicketId> {
        self.int().map(TicketId)
    }

    pub(crate) fn blob_key(&mut self) -> StoreResult<BlobKey> {
        stored_key(self.text()?)
    }

    /// [`ROOM`] and its reserved bytes.
    pub(crate) fn room(&mut self) -> StoreResult<Room> {
        Ok(Room {
            id: self.room_id()?,
            name: RoomName::from_stored(self.text()?),
            slug: self.text()?,
            password_hash: self.opt_text()?,
            owner_key_hash: KeyHash(self.array()?),
            owner_claimed: self.flag()?,
            status: RoomStatus::from_code(self.int()?).ok_or_else(|| corrupt("an unknown room status"))?,
            permission: self.permission()?,
            max_size: self.size()?,
            stored_size: self.size()?,
            max_entries: self.opt_size()?,
            entries: self.size()?,
            expire_at: self.opt_time()?,
            created_at: self.time()?,
            updated_at: self.time()?,
            reserved_size: self.size()?,
        })
    }

    /// [`TOKEN`].
    pub(crate) fn token(&mut self) -> StoreResult<TokenRecord> {
        Ok(TokenRecord {
            jti: Jti(self.uuid()?),
            room_id: self.room_id()?,
            sid: SessionId(self.uuid()?),
            permission: self.permission()?,
            owner: self.flag()?,
            scope: self.permission()?,
            created_at: self.time()?,
            expires_at: self.time()?,
            revoked_at: self.opt_time()?,
        })
    }

    /// [`REFRESH`].
    pub(crate) fn refresh(&mut self) -> StoreResult<RefreshRecord> {
        Ok(RefreshRecord {
            hash: KeyHash(self.array()?),
            room_id: self.room_id()?,
            sid: SessionId(self.uuid()?),
            owner: self.flag()?,
            scope: self.permission()?,
            created_at: self.time()?,
            expires_at: self.time()?,
            used_at: self.opt_time()?,
            revoked_at: self.opt_time()?,
        })
    }

    /// [`TICKET`].
    pub(crate) fn ticket(&mut self) -> StoreResult<Ticket> {
        Ok(Ticket {
            id: self.ticket_id()?,
            hash: KeyHash(self.array()?),
            room_id: self.room_id()?,
            content_id: self.opt_int()?.map(ContentId),
            scope: self.permission()?,
            sid: SessionId(self.uuid()?),
            owner: self.flag()?,
            max_uses: self.opt_size()?,
            uses: self.size()?,
            created_at: self.time()?,
            expires_at: self.time()?,
            revoked_at: self.opt_time()?,
        })
    }

    /// [`HOLD`].
    pub(crate) fn hold(&mut self) -> StoreResult<(ReservationId, Hold)> {
        let id = self.reservation_id()?;
        let (size, deadline) = (self.size()?, self.time()?);
        let state = match self.text()?.as_str() {
            PENDING => HoldState::Pending,
            BEGUN => HoldState::Begun,
            DONE => HoldState::Done,
            _ => return Err(corrupt("an unknown hold state")),
        };
        Ok((id, Hold { size, deadline, state }))
    }

    /// [`RESERVATION`].
    pub(crate) fn reservation(&mut self) -> StoreResult<Reservation> {
        let (id, hold) = self.hold()?;
        Ok(Reservation {
            id,
            hold,
            room_id: self.room_id()?,
            sid: SessionId(self.uuid()?),
            manifest: manifest_from_json(&self.text()?)?,
        })
    }

    /// [`UPLOAD_HOLD`] and [`UPLOAD`]; its files are still unknown.
    pub(crate) fn upload(&mut self) -> StoreResult<ChunkedUpload> {
        let (reservation, hold) = self.hold()?;
        Ok(ChunkedUpload {
            reservation,
            hold,
            room_id: self.room_id()?,
            sid: SessionId(self.uuid()?),
            id: UploadId(self.uuid()?),
            owner: self.flag()?,
            permission: self.permission()?,
            created_at: self.time()?,
            files: vec![],
            progress: vec![],
        })
    }

    /// [`FILES`]: of which upload, and what they are.
    pub(crate) fn chunked_files(&mut self) -> StoreResult<(ReservationId, Vec<ChunkedFile>)> {
        Ok((self.reservation_id()?, chunked_files_from_json(&self.text()?)?))
    }

    /// [`PROGRESS`]: of which file, and how far it has come.
    pub(crate) fn progress(&mut self) -> StoreResult<(u32, FileProgress)> {
        let file = self.file_index()?;
        let (chunks, bytes, hashed) = (self.size()?, self.size()?, self.size()?);
        let state = self.opt_bytes()?.ok_or_else(|| corrupt("bytes are missing"))?;
        let content = self.opt_int()?.map(ContentId);
        Ok((
            file,
            FileProgress { chunks, bytes, hash_progress: HashProgress { chunks: hashed, state }, content },
        ))
    }

    /// [`CHUNK`].
    pub(crate) fn chunk(&mut self) -> StoreResult<Chunk> {
        Ok(Chunk {
            file: self.file_index()?,
            index: self.size()?,
            size: self.size()?,
            sha256: Sha256Hash(self.array()?),
            blob: self.opt_text()?.map(stored_key).transpose()?,
            uploaded_at: self.time()?,
        })
    }

    fn file_index(&mut self) -> StoreResult<u32> {
        self.int()?.try_into().map_err(|_| corrupt("a file index out of range"))
    }

    /// [`CONTENT`].
    pub(crate) fn content(&mut self) -> StoreResult<Content> {
        Ok(Content {
            id: self.content_id()?,
            room_id: self.room_id()?,
            sid: SessionId(self.uuid()?),
            kind: ContentKind::from_name(&self.text()?).ok_or_else(|| corrupt("an unknown content kind"))?,
            file_name: self.opt_text()?.map(FileName::from_stored),
            size: self.size()?,
            mime_type: self.text()?,
            sha256: Sha256Hash(self.array()?),
            download_count: self.size()?,
            max_downloads: self.opt_size()?,
            expire_at: self.opt_time()?,
            language: self.opt_text()?,
            pinned: self.flag()?,
            version: self.size()?,
            created_at: self.time()?,
            updated_at: self.time()?,
            text: None,
        })
    }

    /// [`CONTENT`] and the bytes of a text or a link, where they are to be listed.
    pub(crate) fn listed(&mut self) -> StoreResult<Content> {
        let content = self.content()?;
        let text = self.opt_bytes()?.map(String::from_utf8).transpose();
        let text = text.map_err(|_| corrupt("a text that is not UTF-8"))?;
        // One that is empty has no segment.
        let empty = content.size == 0 && content.kind != ContentKind::File && content.max_downloads.is_none();
        Ok(Content { text: text.or_else(|| empty.then(String::new)), ..content })
    }

    /// [`SEGMENT`], or `None` where an outer join found none.
    pub(crate) fn segment(&mut self) -> StoreResult<Option<Segment>> {
        let Some(size) = self.opt_size()? else { return Ok(None) };
        let location = match (self.opt_text()?, self.opt_bytes()?) {
            (Some(key), None) => BlobLocation::Blob(stored_key(key)?),
            (None, Some(bytes)) => BlobLocation::Inline(Bytes::from(bytes)),
            _ => return Err(corrupt("a segment in two places or none")),
        };
        Ok(Some(Segment { size, location }))
    }
}

const PENDING: &str = "pending";
const BEGUN: &str = "begun";
pub(crate) const DONE: &str = "done";

pub(crate) fn hold_state(state: HoldState) -> Value {
    text(match state {
        HoldState::Pending => PENDING,
        HoldState::Begun => BEGUN,
        HoldState::Done => DONE,
    })
}

fn stored_key(text: String) -> StoreResult<BlobKey> {
    BlobKey::from_stored(text).ok_or_else(|| corrupt("a malformed blob key"))
}

pub(crate) fn text(text: impl Into<String>) -> Value {
    Value::Text(Some(text.into()))
}

pub(crate) fn int(number: i64) -> Value {
    Value::Int(Some(number))
}

/// Sizes and counts never exceed what a signed number holds: core sees to that.
pub(crate) fn size(size: u64) -> Value {
    opt_size(Some(size))
}

pub(crate) fn opt_size(size: Option<u64>) -> Value {
    Value::Int(size.map(|size| i64::try_from(size).unwrap_or(i64::MAX)))
}

pub(crate) fn time(time: Timestamp) -> Value {
    int(time.as_micros())
}

pub(crate) fn opt_time(time: Option<Timestamp>) -> Value {
    Value::Int(time.map(Timestamp::as_micros))
}

pub(crate) fn uuid(uuid: Uuid) -> Value {
    bytes(uuid.as_bytes())
}

pub(crate) fn bytes(bytes: &[u8]) -> Value {
    Value::Bytes(Some(bytes.to_vec()))
}

/// A file of a manifest as it is kept. Its members are a stored format: never rename one.
#[derive(serde::Serialize, serde::Deserialize)]
struct StoredFile {
    name: String,
    size: u64,
    mime_type: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    max_downloads: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    expire_at: Option<i64>,
}

/// A file that comes in pieces. The same holds.
#[derive(serde::Serialize, serde::Deserialize)]
struct StoredChunkedFile {
    #[serde(flatten)]
    file: StoredFile,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    chunk_size: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    sha256: Option<String>,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    part: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    note: Option<String>,
}

impl From<&ManifestFile> for StoredFile {
    fn from(file: &ManifestFile) -> Self {
        Self {
            name: file.name.as_str().to_owned(),
            size: file.size,
            mime_type: file.mime_type.clone(),
            max_downloads: file.max_downloads,
            expire_at: file.expire_at.map(Timestamp::as_micros),
        }
    }
}

impl From<StoredFile> for ManifestFile {
    fn from(file: StoredFile) -> Self {
        Self {
            name: FileName::from_stored(file.name),
            size: file.size,
            mime_type: file.mime_type,
            max_downloads: file.max_downloads,
            expire_at: file.expire_at.map(Timestamp::from_micros),
        }
    }
}

pub(crate) fn manifest_to_json(manifest: &Manifest) -> StoreResult<Value> {
    to_json(&manifest.files().iter().map(StoredFile::from).collect::<Vec<_>>())
}

pub(crate) fn chunked_files_to_json(files: &[ChunkedFile]) -> StoreResult<Value> {
    let stored = |file: &ChunkedFile| StoredChunkedFile {
        file: StoredFile::from(&file.file),
        chunk_size: file.chunk_size,
        sha256: file.sha256.map(Sha256Hash::to_hex),
        part: file.part,
        note: file.note.clone(),
    };
    to_json(&files.iter().map(stored).collect::<Vec<_>>())
}

fn manifest_from_json(text: &str) -> StoreResult<Manifest> {
    let files: Vec<StoredFile> = from_json(text)?;
    Ok(Manifest::from_stored(files.into_iter().map(ManifestFile::from).collect()))
}

fn chunked_files_from_json(text: &str) -> StoreResult<Vec<ChunkedFile>> {
    let files: Vec<StoredChunkedFile> = from_json(text)?;
    let read = |stored: StoredChunkedFile| {
        let sha256 = stored.sha256.as_deref().map(Sha256Hash::parse).transpose();
        let sha256 = sha256.map_err(|_| corrupt("a malformed hash"))?;
        let StoredChunkedFile { file, chunk_size, sha256: _, part, note } = stored;
        Ok(ChunkedFile { file: file.into(), chunk_size, sha256, part, note })
    };
    files.into_iter().map(read).collect()
}

fn to_json(files: &impl serde::Serialize) -> StoreResult<Value> {
    serde_json::to_string(files).map(text).map_err(|_| corrupt("a manifest that is no JSON"))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|_| corrupt("a manifest of another form"))
}

//! Uploads in pieces: which chunks a file has, what is known of one that has arrived, and how far a file has come.

use sha2::{
    Digest, Sha256,
    digest::common::hazmat::{SerializableState, SerializedState},
};

use crate::{
    content::{FileRequest, Manifest, ManifestFile, Sha256Hash},
    counts::Rows,
    domain::{invalid::Invalid, stored},
    id::{BlobKey, ContentId, ReservationId, RoomId, SessionId, UploadId},
    permission::Permission,
    policy::{CHUNK_SIZE_DEFAULT, CHUNK_SIZE_MAX, CHUNK_SIZE_MIN, CHUNKS_MAX, PROGRESS_EVERY},
    quota::{Hold, HoldState},
    secret::KeyHash,
    sniff::Sniffed,
    time::Timestamp,
};

/// A file as a client announces it that is going to come in pieces.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct UploadFileRequest {
    /// The file.
    pub file: FileRequest,
    /// How it is going to come.
    pub pieces: Pieces,
}

/// How the bytes of one file are going to come.
#[derive(Clone, Debug)]
pub enum Pieces {
    /// In chunks of one size, in any order.
    Chunked {
        /// Bytes of every chunk but the last; [`CHUNK_SIZE_DEFAULT`] when left out.
        chunk_size: Option<u64>,
        /// The hash that the whole is going to have, in hexadecimal, perhaps behind `sha256:`.
        file_hash: Option<String>,
    },
    /// One behind the other, of any size. Such a file is the only one of its upload.
    Appended {
        /// Whether it is only a part, to be joined with others by [`crate::Elizabeth::join_uploads`]: it becomes no
        /// content by itself.
        part: bool,
        /// What whoever makes the upload wants to be given back with it.
        note: Option<String>,
    },
}

/// A whole file whose pieces are going to come one behind the other.
impl From<FileRequest> for UploadFileRequest {
    fn from(file: FileRequest) -> Self {
        Self::new(file, Pieces::Appended { part: false, note: None })
    }
}

impl UploadFileRequest {
    /// A file that is going to come in such pieces.
    pub fn new(file: FileRequest, pieces: Pieces) -> Self {
        Self { file, pieces }
    }

    /// Reads what was announced, as [`parse_files`] does.
    ///
    /// # Errors
    ///
    /// What is wrong with the file.
    pub fn parse(self, now: Timestamp) -> Result<ChunkedFile, Invalid> {
        parse_files(vec![self], now)?.pop().ok_or(Invalid::ManifestCount(0))
    }
}

/// A file that is uploaded in pieces. As JSON it is a stored format: never rename a member.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct ChunkedFile {
    /// What was promised.
    #[serde(flatten)]
    pub file: ManifestFile,
    /// Bytes of every chunk but the last; `None` where pieces of any size come one behind the other.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chunk_size: Option<u64>,
    /// The hash that the whole is going to have, where it was announced.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "stored::hex")]
    pub sha256: Option<Sha256Hash>,
    /// Whether it is only a part, to be joined with others: it becomes no content by itself.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub part: bool,
    /// What whoever made the upload wants to be given back with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

impl ChunkedFile {
    /// A file that becomes a content by itself, with nothing to be given back.
    pub fn new(file: ManifestFile, chunk_size: Option<u64>, sha256: Option<Sha256Hash>) -> Self {
        Self { file, chunk_size, sha256, part: false, note: None }
    }

    /// The row of the content that it is going to become, and what whoever made it wants back.
    pub fn row(&self) -> Rows {
        let note = self.note.as_ref().map_or(0, String::len);
        Rows::one(self.file.name.as_str().len().saturating_add(note))
    }

    /// How many chunks it has; `None` where that is not fixed.
    pub fn total_chunks(&self) -> Option<u64> {
        self.chunk_size.map(|size| self.file.size.div_ceil(size))
    }

    /// Bytes of the chunk of that index; `None` when it has no such chunk, or their sizes are not fixed.
    pub fn chunk_len(&self, index: u64) -> Option<u64> {
        let size = self.chunk_size?;
        let start = index.checked_mul(size).filter(|&start| start < self.file.size)?;
        Some(size.min(self.file.size - start))
    }
}

/// Reads what a client announces for an upload in pieces: as [`Manifest::parse`] does, and chunks of a size within the
/// limits, all together at most [`CHUNKS_MAX`].
///
/// # Errors
///
/// The first thing that is wrong, by the file's name.
pub fn parse_files(files: Vec<UploadFileRequest>, now: Timestamp) -> Result<Vec<ChunkedFile>, Invalid> {
    let (requests, pieces): (Vec<_>, Vec<_>) =
        files.into_iter().map(|asked| (asked.file, asked.pieces)).unzip();
    let manifest = Manifest::parse(requests, now)?;
    let alone = pieces.len() == 1;
    let mut chunked = Vec::with_capacity(pieces.len());
    let mut total_chunks: u64 = 0;
    for (file, pieces) in manifest.files().iter().cloned().zip(pieces) {
        let file = match pieces {
            Pieces::Chunked { chunk_size, file_hash } => {
                let chunk_size = chunk_size.unwrap_or(CHUNK_SIZE_DEFAULT);
                if !(CHUNK_SIZE_MIN..=CHUNK_SIZE_MAX).contains(&chunk_size) {
                    return Err(Invalid::ChunkSize { name: file.name, asked: chunk_size.into() });
                }
                let sha256 = file_hash.map(|text| Sha256Hash::parse(&text)).transpose()?;
                ChunkedFile::new(file, Some(chunk_size), sha256)
            }
            Pieces::Appended { .. } if !alone => return Err(Invalid::AppendedBeside(file.name)),
            Pieces::Appended { part, note } => {
                ChunkedFile { part, note, ..ChunkedFile::new(file, None, None) }
            }
        };
        total_chunks = total_chunks.saturating_add(file.total_chunks().unwrap_or_default());
        chunked.push(file);
    }
    if total_chunks > CHUNKS_MAX {
        return Err(Invalid::TooManyChunks { chunks: total_chunks });
    }
    Ok(chunked)
}

/// How far one file of an upload has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileProgress {
    /// Chunks that have arrived.
    pub chunks: u64,
    /// Bytes in them.
    pub bytes: u64,
    /// What its chunks hash to, from the first on as far as they came in order.
    pub hash_progress: HashProgress,
    /// The content that it has become.
    pub content: Option<ContentId>,
}

impl FileProgress {
    /// Whether nothing has come.
    fn is_none(&self) -> bool {
        self.chunks == 0 && self.content.is_none()
    }
}

/// A hash of a file's first chunks, kept between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HashProgress {
    /// Chunks it has taken in.
    pub chunks: u64,
    /// [`HashState::to_bytes`]; empty before the first.
    pub state: Vec<u8>,
}

/// A SHA-256 that can be put aside and taken up again, by another process too.
#[derive(Clone)]
pub struct HashState(Sha256);

impl Default for HashState {
    fn default() -> Self {
        Self(Sha256::new())
    }
}

impl HashState {
    /// Takes a state up again; `None` when it is none.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        if bytes.is_empty() {
            return Some(Self::default());
        }
        let state = SerializedState::<Sha256>::try_from(bytes).ok()?;
        Sha256::deserialize(&state).ok().map(Self)
    }

    /// The state to be put aside: a stored format, that of the `sha2` crate.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.serialize().to_vec()
    }

    /// Takes bytes in.
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// The hash of all that was taken in.
    pub fn finish(self) -> Sha256Hash {
        Sha256Hash(self.0.finalize().into())
    }
}

/// A chunk that has arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chunk {
    /// Its file's place in the manifest.
    pub file: u32,
    /// Its place in the file.
    pub index: u64,
    /// Bytes; never 0.
    pub size: u64,
    /// The hash of its bytes.
    pub sha256: Sha256Hash,
    /// What its first bytes are, where they tell; of a file's first chunk alone.
    pub sniffed: Option<Sniffed>,
    /// Where its bytes are; `None` once they are a content's.
    pub blob: Option<BlobKey>,
    /// When it had arrived.
    pub uploaded_at: Timestamp,
}

/// An upload in pieces, about to be added.
#[derive(Clone, Debug)]
pub struct NewUpload {
    /// What clients know it by.
    pub id: UploadId,
    /// Its room.
    pub room_id: RoomId,
    /// The session that makes it.
    pub sid: SessionId,
    /// Whether that session is an owner's.
    pub owner: bool,
    /// What that session's token was issued with.
    pub permission: Permission,
    /// What of it an owner granted: it holds whatever guests may do by default.
    pub granted: Permission,
    /// The hash of its token.
    pub token_hash: KeyHash,
    /// The space and its deadline.
    pub hold: Hold,
    /// What was promised.
    pub files: Vec<ChunkedFile>,
    /// Now.
    pub created_at: Timestamp,
}

impl NewUpload {
    /// As it stands once the store has numbered its hold.
    pub fn into_upload(self, reservation: ReservationId) -> ChunkedUpload {
        let Self { id, room_id, sid, owner, permission, granted, token_hash: _, hold, files, created_at } =
            self;
        let progress = vec![FileProgress::default(); files.len()];
        ChunkedUpload {
            id,
            reservation,
            room_id,
            sid,
            owner,
            permission,
            granted,
            hold,
            files,
            progress,
            created_at,
        }
    }
}

/// An upload in pieces as the store has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChunkedUpload {
    /// What clients know it by.
    pub id: UploadId,
    /// The number of its hold.
    pub reservation: ReservationId,
    /// Its room.
    pub room_id: RoomId,
    /// The session that made it.
    pub sid: SessionId,
    /// Whether that session is an owner's.
    pub owner: bool,
    /// What that session's token was issued with.
    pub permission: Permission,
    /// What of it an owner granted: it holds whatever guests may do by default.
    pub granted: Permission,
    /// The space and its deadline.
    pub hold: Hold,
    /// What was promised.
    pub files: Vec<ChunkedFile>,
    /// How far each file has come, in the same order.
    pub progress: Vec<FileProgress>,
    /// When it was made.
    pub created_at: Timestamp,
}

/// What an upload in pieces is up to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadStatus {
    /// Nothing of it has arrived.
    Pending,
    /// Some of it has arrived.
    Uploading,
    /// All its files are contents.
    Completed,
    /// It was silent for too long.
    Expired,
}

impl ChunkedUpload {
    /// What it is up to.
    pub fn status(&self, now: Timestamp) -> UploadStatus {
        match self.hold.state {
            HoldState::Done => UploadStatus::Completed,
            HoldState::Pending | HoldState::Begun if !self.hold.is_live(now) => UploadStatus::Expired,
            // A chunk that was refused, or is on its way, has begun and not arrived.
            HoldState::Pending | HoldState::Begun if self.progress.iter().all(FileProgress::is_none) => {
                UploadStatus::Pending
            }
            HoldState::Pending | HoldState::Begun => UploadStatus::Uploading,
        }
    }

    /// Whether it is listed: it lives and is not complete.
    pub fn is_under_way(&self, now: Timestamp) -> bool {
        self.hold.is_live(now) && self.hold.state != HoldState::Done
    }

    /// Whether it is worth an event that the hold of this upload, as it is, becomes another one with so many bytes arrived:
    /// the first ones and the last ones are, and between them what prolongs it, once in a span of [`PROGRESS_EVERY`].
    /// Nothing has to be remembered for that: deadlines tell when it was prolonged last.
    pub fn is_progress(&self, hold: &Hold, arrived: u64) -> bool {
        let before = self.arrived();
        let is_new = arrived > before && (before == 0 || arrived >= self.announced());
        let span = |deadline: Timestamp| deadline.as_micros().div_euclid(PROGRESS_EVERY.as_micros() as i64);
        is_new || (before > 0 && span(hold.deadline) > span(self.hold.deadline))
    }

    /// Bytes that were promised.
    pub fn announced(&self) -> u64 {
        self.files.iter().map(|file| file.file.size).sum()
    }

    /// Bytes that have arrived.
    pub fn arrived(&self) -> u64 {
        self.progress.iter().map(|progress| progress.bytes).sum()
    }

    /// Those of them that are no content's yet.
    pub fn unsettled(&self) -> u64 {
        self.progress.iter().filter(|file| file.content.is_none()).map(|file| file.bytes).sum()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::name::FileName;

    fn asked(name: &str, size: u64, chunk_size: Option<u64>) -> UploadFileRequest {
        UploadFileRequest::new(FileRequest::new(name, size), Pieces::Chunked { chunk_size, file_hash: None })
    }

    fn parse(files: Vec<UploadFileRequest>) -> Result<Vec<ChunkedFile>, Invalid> {
        parse_files(files, Timestamp::EPOCH)
    }

    #[test]
    fn chunk_sizes_have_limits() {
        let files = parse(vec![asked("a", (5 << 20) + 1, None), asked("b", 0, Some(65_536))]).unwrap();
        assert_eq!(files.iter().map(ChunkedFile::total_chunks).collect::<Vec<_>>(), [Some(6), Some(0)]);
        assert_eq!((files[0].chunk_len(5), files[0].chunk_len(6)), (Some(1), None));
        for size in [0, 65_535, (64 << 20) + 1, u64::MAX] {
            let error = parse(vec![asked("a", 1, Some(size))]).unwrap_err();
            assert!(matches!(error, Invalid::ChunkSize { asked, .. } if asked == size.into()), "{size}");
        }
        let many = parse(vec![asked("a", CHUNKS_MAX << 16, Some(65_536)), asked("b", 1, None)]);
        assert_eq!(many.unwrap_err(), Invalid::TooManyChunks { chunks: CHUNKS_MAX + 1 });
    }

    #[test]
    fn a_file_that_is_appended_to_is_alone() {
        let appended = |name: &str| UploadFileRequest::from(FileRequest::new(name, 1));
        assert_eq!(parse(vec![appended("a")]).unwrap().len(), 1);
        for files in [vec![appended("a"), appended("b")], vec![asked("b", 1, None), appended("a")]] {
            let named = FileName::parse("a").unwrap();
            assert_eq!(parse(files).unwrap_err(), Invalid::AppendedBeside(named));
        }
    }

    proptest! {
        #[test]
        fn chunks_make_up_the_file(size in 0u64..4 << 20, chunk in 65_536u64..1 << 20) {
            let files = parse(vec![asked("a", size, Some(chunk))]).unwrap();
            let lengths = (0..).map_while(|index| files[0].chunk_len(index));
            let lengths: Vec<u64> = lengths.collect();
            prop_assert_eq!(lengths.iter().sum::<u64>(), size);
            prop_assert_eq!(Some(lengths.len() as u64), files[0].total_chunks());
        }

        #[test]
        fn a_hash_goes_on_where_it_was_put_aside(bytes in proptest::collection::vec(any::<u8>(), 0..300), cut in 0usize..300) {
            let (head, tail) = bytes.split_at(cut.min(bytes.len()));
            let mut state = HashState::default();
            state.update(head);
            let mut state = HashState::from_bytes(&state.to_bytes()).unwrap();
            state.update(tail);
            prop_assert_eq!(state.finish(), Sha256Hash(Sha256::digest(&bytes).into()));
        }

        #[test]
        fn what_is_no_state_is_refused(bytes in proptest::collection::vec(any::<u8>(), 1..100)) {
            prop_assume!(bytes.len() != HashState::default().to_bytes().len());
            prop_assert!(HashState::from_bytes(&bytes).is_none());
        }
    }
}

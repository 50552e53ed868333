use std::borrow::Cow;

use elizabeth_core::{
    content::FileRequest,
    policy::OTHERS_FILES_LISTED,
    service::ListedUpload,
    upload::{Pieces, UploadFileRequest},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::{
    ChunkObject, ContentObject, Instant, Secret, Size, UploadFileObject, UploadFileProgress, UploadWord,
    files_so_far,
};

/// What is going to be uploaded in chunks: 1 to 1,000 files of distinct names, of 16,384 chunks together at most.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct ChunkedManifest {
    pub files: Vec<ChunkedManifestFile>,
}

/// One file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct ChunkedManifestFile {
    /// Its name, perhaps a relative path. The older spelling `file_name` is read too.
    #[serde(alias = "file_name")]
    pub name: String,
    /// Bytes. The older spelling `file_size` is read too.
    #[serde(alias = "file_size")]
    pub size: Size,
    /// Its media type; guessed from its name when left out. The older spelling `content_type` is read too.
    #[serde(alias = "content_type", skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// Bytes of every chunk but the last, from 64 KiB to 64 MiB; 1 MiB when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
    pub chunk_size: Option<Size>,
    /// The SHA-256 of the whole in hexadecimal, perhaps behind `sha256:`, where it is known beforehand.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_hash: Option<String>,
    /// At least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_downloads: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Instant>,
}

impl From<ChunkedManifestFile> for UploadFileRequest {
    fn from(asked: ChunkedManifestFile) -> Self {
        let file = FileRequest::new(asked.name, asked.size.saturated())
            .mime(asked.mime)
            .max_downloads(asked.max_downloads)
            .expire_at(asked.expire_at.map(|Instant(at)| at));
        let chunk_size = asked.chunk_size.map(Size::saturated);
        Self::new(file, Pieces::Chunked { chunk_size, file_hash: asked.file_hash })
    }
}

/// Space held for an upload in chunks.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChunkedReservation<'a> {
    /// What the upload is known by.
    pub reservation_id: Uuid,
    /// What alone is needed to go on with it. It is shown this once.
    #[cfg_attr(feature = "openapi", schema(value_type = String))]
    pub upload_token: Secret,
    /// By when the first chunk must have begun; every chunk moves it ahead.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Instant,
    /// In the order of the manifest.
    pub files: Vec<UploadFileObject<'a>>,
}

// `L` is its list of chunks: a server lends what it has.
/// How an upload in pieces stands.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(bound = ""))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct UploadState<'a, L = Vec<ChunkObject>> {
    pub reservation_id: Uuid,
    pub upload_status: UploadWord,
    /// How many chunks its files have together; null where that is not fixed.
    pub total_chunks: Option<u64>,
    /// How many have arrived.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub uploaded_chunks: u64,
    /// How much has arrived, by bytes, with two decimals; it is 100 only when all of it has.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required, minimum = 0, maximum = 100))]
    pub progress_percentage: f64,
    /// When it is gone unless more comes; of one that is complete, until when this can be asked.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Instant,
    /// In the order of the manifest.
    pub files: Vec<UploadFileProgress<'a>>,
    /// The chunks that have arrived, by file and index.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<ChunkObject>))]
    pub chunk_details: L,
    /// Bytes announced.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reserved_size: u64,
    /// Bytes that have arrived.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub uploaded_size: u64,
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub is_expired: bool,
    /// Whole seconds until `expires_at`; null when it has expired.
    pub remaining_seconds: Option<u64>,
}

/// An upload in pieces that is under way.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct UploadUnderWay<'a> {
    pub reservation_id: Uuid,
    /// In the order of the manifest: of what is one's own all, of others' uploads the first 100.
    pub files: Vec<UploadFileProgress<'a>>,
    /// How many files it has.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub file_count: usize,
    /// Bytes that have arrived.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub uploaded_size: u64,
    /// Bytes announced.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reserved_size: u64,
    pub started_at: Instant,
    /// When it is gone unless more comes.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Instant,
    /// Whether the token it was asked with may go on with it.
    pub mine: bool,
    /// How its bytes come: `chunks`, or `tus`, one behind the other.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub protocol: Cow<'a, str>,
}

impl<'a> From<&'a ListedUpload> for UploadUnderWay<'a> {
    fn from(ListedUpload { upload, mine }: &'a ListedUpload) -> Self {
        let in_chunks = upload.files.iter().all(|file| file.chunk_size.is_some());
        let mut files = files_so_far(upload);
        if !mine {
            files.truncate(OTHERS_FILES_LISTED);
        }
        Self {
            reservation_id: upload.id.0,
            files,
            file_count: upload.files.len(),
            uploaded_size: upload.arrived(),
            reserved_size: upload.announced(),
            started_at: Instant(upload.created_at),
            expires_at: Instant(upload.hold.deadline),
            mine: *mine,
            protocol: if in_chunks { "chunks" } else { "tus" }.into(),
        }
    }
}

/// Which file is whole, and what it has to hash to.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct CompleteUpload {
    pub reservation_id: Uuid,
    /// The SHA-256 of the whole in hexadecimal, perhaps behind `sha256:`. It may be left out where `file_hash` was
    /// announced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub final_hash: Option<String>,
    /// The file's place in the manifest; 0 when left out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_index: Option<u64>,
}

// `C` is the content: a client keeps what it was sent.
/// A file that has become a content.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(bound = ""))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct CompletedUpload<'a, C = ContentObject<'static>> {
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reservation_id: Uuid,
    /// Always `completed`: of this file, also where others of the upload are still open.
    pub upload_status: UploadWord,
    pub file_info: CompletedFile<'a>,
    #[cfg_attr(feature = "openapi", schema(value_type = ContentObject<'_>))]
    pub content: C,
}

/// The file in short.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = FileInfo))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct CompletedFile<'a> {
    pub name: Option<Cow<'a, str>>,
    /// Bytes.
    pub size: u64,
    /// The SHA-256 of its bytes, hexadecimal.
    pub hash: String,
    pub content_id: i64,
}

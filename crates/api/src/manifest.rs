use elizabeth_core::{content::FileRequest, service::Released};
use serde::{Deserialize, Serialize};

use crate::{ContentObject, Instant, Size};

/// What is going to be uploaded: 1 to 1,000 files of distinct names.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct Manifest {
    pub files: Vec<ManifestFile>,
}

/// One file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct ManifestFile {
    /// Its name, perhaps a relative path. The older spelling `file_name` is read too.
    #[serde(alias = "file_name")]
    pub name: String,
    /// Bytes. The older spelling `file_size` is read too.
    #[serde(alias = "file_size")]
    pub size: Size,
    /// Its media type; guessed from its name when left out. The older spelling `content_type` is read too.
    #[serde(alias = "content_type", skip_serializing_if = "Option::is_none")]
    pub mime: Option<String>,
    /// At least 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_downloads: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expire_at: Option<Instant>,
}

impl From<ManifestFile> for FileRequest {
    fn from(file: ManifestFile) -> Self {
        Self::new(file.name, file.size.saturated())
            .mime(file.mime)
            .max_downloads(file.max_downloads)
            .expire_at(file.expire_at.map(|Instant(at)| at))
    }
}

/// Space held for an upload.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Reservation {
    /// To upload with.
    pub reservation_id: i64,
    /// Bytes held.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub reserved_size: u64,
    /// By when the upload must begin.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub expires_at: Instant,
    /// Bytes stored and reserved in the room now.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub current_size: u64,
    /// Bytes left.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub remaining_size: u64,
    /// The most bytes the room may hold.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub max_size: u64,
}

// `L` is its list of contents: a server lends what it has, a client keeps what it was sent.
/// What was stored.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(bound = ""))]
pub struct Uploaded<L = Vec<ContentObject<'static>>> {
    /// In the order of the manifest.
    #[cfg_attr(feature = "openapi", schema(value_type = Vec<ContentObject<'_>>))]
    pub uploaded: L,
    /// Bytes stored and reserved in the room now.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schema(required))]
    pub current_size: u64,
}

/// The space is given back.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[expect(missing_docs, reason = "the name says what it is, in the document too")]
pub struct ReservationReleased {
    pub released: bool,
    /// Bytes that were held.
    pub released_size: u64,
    /// Bytes stored and reserved in the room now.
    pub current_size: u64,
}

impl From<Released> for ReservationReleased {
    fn from(Released { released, current_size }: Released) -> Self {
        Self { released: true, released_size: released, current_size }
    }
}

//! What is kept as JSON: the files that an upload was promised with.

use elizabeth_core::{
    content::{Manifest, ManifestFile, Sha256Hash},
    name::FileName,
    ports::StoreResult,
    time::Timestamp,
    upload::ChunkedFile,
};

use crate::value::corrupt;

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

/// A manifest as it is kept.
pub(crate) fn of_manifest(manifest: &Manifest) -> StoreResult<String> {
    to_json(&manifest.files().iter().map(StoredFile::from).collect::<Vec<_>>())
}

/// The files of an upload in pieces as they are kept.
pub(crate) fn of_chunked_files(files: &[ChunkedFile]) -> StoreResult<String> {
    let stored = |file: &ChunkedFile| StoredChunkedFile {
        file: StoredFile::from(&file.file),
        chunk_size: file.chunk_size,
        sha256: file.sha256.map(Sha256Hash::to_hex),
        part: file.part,
        note: file.note.clone(),
    };
    to_json(&files.iter().map(stored).collect::<Vec<_>>())
}

/// Reads a manifest back.
pub(crate) fn to_manifest(text: &str) -> StoreResult<Manifest> {
    let files: Vec<StoredFile> = from_json(text)?;
    Ok(Manifest::from_stored(files.into_iter().map(ManifestFile::from).collect()))
}

/// Reads the files of an upload in pieces back.
pub(crate) fn to_chunked_files(text: &str) -> StoreResult<Vec<ChunkedFile>> {
    let files: Vec<StoredChunkedFile> = from_json(text)?;
    let read = |stored: StoredChunkedFile| {
        let sha256 = stored.sha256.as_deref().map(Sha256Hash::parse).transpose();
        let sha256 = sha256.map_err(|_| corrupt("a malformed hash"))?;
        let StoredChunkedFile { file, chunk_size, sha256: _, part, note } = stored;
        Ok(ChunkedFile { file: file.into(), chunk_size, sha256, part, note })
    };
    files.into_iter().map(read).collect()
}

fn to_json(files: &impl serde::Serialize) -> StoreResult<String> {
    serde_json::to_string(files).map_err(|_| corrupt("a manifest that is no JSON"))
}

fn from_json<T: serde::de::DeserializeOwned>(text: &str) -> StoreResult<T> {
    serde_json::from_str(text).map_err(|_| corrupt("a manifest of another form"))
}

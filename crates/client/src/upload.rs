use std::{
    io,
    sync::{Arc, OnceLock},
};

use bytes::Bytes;
use data_encoding::HEXLOWER;
use elizabeth_api::{Instant, Manifest, ManifestFile, Reservation, Size, Uploaded};
use futures::stream;
use reqwest::{
    Body, Method,
    multipart::{Form, Part},
};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::{
    Content, client, error::ClientError, local_file::LocalFile, progress::Progress, reading::Reading,
    session::Session,
};

/// What goes for each file of an upload.
#[derive(Clone, Debug, Default)]
pub struct UploadOptions {
    /// How often it can be downloaded, at least 1; `None` for no limit.
    pub max_downloads: Option<u64>,
    /// Until when it is kept; `None` for as long as the room.
    pub expire_at: Option<Instant>,
}

/// Sends files in one request, at most as many as a manifest holds: 1,000. The contents that they became, in their
/// order. All are stored or none. Cancelling it breaks the connection, and the server gives back what it held.
///
/// # Errors
///
/// [`ClientError::Damaged`] when something else is stored than was read, [`ClientError::Local`] for a file that cannot be
/// read or became shorter, and those of the server: `room_full`, `permission_denied`, …
pub async fn upload(
    session: &mut Session,
    files: &[LocalFile],
    options: &UploadOptions,
    progress: &Arc<dyn Progress>,
) -> Result<Vec<Value>, ClientError> {
    let entry = |file: &LocalFile| ManifestFile {
        name: file.name.clone(),
        size: Size(file.size.into()),
        mime: None,
        max_downloads: options.max_downloads,
        expire_at: options.expire_at,
    };
    let manifest = Manifest { files: files.iter().map(entry).collect() };
    let held: Reservation = session.send(Method::POST, &["contents", "prepare"], &manifest).await?;

    let mut form = Form::new();
    let mut hashes = Vec::new();
    for file in files {
        let hash = Arc::new(OnceLock::new());
        let part = Part::stream_with_length(read(file.clone(), hash.clone(), progress.clone()), file.size);
        form = form.part("file", part.file_name(file.name.clone()));
        hashes.push(hash);
    }
    let id = held.reservation_id.to_string();
    let request = session.request(Method::POST, &["contents"]).await?.query(&[("reservation_id", id)]);
    let client = session.client();
    // Nothing but the connection itself says how long this may take.
    let answer = request.multipart(form).send().await.map_err(|error| client.unreachable(error))?;
    let Uploaded::<Vec<Value>> { uploaded, .. } = client.read(answer).await?;
    compare(files, &hashes, &uploaded)?;
    Ok(uploaded)
}

/// What is stored is what was read.
fn compare(
    files: &[LocalFile],
    hashes: &[Arc<OnceLock<String>>],
    uploaded: &[Value],
) -> Result<(), ClientError> {
    if files.len() != uploaded.len() {
        return Err(ClientError::Foreign("it stored another number of files than were sent"));
    }
    for ((file, hash), stored) in files.iter().zip(hashes).zip(uploaded) {
        if hash.get().map(String::as_str) != Some(&*client::read::<Content>(stored)?.sha256) {
            return Err(ClientError::Damaged(file.name.clone()));
        }
    }
    Ok(())
}

/// A file that is read as it is sent.
struct Sending {
    name: String,
    reading: Reading,
    digest: Sha256,
    hash: Arc<OnceLock<String>>,
    progress: Arc<dyn Progress>,
}

/// The body of a file's part: as many bytes as were announced. A file that grows is sent as it was; one that shrinks
/// breaks the upload.
fn read(file: LocalFile, hash: Arc<OnceLock<String>>, progress: Arc<dyn Progress>) -> Body {
    let sending = Sending {
        name: file.name.clone(),
        reading: Reading::whole(file),
        digest: Sha256::new(),
        hash,
        progress,
    };
    Body::wrap_stream(stream::try_unfold(sending, |mut sending| async move {
        match sending.next().await {
            Ok(Some(piece)) => Ok(Some((piece, sending))),
            Ok(None) => Ok(None),
            Err(error) => Err(io::Error::new(error.kind(), format!("{}: {error}", sending.name))),
        }
    }))
}

impl Sending {
    async fn next(&mut self) -> io::Result<Option<Bytes>> {
        let piece = self.reading.next().await?;
        match &piece {
            Some(piece) => {
                self.digest.update(piece);
                self.progress.advance(piece.len() as u64);
            }
            // An answer may come before all is read, but never twice.
            None => drop(self.hash.set(HEXLOWER.encode(&self.digest.finalize_reset()))),
        }
        Ok(piece)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Reads a file whose size was announced, and what is in it when it is its turn.
    async fn sent(announced: &str, found: &str) -> io::Result<(Vec<u8>, Option<String>)> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.txt");
        std::fs::write(&path, announced).unwrap();
        let file = LocalFile::find(&path).unwrap();
        std::fs::write(&path, found).unwrap();
        let hash = Arc::new(OnceLock::new());
        let progress: Arc<dyn Progress> = Arc::new(());
        let reading = Reading::whole(file);
        let (name, digest) = ("a.txt".to_owned(), Sha256::new());
        let mut sending = Sending { name, reading, digest, hash: hash.clone(), progress };
        let mut bytes = Vec::new();
        while let Some(piece) = sending.next().await? {
            bytes.extend_from_slice(&piece);
        }
        Ok((bytes, hash.get().cloned()))
    }

    #[tokio::test]
    async fn what_is_sent_is_what_was_announced() {
        let hash = |text: &str| Some(HEXLOWER.encode(&Sha256::digest(text)));
        assert_eq!(sent("abc", "abc").await.unwrap(), (b"abc".to_vec(), hash("abc")));
        assert_eq!(sent("abc", "abcdef").await.unwrap(), (b"abc".to_vec(), hash("abc")));
        assert_eq!(sent("", "").await.unwrap(), (vec![], hash("")));
        assert_eq!(sent("abc", "ab").await.unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}

use std::sync::Arc;

use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

use crate::{
    error::ClientError,
    local_file::{LocalFile, Stamp},
    reading::Reading,
};

/// One reading of a file from its beginning, for the hash of each of its chunks and that of the whole. It goes on only
/// as far as it is asked: what is about to be sent has just been read, and is in the system's memory yet.
pub(crate) struct Pass {
    file: LocalFile,
    /// Bytes of every chunk but the last.
    chunk_size: u64,
    /// The chunks' hashes so far.
    chunks: Vec<Arc<str>>,
    whole: Sha256,
    /// The file as it was when it was opened first.
    before: Option<Stamp>,
}

impl Pass {
    pub(crate) fn new(file: LocalFile, chunk_size: u64) -> Self {
        Self { file, chunk_size, chunks: Vec::new(), whole: Sha256::new(), before: None }
    }

    /// How many chunks the file has.
    pub(crate) fn total(&self) -> u64 {
        self.file.size.div_ceil(self.chunk_size)
    }

    /// Where a chunk begins, and its bytes.
    pub(crate) fn extent(&self, index: u64) -> (u64, u64) {
        let start = index * self.chunk_size;
        (start, self.chunk_size.min(self.file.size - start))
    }

    /// The SHA-256 of a chunk that the file has, in hexadecimal.
    pub(crate) async fn chunk(&mut self, index: u64) -> Result<Arc<str>, ClientError> {
        loop {
            let next = self.chunks.len() as u64;
            if next > index {
                return Ok(self.chunks[index as usize].clone());
            }
            if self.before.is_none() {
                self.before = Some(self.stamp().await?);
            }
            let (start, size) = self.extent(next);
            let mut reading = Reading::part(self.file.clone(), start, size);
            // Only a whole chunk is taken in: this may be cancelled and asked again.
            let (mut digest, mut whole) = (Sha256::new(), self.whole.clone());
            while let Some(piece) = reading.next().await.map_err(|error| reading.failure(error))? {
                digest.update(&piece);
                whole.update(&piece);
            }
            self.chunks.push(HEXLOWER.encode(&digest.finalize()).into());
            self.whole = whole;
        }
    }

    /// The SHA-256 of the whole file, in hexadecimal. One that was touched since it was opened is read again: when it
    /// only grew, it counts as it was.
    pub(crate) async fn whole(&mut self) -> Result<String, ClientError> {
        if let Some(last) = self.total().checked_sub(1) {
            self.chunk(last).await?;
        }
        let hash = HEXLOWER.encode(&self.whole.clone().finalize());
        if self.before.is_some()
            && self.before != Some(self.stamp().await?)
            && hash != hash_of(&self.file, 0, self.file.size).await?
        {
            return Err(ClientError::Changed(self.file.name.clone()));
        }
        Ok(hash)
    }

    async fn stamp(&self) -> Result<Stamp, ClientError> {
        let stamp = self.file.stamp().await;
        stamp.map_err(|source| ClientError::Local { name: self.file.name.clone(), source })
    }
}

/// The SHA-256 of some bytes of a file as it is now, in hexadecimal.
pub(crate) async fn hash_of(file: &LocalFile, start: u64, size: u64) -> Result<String, ClientError> {
    let mut reading = Reading::part(file.clone(), start, size);
    let mut digest = Sha256::new();
    while let Some(piece) = reading.next().await.map_err(|error| reading.failure(error))? {
        digest.update(&piece);
    }
    Ok(HEXLOWER.encode(&digest.finalize()))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    fn hash(bytes: &[u8]) -> String {
        HEXLOWER.encode(&Sha256::digest(bytes))
    }

    /// A pass over a file of 10 bytes in chunks of 4, half way, and then something happens to the file. It is there as
    /// long as its folder.
    async fn half_way(then: impl FnOnce(&std::path::Path)) -> (tempfile::TempDir, Pass) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a");
        fs::write(&path, "0123456789").unwrap();
        let file = LocalFile::find(&path).unwrap();
        let mut pass = Pass::new(file, 4);
        assert_eq!(&*pass.chunk(1).await.unwrap(), hash(b"4567"));
        then(&path);
        (folder, pass)
    }

    #[tokio::test]
    async fn chunks_and_the_whole_are_hashed_in_one_go() {
        let (_folder, mut pass) = half_way(|_| ()).await;
        assert_eq!((pass.total(), pass.extent(2)), (3, (8, 2)));
        assert_eq!(&*pass.chunk(2).await.unwrap(), hash(b"89"));
        assert_eq!(&*pass.chunk(0).await.unwrap(), hash(b"0123"));
        assert_eq!(pass.whole().await.unwrap(), hash(b"0123456789"));
    }

    #[tokio::test]
    async fn what_changes_meanwhile_is_noticed_and_what_grows_is_not_to_blame() {
        for text in ["0123456789 and more", "0123456789"] {
            let (_folder, mut pass) = half_way(|path| fs::write(path, text).unwrap()).await;
            assert_eq!(pass.whole().await.unwrap(), hash(b"0123456789"), "{text}");
        }
        for (text, reason) in [("x123456789", "it changed while"), ("0123456", "shorter"), ("", "shorter")] {
            let (_folder, mut pass) = half_way(|path| fs::write(path, text).unwrap()).await;
            let error = pass.whole().await.unwrap_err();
            assert!(error.to_string().contains(reason), "{error}");
        }
    }
}

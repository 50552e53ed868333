use std::io;

use bytes::{Bytes, BytesMut};
use tokio::{
    fs::File,
    io::{AsyncReadExt, AsyncSeekExt},
};

use crate::{error::ClientError, local_file::LocalFile};

/// The most that is read from a file in one piece: all of it that is in memory, but for what the socket holds.
const PIECE: usize = 128 << 10;

/// Some bytes of a file, read piece by piece. It is opened only when it is its turn: there may be a thousand.
pub(crate) struct Reading {
    file: LocalFile,
    start: u64,
    left: u64,
    open: Option<File>,
}

impl Reading {
    /// All of a file, as it was found.
    pub(crate) fn whole(file: LocalFile) -> Self {
        let left = file.size;
        Self::part(file, 0, left)
    }

    /// `size` bytes from `start` on.
    pub(crate) fn part(file: LocalFile, start: u64, size: u64) -> Self {
        Self { file, start, left: size, open: None }
    }

    /// The next piece; `None` at the end. A file that became shorter meanwhile is an error.
    pub(crate) async fn next(&mut self) -> io::Result<Option<Bytes>> {
        if self.left == 0 {
            return Ok(None);
        }
        let open = match &mut self.open {
            Some(open) => open,
            none => {
                let mut file = self.file.open().await?;
                if self.start > 0 {
                    file.seek(io::SeekFrom::Start(self.start)).await?;
                }
                none.insert(file)
            }
        };
        let mut piece = BytesMut::with_capacity(PIECE.min(usize::try_from(self.left).unwrap_or(PIECE)));
        let n = open.take(self.left).read_buf(&mut piece).await?;
        if n == 0 {
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "it became shorter meanwhile"));
        }
        self.left -= n as u64;
        Ok(Some(piece.freeze()))
    }

    /// What keeps it from being read, by its name.
    pub(crate) fn failure(&self, source: io::Error) -> ClientError {
        ClientError::Local { name: self.file.name.clone(), source }
    }
}

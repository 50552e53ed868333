use std::{collections::VecDeque, io, mem};

use axum::body::Body;
use bytes::Bytes;
use crc32fast::Hasher;
use elizabeth_core::{
    ports::BlobStream,
    service::{Archive, ArchiveEntry},
};
use futures::{StreamExt, stream};
use tracing::Span;

use super::{
    format::{Entry, end_of_archive},
    packing::{Packer, method_of},
};

/// So many bytes at least are sent at a time: headers and small contents go together.
const TOGETHER: usize = 64 << 10;

/// The body of an archive. When a content cannot be read to its end it fails, which breaks the connection: it never
/// ends as if it were whole.
pub(crate) fn archive_body(archive: Archive) -> Body {
    let writer = Writer {
        archive,
        stage: Stage::Between,
        entries: VecDeque::new(),
        listed: 0,
        written: 0,
        gathered: Vec::new(),
        ready: VecDeque::new(),
    };
    // The request's span: the body is sent after the request was logged.
    let span = Span::current();
    Body::from_stream(stream::try_unfold(writer, move |writer| {
        let span = span.clone();
        async move {
            writer.next_piece().await.map_err(|error| {
                span.in_scope(|| tracing::error!(%error, "an archive broke off"));
                io::Error::other("an archive broke off")
            })
        }
    }))
}

/// An archive being written.
struct Writer {
    archive: Archive,
    stage: Stage,
    /// What is to be listed at the end.
    entries: VecDeque<Entry>,
    /// How many are listed already.
    listed: u64,
    /// Bytes so far.
    written: u64,
    /// What is not enough to be sent yet.
    gathered: Vec<u8>,
    /// What is to be sent before it.
    ready: VecDeque<Bytes>,
}

enum Stage {
    Between,
    Inside(Box<Open>),
    Directory { start: u64 },
    Over,
}

/// An entry being written.
struct Open {
    entry: Entry,
    bytes: BlobStream,
    announced: u64,
    packer: Packer,
    crc: Hasher,
}

impl Writer {
    async fn next_piece(mut self) -> io::Result<Option<(Bytes, Self)>> {
        loop {
            let over = matches!(self.stage, Stage::Over);
            if self.ready.is_empty() && (over || self.gathered.len() >= TOGETHER) {
                self.ready.push_back(mem::take(&mut self.gathered).into());
            }
            match self.ready.pop_front() {
                Some(piece) if piece.is_empty() => return Ok(None),
                Some(piece) => return Ok(Some((piece, self))),
                None => self.step().await?,
            }
        }
    }

    /// Does the next small part of the work.
    async fn step(&mut self) -> io::Result<()> {
        self.stage = match mem::replace(&mut self.stage, Stage::Over) {
            Stage::Between => match self.archive.next().await.map_err(io::Error::other)? {
                Some(entry) => Stage::Inside(Box::new(self.open(entry))),
                None => Stage::Directory { start: self.written },
            },
            Stage::Inside(mut open) => match open.bytes.next().await {
                Some(piece) => {
                    let piece = piece.map_err(io::Error::other)?;
                    Stage::Inside(Box::new(self.write(*open, piece).await?))
                }
                None => {
                    self.close(*open)?;
                    Stage::Between
                }
            },
            Stage::Directory { start } => match self.entries.pop_front() {
                Some(entry) => {
                    self.put(|out| entry.directory_header(out));
                    self.listed += 1;
                    Stage::Directory { start }
                }
                None => {
                    let (listed, size) = (self.listed, self.written - start);
                    self.put(|out| end_of_archive(out, listed, size, start));
                    Stage::Over
                }
            },
            Stage::Over => Stage::Over,
        };
        Ok(())
    }

    fn open(&mut self, ArchiveEntry { name, content, bytes }: ArchiveEntry) -> Open {
        let method = method_of(&content.mime_type);
        let entry = Entry {
            name: name.into(),
            method,
            modified: content.updated_at,
            offset: self.written,
            size: content.size,
            packed: 0,
            crc: 0,
        };
        self.put(|out| entry.local_header(out));
        Open { announced: content.size, entry, bytes, packer: Packer::new(method), crc: Hasher::new() }
    }

    async fn write(&mut self, mut open: Open, piece: Bytes) -> io::Result<Open> {
        open.announced = open.announced.checked_sub(piece.len() as u64).ok_or_else(|| wrong_size("more"))?;
        open.crc.update(&piece);
        let (packer, packed) = open.packer.pack(piece).await?;
        open.packer = packer;
        self.put_packed(&mut open.entry, packed);
        Ok(open)
    }

    fn close(&mut self, open: Open) -> io::Result<()> {
        if open.announced > 0 {
            return Err(wrong_size("fewer"));
        }
        let mut entry = open.entry;
        self.put_packed(&mut entry, open.packer.finish()?);
        entry.crc = open.crc.finalize();
        self.put(|out| entry.descriptor(out));
        self.entries.push_back(entry);
        Ok(())
    }

    fn put(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        let before = self.gathered.len();
        write(&mut self.gathered);
        self.written += (self.gathered.len() - before) as u64;
    }

    /// A large piece is sent as it is, not copied.
    fn put_packed(&mut self, entry: &mut Entry, packed: Bytes) {
        let size = packed.len() as u64;
        entry.packed += size;
        if packed.len() < TOGETHER {
            return self.put(|out| out.extend_from_slice(&packed));
        }
        self.written += size;
        if !self.gathered.is_empty() {
            self.ready.push_back(mem::take(&mut self.gathered).into());
        }
        self.ready.push_back(packed);
    }
}

fn wrong_size(what: &str) -> io::Error {
    io::Error::other(format!("there are {what} bytes than the content has"))
}

use std::{
    fs::File,
    future::ready,
    ops::{Range, RangeInclusive},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use bytes::Bytes;
use elizabeth_core::{
    id::BlobKey,
    ports::{BlobError, BlobStream},
};
use futures::{StreamExt, stream};
use rustix::{
    buffer::spare_capacity,
    fs::{Advice, CWD, Mode, OFlags, fadvise, openat},
    io::{Errno, pread},
};

use super::{off_thread::off_thread, root::Root};
use crate::error::{from_io, unavailable};

/// Bytes of a piece. Larger ones spare turns of threads: reading costs 0.16 CPU seconds a GiB with 256 KiB, 0.10
/// with 1 MiB.
const PIECE: RangeInclusive<usize> = 128 * 1024..=1024 * 1024;
/// Bytes of all pieces in flight that the size of a piece aims at: the fewer read at once, the larger it is.
const IN_FLIGHT: usize = 16 * 1024 * 1024;
/// Bytes of the first piece at most: it is wanted soon, and many may begin at once.
const FIRST: u64 = 256 * 1024;
/// Up to this many bytes are read in place where they are at hand: a thread's turn would cost more.
const IN_PLACE: u64 = 64 * 1024;

/// A range of a blob. Short ranges that the kernel has in memory take neither a thread nor a wait.
pub(super) async fn read(root: &Root, key: &BlobKey, range: Range<u64>) -> Result<BlobStream, BlobError> {
    let size = range.end.saturating_sub(range.start);
    if size <= IN_PLACE
        && let Some(bytes) = cached::read(root, key, &range)
    {
        return Ok(stream::once(ready(Ok(bytes))).boxed());
    }
    let path = root.path().join(key.as_str());
    let permit = ReadaheadPermit::take(root.reading());
    let buffer = permit.buffer(size.min(FIRST));
    // The first piece comes along with opening: one turn of a thread for what fits.
    let (cursor, first) = off_thread(move || {
        let file = openat(CWD, &path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty())
            .map_err(|error| from_io("open", &error.into()))?;
        if size > *PIECE.end() as u64 {
            // Only a hint: nothing depends on it.
            let _ = fadvise(&file, range.start, None, Advice::Sequential);
        }
        let mut cursor = Cursor { file: file.into(), at: range.start, end: range.end, permit };
        let first = cursor.fill(buffer);
        Ok((cursor, first))
    })
    .await?;
    Ok(stream::try_unfold((cursor, Some(first)), next_piece).boxed())
}

/// What is left to read, and the piece that was read ahead of the stream.
type Progress = (Cursor, Option<Result<Bytes, BlobError>>);

async fn next_piece((mut cursor, first): Progress) -> Result<Option<(Bytes, Progress)>, BlobError> {
    let piece = match first {
        Some(first) => first?,
        None => {
            // Here, not where it is filled: what the threads allocate, each keeps apart when it is freed.
            let buffer = cursor.permit.buffer(cursor.left());
            let piece;
            (cursor, piece) = off_thread(move || {
                let piece = cursor.fill(buffer)?;
                Ok((cursor, piece))
            })
            .await?;
            piece
        }
    };
    Ok((!piece.is_empty()).then_some((piece, (cursor, None))))
}

/// How far a blob has been read.
struct Cursor {
    file: File,
    at: u64,
    end: u64,
    permit: ReadaheadPermit,
}

impl Cursor {
    fn left(&self) -> u64 {
        self.end.saturating_sub(self.at)
    }

    /// The next bytes, as many as the buffer has space for; none at the end. Blocks.
    fn fill(&mut self, mut buffer: Vec<u8>) -> Result<Bytes, BlobError> {
        let wanted = buffer.capacity().min(usize::try_from(self.left()).unwrap_or(usize::MAX));
        while buffer.len() < wanted {
            let at = self.at + buffer.len() as u64;
            match pread(&self.file, spare_capacity(&mut buffer), at) {
                Ok(0) => {
                    let end = self.end;
                    return Err(unavailable(format!("the blob ends at byte {at}, before {end}")));
                }
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(from_io("read", &error.into())),
            }
        }
        // The allocator may have been generous.
        buffer.truncate(wanted);
        self.at += wanted as u64;
        Ok(buffer.into())
    }
}

/// One of those that read at present.
struct ReadaheadPermit(Arc<AtomicUsize>);

impl ReadaheadPermit {
    fn take(reading: &Arc<AtomicUsize>) -> Self {
        reading.fetch_add(1, Relaxed);
        Self(reading.clone())
    }

    /// Space for the next piece, of a size with which all together stay near what they may have in flight.
    fn buffer(&self, left: u64) -> Vec<u8> {
        let piece = (IN_FLIGHT / self.0.load(Relaxed).max(1)).clamp(*PIECE.start(), *PIECE.end());
        Vec::with_capacity(piece.min(usize::try_from(left).unwrap_or(usize::MAX)))
    }
}

impl Drop for ReadaheadPermit {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Relaxed);
    }
}

#[cfg(target_os = "linux")]
mod cached {
    use std::io::IoSliceMut;

    use rustix::{
        fs::{ResolveFlags, openat2},
        io::{ReadWriteFlags, preadv2},
    };

    use super::{BlobKey, Bytes, Mode, OFlags, Range, Root};

    /// The bytes, where the kernel can give name, file and bytes from memory, without waiting for a device.
    /// `None` for every other case, an error among them: the other way asks again, and reports it.
    pub(super) fn read(root: &Root, key: &BlobKey, range: &Range<u64>) -> Option<Bytes> {
        let wanted = usize::try_from(range.end.checked_sub(range.start)?).ok()?;
        let flags = OFlags::RDONLY | OFlags::CLOEXEC;
        let file = openat2(root.handle(), key.as_str(), flags, Mode::empty(), ResolveFlags::CACHED).ok()?;
        let mut buffer = vec![0; wanted];
        let got =
            preadv2(&file, &mut [IoSliceMut::new(&mut buffer)], range.start, ReadWriteFlags::NOWAIT).ok()?;
        (got == wanted).then(|| buffer.into())
    }
}

#[cfg(not(target_os = "linux"))]
mod cached {
    use super::{BlobKey, Bytes, Range, Root};

    /// Other kernels cannot say whether a read would wait.
    pub(super) fn read(_: &Root, _: &BlobKey, _: &Range<u64>) -> Option<Bytes> {
        None
    }
}

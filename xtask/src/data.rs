//! The bytes of the measured files: any part of them by where it is, none of them kept anywhere.

use bytes::Bytes;
use sha2::{Digest, Sha256};

const PIECE: u64 = 1 << 20;
/// How far marks are from each other.
const MARKED: usize = 64 << 10;

/// A file of so many bytes, in pieces of 1 MiB.
pub fn pieces(size: u64) -> impl Iterator<Item = Bytes> + Send {
    part(0, size, size)
}

/// A part of a file of `size` bytes: what follows its first `start` bytes, a whole number of pieces, `len` bytes at
/// most.
pub fn part(start: u64, len: u64, size: u64) -> impl Iterator<Item = Bytes> + Send {
    let end = start.saturating_add(len).min(size);
    (start / PIECE..end.div_ceil(PIECE)).map(move |index| piece(index, end))
}

/// The SHA-256 of a file of so many bytes, in hexadecimal.
pub fn hash(size: u64) -> String {
    hash_of(pieces(size))
}

/// The SHA-256 of these bytes, in hexadecimal.
pub fn hash_of(pieces: impl IntoIterator<Item = Bytes>) -> String {
    let mut hasher = Sha256::new();
    pieces.into_iter().for_each(|piece| hasher.update(&piece));
    hex(&hasher.finalize())
}

/// Bytes in hexadecimal.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// One piece of what ends there: a mark every so often, none like another, and zeros between, which whoever writes the
/// bytes to a disk may leave out.
fn piece(index: u64, end: u64) -> Bytes {
    let len = (end - index * PIECE).min(PIECE) as usize;
    let mut bytes = vec![0; len];
    for (at, block) in bytes.chunks_mut(MARKED).enumerate() {
        let mark = ((index + 1) << 32 | at as u64).to_le_bytes();
        let len = block.len().min(mark.len());
        block[..len].copy_from_slice(&mark[..len]);
    }
    Bytes::from(bytes)
}

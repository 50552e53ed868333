//! Hashes of bytes.

use sha2::{Digest, Sha256};

use crate::domain::invalid::Invalid;

/// The SHA-256 of a content's bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sha256Hash(pub [u8; 32]);

impl Sha256Hash {
    /// The hash of bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// Reads 64 hexadecimal digits, perhaps behind `sha256:`.
    ///
    /// # Errors
    ///
    /// [`Invalid::Hash`] for anything else.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        let digits = text.strip_prefix("sha256:").unwrap_or(text);
        let bytes = data_encoding::HEXLOWER_PERMISSIVE.decode(digits.as_bytes()).ok();
        bytes.and_then(|bytes| bytes.try_into().ok()).map(Self).ok_or(Invalid::Hash)
    }

    /// 64 lower-case hexadecimal digits.
    pub fn to_hex(self) -> String {
        data_encoding::HEXLOWER.encode(&self.0)
    }
}

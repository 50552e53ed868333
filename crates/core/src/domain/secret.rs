//! Secrets of 256 random bits that a client holds and the store knows by their hash: owner keys, refresh tokens, tickets,
//! upload tokens.

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// The SHA-256 of a secret of 256 random bits: such a secret needs no slow hash and no salt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHash(pub [u8; 32]);

impl KeyHash {
    /// The hash of a secret as its holder writes it.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Whether this is the hash of a secret, judged in constant time.
    pub fn matches(&self, secret: &str) -> bool {
        self.0.ct_eq(&Self::of(secret).0).into()
    }
}

/// Writes 256 random bits as a secret that shows what it is: `ref_…`, `own_…`.
pub fn opaque_secret(prefix: &str, bits: [u8; 32]) -> String {
    format!("{prefix}{}", data_encoding::BASE64URL_NOPAD.encode(&bits))
}

/// How an owner key begins.
pub const OWNER_KEY_PREFIX: &str = "own_";
/// How a refresh token begins.
pub const REFRESH_TOKEN_PREFIX: &str = "ref_";
/// How the token of an upload in pieces begins.
pub const UPLOAD_TOKEN_PREFIX: &str = "upl_";
/// How a ticket begins.
pub const TICKET_PREFIX: &str = "tkt_";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_recognised_by_its_hash() {
        let secret = opaque_secret(OWNER_KEY_PREFIX, [7; 32]);
        assert!(secret.starts_with("own_") && secret.len() == 4 + 43);
        assert!(KeyHash::of(&secret).matches(&secret));
        assert!(!KeyHash::of(&secret).matches("own_"));
    }
}

use async_trait::async_trait;
use secrecy::SecretString;

use crate::{client::Client, room::Password, token::Claims};

/// Hashing or signing failed for a reason that is not the caller's. The text is for the log only.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("crypto: {0}")]
pub struct CryptoError(pub String);

/// Why a password was not hashed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// As many passwords of this client wait as may.
    #[error("too many passwords of one client wait")]
    TooMany,
    /// So many passwords wait that this one did not get its turn in time.
    #[error("too many passwords wait")]
    Busy,
    /// Hashing failed.
    #[error(transparent)]
    Crypto(#[from] CryptoError),
}

/// Passwords, hashed so that a stolen store does not give them away.
///
/// Slow on purpose: an implementation must not keep an async runtime's threads busy meanwhile. Where several wait, they
/// take turns: each room, by its hash, and in a room each client, so that nobody who guesses keeps others waiting.
#[async_trait]
pub trait Passwords: Send + Sync {
    /// The hash to store, as a PHC string with its own parameters. `salt` is fresh randomness.
    async fn hash(
        &self,
        password: &Password,
        salt: [u8; 16],
        client: Option<Client>,
    ) -> Result<String, PasswordError>;

    /// Whether a password is the one behind a hash, judged in constant time.
    async fn verify(
        &self,
        password: &Password,
        hash: &str,
        client: Option<Client>,
    ) -> Result<bool, PasswordError>;
}

/// Signed tokens.
pub trait TokenSigner: Send + Sync {
    /// The token that carries these claims.
    ///
    /// # Errors
    ///
    /// When signing fails; never because of what the claims are.
    fn sign(&self, claims: &Claims) -> Result<SecretString, CryptoError>;

    /// What a token carries, when its signature is ours: of the one pinned algorithm, by one of the keys in use, and it
    /// demands nothing that is not understood (`crit`).
    /// MUST NOT look at its expiry: that is for core to judge, by its own clock.
    fn verify(&self, token: &str) -> Option<Claims>;
}

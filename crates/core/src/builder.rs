//! Putting a service together.

use std::sync::Arc;

#[cfg(feature = "crypto")]
use secrecy::SecretSlice;

#[cfg(feature = "crypto")]
use crate::crypto::{Argon2Passwords, InvalidKeys, JwtSigner, KEY_MIN_BYTES};
#[cfg(feature = "memory")]
use crate::memory::{MemoryBlobs, MemoryStore};
#[cfg(feature = "system")]
use crate::system::{OsEntropy, SystemClock};
use crate::{
    Elizabeth, Ports,
    policy::Policy,
    ports::{Blobs, Clock, Entropy, Passwords, Store, TokenSigner},
};

/// Puts an [`Elizabeth`] together from its parts: see [`Elizabeth::builder`].
///
/// What is given last counts.
#[derive(Clone)]
pub struct Builder {
    policy: Policy,
    store: Option<Arc<dyn Store>>,
    blobs: Option<Arc<dyn Blobs>>,
    clock: Option<Arc<dyn Clock>>,
    entropy: Option<Arc<dyn Entropy>>,
    passwords: Option<Arc<dyn Passwords>>,
    signer: Option<Result<Arc<dyn TokenSigner>, BuildError>>,
}

/// Why a service could not be put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A part is missing that has no default, or whose default is behind a cargo feature that is off.
    #[error("the service has no {0}")]
    Missing(Part),
    /// The signing key cannot be used.
    #[cfg(feature = "crypto")]
    #[error(transparent)]
    SigningKey(#[from] InvalidKeys),
}

/// A part of a service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// [`Builder::store`].
    Store,
    /// [`Builder::blobs`].
    Blobs,
    /// [`Builder::clock`].
    Clock,
    /// [`Builder::entropy`].
    Entropy,
    /// [`Builder::passwords`].
    Passwords,
    /// [`Builder::signer`].
    Signer,
}

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Store => "store",
            Self::Blobs => "blob store",
            Self::Clock => "clock",
            Self::Entropy => "source of randomness",
            Self::Passwords => "password hashing",
            Self::Signer => "key to sign tokens with",
        })
    }
}

impl Elizabeth {
    /// A service to be put together. A store and blobs have to be given, or [`Builder::in_memory`]. The rest has
    /// defaults: the system's clock and randomness (feature `system`), Argon2id for passwords and a signing key drawn
    /// for this service alone (feature `crypto`), [`Policy::default`].
    pub fn builder() -> Builder {
        Builder {
            policy: Policy::default(),
            store: None,
            blobs: None,
            clock: clock(),
            entropy: entropy(),
            passwords: passwords(),
            signer: None,
        }
    }
}

#[cfg(feature = "system")]
fn clock() -> Option<Arc<dyn Clock>> {
    Some(Arc::new(SystemClock))
}

#[cfg(not(feature = "system"))]
fn clock() -> Option<Arc<dyn Clock>> {
    None
}

#[cfg(feature = "system")]
fn entropy() -> Option<Arc<dyn Entropy>> {
    Some(Arc::new(OsEntropy))
}

#[cfg(not(feature = "system"))]
fn entropy() -> Option<Arc<dyn Entropy>> {
    None
}

#[cfg(feature = "crypto")]
fn passwords() -> Option<Arc<dyn Passwords>> {
    Some(Arc::new(Argon2Passwords::default()))
}

#[cfg(not(feature = "crypto"))]
fn passwords() -> Option<Arc<dyn Passwords>> {
    None
}

#[cfg(feature = "crypto")]
fn drawn_signer(entropy: &Arc<dyn Entropy>) -> Result<Arc<dyn TokenSigner>, BuildError> {
    let key = SecretSlice::from(entropy.bytes::<KEY_MIN_BYTES>().to_vec());
    Ok(Arc::new(JwtSigner::new(vec![key])?))
}

#[cfg(not(feature = "crypto"))]
fn drawn_signer(_: &Arc<dyn Entropy>) -> Result<Arc<dyn TokenSigner>, BuildError> {
    Err(BuildError::Missing(Part::Signer))
}

impl Builder {
    /// Defaults, ceilings and spans.
    #[must_use]
    pub fn policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// Where rooms, contents and tokens are kept.
    #[must_use]
    pub fn store(self, store: Arc<dyn Store>) -> Self {
        Self { store: Some(store), ..self }
    }

    /// Where bytes are kept.
    #[must_use]
    pub fn blobs(self, blobs: Arc<dyn Blobs>) -> Self {
        Self { blobs: Some(blobs), ..self }
    }

    /// Another clock than the system's.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock: Some(clock), ..self }
    }

    /// Another source of randomness than the system's.
    #[must_use]
    pub fn entropy(self, entropy: Arc<dyn Entropy>) -> Self {
        Self { entropy: Some(entropy), ..self }
    }

    /// How passwords are hashed. The default takes some 20 ms of the thread that polls it: see
    /// [`Argon2Passwords`].
    #[must_use]
    pub fn passwords(self, passwords: Arc<dyn Passwords>) -> Self {
        Self { passwords: Some(passwords), ..self }
    }

    /// How tokens are signed.
    #[must_use]
    pub fn signer(self, signer: Arc<dyn TokenSigner>) -> Self {
        Self { signer: Some(Ok(signer)), ..self }
    }

    /// Signs tokens, JSON Web Tokens, with a key of at least [`KEY_MIN_BYTES`] bytes. Without one it is drawn anew:
    /// then no token outlives this service, and no other process over the same store accepts it. To replace a key, give
    /// a [`JwtSigner`] of several to [`Builder::signer`].
    #[cfg(feature = "crypto")]
    #[must_use]
    pub fn signing_key(self, key: impl Into<SecretSlice<u8>>) -> Self {
        let signer = JwtSigner::new(vec![key.into()]).map_err(BuildError::from);
        Self { signer: Some(signer.map(|signer| Arc::new(signer) as _)), ..self }
    }

    /// A store and blobs in memory, all of which is gone with the last clone of the service.
    #[cfg(feature = "memory")]
    #[must_use]
    pub fn in_memory(self) -> Self {
        self.store(Arc::new(MemoryStore::new())).blobs(Arc::new(MemoryBlobs::new()))
    }

    /// The service.
    ///
    /// # Errors
    ///
    /// [`BuildError`] names what was not given and has no default, or why the signing key cannot be used.
    pub fn build(self) -> Result<Elizabeth, BuildError> {
        let missing = |part| move || BuildError::Missing(part);
        let entropy = self.entropy.ok_or_else(missing(Part::Entropy))?;
        let ports = Ports {
            store: self.store.ok_or_else(missing(Part::Store))?,
            blobs: self.blobs.ok_or_else(missing(Part::Blobs))?,
            clock: self.clock.ok_or_else(missing(Part::Clock))?,
            passwords: self.passwords.ok_or_else(missing(Part::Passwords))?,
            signer: self.signer.unwrap_or_else(|| drawn_signer(&entropy))?,
            entropy,
        };
        Ok(Elizabeth::new(ports, self.policy))
    }
}

#[cfg(all(test, feature = "crypto", feature = "memory", feature = "system"))]
mod tests {
    use super::*;

    fn failure(builder: Builder) -> Option<BuildError> {
        builder.build().err()
    }

    #[test]
    fn where_things_are_kept_has_to_be_given() {
        assert_eq!(failure(Elizabeth::builder()), Some(BuildError::Missing(Part::Store)));
        let store = Elizabeth::builder().store(Arc::new(MemoryStore::new()));
        assert_eq!(failure(store.clone()), Some(BuildError::Missing(Part::Blobs)));
        assert_eq!(failure(store.blobs(Arc::new(MemoryBlobs::new()))), None);
        assert_eq!(failure(Elizabeth::builder().in_memory()), None);
    }

    #[test]
    fn a_signing_key_is_long_enough() {
        let of = |bytes| Elizabeth::builder().in_memory().signing_key(vec![7; bytes]);
        assert_eq!(failure(of(KEY_MIN_BYTES)), None);
        let short = InvalidKeys::TooShort { position: 1, bytes: KEY_MIN_BYTES - 1 };
        assert_eq!(failure(of(KEY_MIN_BYTES - 1)), Some(BuildError::SigningKey(short)));
        assert_eq!(failure(of(1).signing_key(vec![7; KEY_MIN_BYTES])), None);
    }
}

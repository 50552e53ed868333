use std::fmt;

use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use secrecy::{ExposeSecret, SecretSlice, SecretString};

use super::provider;
use crate::{
    ports::{CryptoError, TokenSigner},
    token::Claims,
};

/// The fewest bytes a key may have: as many as the hash (RFC 7518, section 3.2).
pub const KEY_MIN_BYTES: usize = 32;
/// The most bytes a token may have. Ours have some 500; what is longer is not even looked at.
pub const TOKEN_MAX_BYTES: usize = 4096;

/// Why keys cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidKeys {
    /// There is none.
    #[error("tokens need a key to be signed with")]
    None,
    /// One is too short to be safe.
    #[error("a signing key has at least {KEY_MIN_BYTES} bytes; number {position} has {bytes}")]
    TooShort {
        /// Which one, from 1.
        position: usize,
        /// How many bytes it has.
        bytes: usize,
    },
}

/// JSON Web Tokens (RFC 7519) signed with HMAC-SHA-256, and with nothing else: what a token says about its algorithm
/// is believed only if it is that one.
pub struct JwtSigner {
    signing: EncodingKey,
    verifying: Vec<DecodingKey>,
    validation: Validation,
}

impl JwtSigner {
    /// Signs with the first key and accepts tokens of each, so that a key can be replaced: put the new one in front,
    /// and take the old one away when the last token signed with it has expired.
    ///
    /// Installs HMAC-SHA-256 as `jsonwebtoken`'s process-wide provider where there is none. An application that
    /// uses `jsonwebtoken` for other algorithms must install its own before.
    ///
    /// # Errors
    ///
    /// [`InvalidKeys`] when there is no key, or one is too short.
    pub fn new(keys: Vec<SecretSlice<u8>>) -> Result<Self, InvalidKeys> {
        for (position, key) in (1..).zip(&keys) {
            let bytes = key.expose_secret().len();
            if bytes < KEY_MIN_BYTES {
                return Err(InvalidKeys::TooShort { position, bytes });
            }
        }
        let first = keys.first().ok_or(InvalidKeys::None)?;
        provider::install();
        let mut validation = Validation::new(Algorithm::HS256);
        // With these two off it does not look at the clock; core judges by its own.
        validation.validate_exp = false;
        validation.validate_nbf = false;
        validation.required_spec_claims.clear();
        Ok(Self {
            signing: EncodingKey::from_secret(first.expose_secret()),
            verifying: keys.iter().map(|key| DecodingKey::from_secret(key.expose_secret())).collect(),
            validation,
        })
    }
}

impl fmt::Debug for JwtSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwtSigner").field("keys", &self.verifying.len()).finish_non_exhaustive()
    }
}

impl TokenSigner for JwtSigner {
    fn sign(&self, claims: &Claims) -> Result<SecretString, CryptoError> {
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &self.signing);
        token.map(SecretString::from).map_err(|error| CryptoError(format!("jwt: {error}")))
    }

    fn verify(&self, token: &str) -> Option<Claims> {
        if token.len() > TOKEN_MAX_BYTES {
            return None;
        }
        let read = |key| jsonwebtoken::decode::<Claims>(token, key, &self.validation).ok();
        let read = self.verifying.iter().find_map(read)?;
        // What a token says must be understood to accept it, we do not understand (RFC 7515, section 4.1.11).
        read.header.crit.is_none().then_some(read.claims)
    }
}

#[cfg(test)]
#[path = "jwt_tests.rs"]
mod tests;

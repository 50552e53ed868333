use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use argon2::{
    Algorithm, Argon2, Block, Params, Version,
    password_hash::phc::{Output, ParamsString, PasswordHash, Salt},
};
use async_trait::async_trait;
use subtle::ConstantTimeEq;

use crate::{
    client::Client,
    ports::{CryptoError, PasswordError, Passwords},
    room::Password,
};

/// Bytes of a hash.
const HASH_BYTES: usize = Params::DEFAULT_OUTPUT_LEN;
/// Blocks that a buffer has place for: over 32 MiB, past which the GNU C library always maps memory and gives it back to
/// the system when it is dropped. Smaller ones it keeps for itself, a mebibyte here and there in use. What is not touched
/// takes no memory.
const MAPPED_BLOCKS: usize = (33 << 20) / Block::SIZE;

/// Passwords hashed with Argon2id (RFC 9106) at 19 MiB, two passes, one lane: what the OWASP Password Storage Cheat
/// Sheet asks for at least.
///
/// A hash takes some 20 ms of a processor. As [`Passwords`] it takes them **on the thread that polls it**, for core
/// knows no runtime to give the work to: whoever wires this up runs [`Argon2Passwords::hash_now`] and
/// [`Argon2Passwords::verify_now`] on threads of their own, few at a time, as each needs those 19 MiB. One such buffer is
/// kept from hash to hash; clones share it.
#[derive(Clone, Default)]
pub struct Argon2Passwords {
    spare: Arc<Mutex<Vec<Block>>>,
}

impl fmt::Debug for Argon2Passwords {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Argon2Passwords").finish_non_exhaustive()
    }
}

impl Argon2Passwords {
    /// The hash to store, as a PHC string with its own parameters.
    ///
    /// # Errors
    ///
    /// When the memory cannot be had.
    pub fn hash_now(&self, password: &Password, salt: [u8; 16]) -> Result<String, CryptoError> {
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT);
        let mut hash = [0; HASH_BYTES];
        self.compute(&argon2, password, &salt, &mut hash)?;
        let hash = PasswordHash {
            algorithm: Algorithm::Argon2id.ident(),
            version: Some(Version::V0x13.into()),
            params: ParamsString::try_from(argon2.params()).map_err(failed)?,
            salt: Some(Salt::new(&salt).map_err(failed)?),
            hash: Some(Output::new(&hash).map_err(failed)?),
        };
        Ok(hash.to_string())
    }

    /// Whether a password is the one behind a hash. The hash carries its own parameters, of whatever strength and
    /// variant of Argon2, so that those made before these were changed stay good.
    ///
    /// # Errors
    ///
    /// When the hash is no PHC string of Argon2, or the memory cannot be had.
    pub fn verify_now(&self, password: &Password, hash: &str) -> Result<bool, CryptoError> {
        let stored = |what: &dyn fmt::Display| CryptoError(format!("stored hash: {what}"));
        let hash = PasswordHash::new(hash).map_err(|error| stored(&error))?;
        let algorithm = Algorithm::try_from(hash.algorithm.as_str()).map_err(|error| stored(&error))?;
        let version = hash.version.map_or(Ok(Version::V0x13), Version::try_from);
        let version = version.map_err(|error| stored(&error))?;
        let params = Params::try_from(&hash).map_err(|error| stored(&error))?;
        let (Some(salt), Some(expected)) = (&hash.salt, &hash.hash) else {
            return Err(stored(&"it has no salt, or no hash"));
        };
        let mut actual = vec![0; expected.len()];
        self.compute(&Argon2::new(algorithm, version, params), password, salt, &mut actual)?;
        Ok(actual.ct_eq(expected.as_bytes()).into())
    }

    /// Computes a hash in the memory that the one before left, or in new memory. What is larger than our own hashes need
    /// is not kept.
    fn compute(
        &self,
        argon2: &Argon2<'_>,
        password: &Password,
        salt: &[u8],
        hash: &mut [u8],
    ) -> Result<(), CryptoError> {
        let spare = || self.spare.lock().unwrap_or_else(PoisonError::into_inner);
        let blocks = argon2.params().block_count();
        let mut memory = std::mem::take(&mut *spare());
        if memory.len() < blocks {
            let more = MAPPED_BLOCKS.max(blocks) - memory.len();
            memory.try_reserve_exact(more).map_err(failed)?;
            memory.resize(blocks, Block::default());
        }
        let computed = argon2.hash_password_into_with_memory(password.expose(), salt, hash, &mut memory);
        if memory.len() <= MAPPED_BLOCKS {
            *spare() = memory;
        }
        computed.map_err(failed)
    }
}

fn failed(error: impl fmt::Display) -> CryptoError {
    CryptoError(format!("argon2: {error}"))
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(
        &self,
        password: &Password,
        salt: [u8; 16],
        _: Option<Client>,
    ) -> Result<String, PasswordError> {
        Ok(self.hash_now(password, salt)?)
    }

    async fn verify(
        &self,
        password: &Password,
        hash: &str,
        _: Option<Client>,
    ) -> Result<bool, PasswordError> {
        Ok(self.verify_now(password, hash)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn password(text: &str) -> Password {
        Password::parse(&text.into()).unwrap()
    }

    #[tokio::test]
    async fn a_password_is_recognised_by_its_hash() {
        let passwords: &dyn Passwords = &Argon2Passwords::default();
        let hash = passwords.hash(&password("correct horse"), [7; 16], None).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify(&password("correct horse"), &hash, None).await, Ok(true));
        assert_eq!(passwords.verify(&password("correct horsf"), &hash, None).await, Ok(false));
    }

    #[test]
    fn the_salt_is_the_callers() {
        let hash = |salt| Argon2Passwords::default().hash_now(&password("x"), salt).unwrap();
        assert_eq!(hash([1; 16]), hash([1; 16]));
        assert_ne!(hash([1; 16]), hash([2; 16]));
        assert!(hash([0; 16]).contains("$AAAAAAAAAAAAAAAAAAAAAA$"));
    }

    #[test]
    fn memory_is_kept_and_no_more_than_one_hash_needs() {
        let passwords = Argon2Passwords::default();
        let hash = passwords.hash_now(&password("x"), [1; 16]).unwrap();
        assert_eq!(passwords.clone().verify_now(&password("x"), &hash), Ok(true));
        let kept = || passwords.spare.lock().unwrap().len();
        assert_eq!(kept(), Params::DEFAULT.block_count());
        // 64 MiB, as somebody may have set up once.
        let large = "$argon2id$v=19$m=65536,t=1,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
        assert_eq!(passwords.verify_now(&password("x"), large), Ok(false));
        assert_eq!(kept(), 0);
    }

    /// The vectors of the reference implementation (`phc-winner-argon2`, `test.c`): other parameters and variants.
    #[test]
    fn hashes_of_other_parameters_stay_good() {
        for hash in [
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
            "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        ] {
            assert_eq!(
                Argon2Passwords::default().verify_now(&password("password"), hash),
                Ok(true),
                "{hash}"
            );
            assert_eq!(
                Argon2Passwords::default().verify_now(&password("passwore"), hash),
                Ok(false),
                "{hash}"
            );
        }
    }

    #[test]
    fn what_is_no_hash_is_an_error() {
        for bad in [
            "",
            "plain",
            "$argon2id$",
            "$2b$12$abcdefghijklmnopqrstuv",
            "$argon2x$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$aGFzaGhhc2g",
        ] {
            let verified = Argon2Passwords::default().verify_now(&password("x"), bad);
            assert!(!matches!(verified, Ok(true)), "{bad}");
            assert!(verified.is_err() || bad == "$argon2id$", "{bad}: {verified:?}");
        }
    }
}

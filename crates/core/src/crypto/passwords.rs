use argon2::{
    Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, phc::PasswordHash},
};
use async_trait::async_trait;

use crate::{
    ports::{CryptoError, Passwords},
    room::Password,
};

/// Passwords hashed with Argon2id (RFC 9106) at 19 MiB, two passes, one lane: what the OWASP Password Storage Cheat
/// Sheet asks for at least.
///
/// A hash takes some 20 ms of a processor. As [`Passwords`] it takes them **on the thread that polls it**, for core
/// knows no runtime to give the work to: whoever wires this up runs [`Argon2Passwords::hash_now`] and
/// [`Argon2Passwords::verify_now`] on threads of their own, few at a time, as each needs those 19 MiB.
#[derive(Clone, Copy, Debug, Default)]
pub struct Argon2Passwords;

impl Argon2Passwords {
    /// The hash to store, as a PHC string with its own parameters.
    ///
    /// # Errors
    ///
    /// When the memory cannot be had.
    pub fn hash_now(&self, password: &Password, salt: [u8; 16]) -> Result<String, CryptoError> {
        let hash: PasswordHash =
            argon2().hash_password_with_salt(password.expose(), &salt).map_err(failed)?;
        Ok(hash.to_string())
    }

    /// Whether a password is the one behind a hash. The hash carries its own parameters, of whatever strength and
    /// variant of Argon2, so that those made before these were changed stay good.
    ///
    /// # Errors
    ///
    /// When the hash is no PHC string of Argon2, or the memory cannot be had.
    pub fn verify_now(&self, password: &Password, hash: &str) -> Result<bool, CryptoError> {
        let hash = PasswordHash::new(hash).map_err(|error| CryptoError(format!("stored hash: {error}")))?;
        match argon2().verify_password(password.expose(), &hash) {
            Ok(()) => Ok(true),
            Err(password_hash::Error::PasswordInvalid) => Ok(false),
            Err(error) => Err(failed(error)),
        }
    }
}

fn argon2() -> Argon2<'static> {
    Argon2::new(Algorithm::Argon2id, Version::V0x13, Params::DEFAULT)
}

fn failed(error: password_hash::Error) -> CryptoError {
    CryptoError(format!("argon2: {error}"))
}

#[async_trait]
impl Passwords for Argon2Passwords {
    async fn hash(&self, password: &Password, salt: [u8; 16]) -> Result<String, CryptoError> {
        self.hash_now(password, salt)
    }

    async fn verify(&self, password: &Password, hash: &str) -> Result<bool, CryptoError> {
        self.verify_now(password, hash)
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
        let passwords: &dyn Passwords = &Argon2Passwords;
        let hash = passwords.hash(&password("correct horse"), [7; 16]).await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert_eq!(passwords.verify(&password("correct horse"), &hash).await, Ok(true));
        assert_eq!(passwords.verify(&password("correct horsf"), &hash).await, Ok(false));
    }

    #[test]
    fn the_salt_is_the_callers() {
        let hash = |salt| Argon2Passwords.hash_now(&password("x"), salt).unwrap();
        assert_eq!(hash([1; 16]), hash([1; 16]));
        assert_ne!(hash([1; 16]), hash([2; 16]));
        assert!(hash([0; 16]).contains("$AAAAAAAAAAAAAAAAAAAAAA$"));
    }

    /// The vectors of the reference implementation (`phc-winner-argon2`, `test.c`): other parameters and variants.
    #[test]
    fn hashes_of_other_parameters_stay_good() {
        for hash in [
            "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4",
            "$argon2id$v=19$m=256,t=2,p=2$c29tZXNhbHQ$bQk8UB/VmZZF4Oo79iDXuL5/0ttZwg2f/5U52iv1cDc",
            "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$iekCn0Y3spW+sCcFanM2xBT63UP2sghkUoHLIUpWRS8",
        ] {
            assert_eq!(Argon2Passwords.verify_now(&password("password"), hash), Ok(true), "{hash}");
            assert_eq!(Argon2Passwords.verify_now(&password("passwore"), hash), Ok(false), "{hash}");
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
            let verified = Argon2Passwords.verify_now(&password("x"), bad);
            assert!(!matches!(verified, Ok(true)), "{bad}");
            assert!(verified.is_err() || bad == "$argon2id$", "{bad}: {verified:?}");
        }
    }
}

//! Argon2id and JSON Web Tokens behind the crypto ports.

mod jwt;
mod passwords;
mod provider;

pub use jwt::{InvalidKeys, JwtSigner, KEY_MIN_BYTES, TOKEN_MAX_BYTES};
pub use passwords::Argon2Passwords;

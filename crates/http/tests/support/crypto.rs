use async_trait::async_trait;
use elizabeth_core::{
    client::Client,
    crypto::JwtSigner,
    ports::{PasswordError, Passwords},
    room::Password,
    secret::KeyHash,
};

/// Passwords hashed fast: what the slow hash is for is tested where it lives.
pub struct QuickPasswords;

#[async_trait]
impl Passwords for QuickPasswords {
    async fn hash(
        &self,
        password: &Password,
        _: [u8; 16],
        _: Option<Client>,
    ) -> Result<String, PasswordError> {
        Ok(digest(password.expose()))
    }

    async fn verify(
        &self,
        password: &Password,
        hash: &str,
        _: Option<Client>,
    ) -> Result<bool, PasswordError> {
        Ok(digest(password.expose()) == hash)
    }
}

fn digest(bytes: &[u8]) -> String {
    format!("{:?}", KeyHash::of(&String::from_utf8_lossy(bytes)))
}

/// The signer of every test server.
pub fn signer() -> JwtSigner {
    JwtSigner::new(vec![vec![7u8; 32].into()]).unwrap()
}

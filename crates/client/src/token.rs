//! Tokens as they stand in answers, as far as they are looked at here.

use std::time::{Duration, Instant};

use secrecy::SecretString;
use serde::Deserialize;

/// What is shown to be let in.
pub(crate) enum Proof<'a> {
    Nothing,
    Password(&'a SecretString),
    OwnerKey(&'a SecretString),
    Token(&'a SecretString),
}

/// A token that was just issued.
#[derive(Deserialize)]
pub(crate) struct Issued {
    pub(crate) token: SecretText,
    claims: Claims,
    pub(crate) refresh_token: Option<SecretText>,
    pub(crate) refresh_token_expires_at: Option<String>,
}

#[derive(Deserialize)]
struct Claims {
    exp: i64,
    iat: i64,
}

/// A session that was taken up again.
#[derive(Deserialize)]
pub(crate) struct Refreshed {
    pub(crate) access_token: SecretText,
    pub(crate) refresh_token: SecretText,
    pub(crate) refresh_token_expires_at: String,
}

/// A secret in an answer.
#[derive(Deserialize)]
#[serde(from = "String")]
pub(crate) struct SecretText(pub(crate) SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Issued {
    /// When half its life will be over, by this machine's own clock alone: clocks need not agree.
    pub(crate) fn stale(&self) -> Instant {
        let life = u64::try_from(self.claims.exp.saturating_sub(self.claims.iat)).unwrap_or(0);
        let now = Instant::now();
        now.checked_add(Duration::from_secs(life / 2)).unwrap_or(now)
    }
}

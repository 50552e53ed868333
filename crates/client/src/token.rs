//! Tokens as they stand in answers.

use std::time::{Duration, Instant};

use elizabeth_api::{ClaimsObject, IssueToken};
use secrecy::SecretString;

/// What is shown to be let in.
pub(crate) enum Proof<'a> {
    Nothing,
    Password(&'a SecretString),
    OwnerKey(&'a SecretString),
    Token(&'a SecretString),
}

impl Proof<'_> {
    /// How it is sent.
    pub(crate) fn body(self) -> IssueToken {
        let body = IssueToken::default();
        match self {
            Self::Nothing => body,
            Self::Password(secret) => IssueToken { password: Some(secret.clone().into()), ..body },
            Self::OwnerKey(secret) => IssueToken { owner_key: Some(secret.clone().into()), ..body },
            Self::Token(secret) => IssueToken { token: Some(secret.clone().into()), ..body },
        }
    }
}

/// When half the life of a token that was just issued will be over, by this machine's own clock alone: clocks need not
/// agree.
pub(crate) fn stale(claims: &ClaimsObject<'_>) -> Instant {
    let life = u64::try_from(claims.exp.saturating_sub(claims.iat)).unwrap_or(0);
    let now = Instant::now();
    now.checked_add(Duration::from_secs(life / 2)).unwrap_or(now)
}

use std::time::{Duration, Instant};

use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use super::{Client, ClientError, Proof};

/// What somebody can show to be let in. An owner key goes first.
#[derive(Clone, Default)]
pub(crate) struct Credentials {
    pub(crate) owner_key: Option<OwnerKey>,
    pub(crate) password: Option<SecretString>,
}

/// A room's owner key.
#[derive(Clone)]
pub(crate) struct OwnerKey {
    pub(crate) key: SecretString,
    /// Whether it was remembered, not given: then it may be one of an earlier room of this name.
    pub(crate) remembered: bool,
}

/// A room that was entered.
pub(crate) struct Session {
    client: Client,
    room: String,
    credentials: Credentials,
    token: SecretString,
    /// From when on the token is renewed before it is used.
    stale: Instant,
}

/// A token, as far as it is looked at here.
#[derive(Deserialize)]
pub(super) struct Issued {
    token: SecretText,
    claims: Claims,
}

#[derive(Deserialize)]
struct Claims {
    exp: i64,
    iat: i64,
}

/// A secret in an answer.
#[derive(Deserialize)]
#[serde(from = "String")]
struct SecretText(SecretString);

impl From<String> for SecretText {
    fn from(text: String) -> Self {
        Self(text.into())
    }
}

impl Issued {
    /// When half its life will be over, by this machine's own clock alone: clocks need not agree.
    fn stale(&self) -> Instant {
        let life = u64::try_from(self.claims.exp.saturating_sub(self.claims.iat)).unwrap_or(0);
        let now = Instant::now();
        now.checked_add(Duration::from_secs(life / 2)).unwrap_or(now)
    }
}

impl Session {
    /// Enters a room. A remembered owner key that is refused counts as none.
    pub(crate) async fn enter(
        client: &Client,
        room: &str,
        credentials: &Credentials,
    ) -> Result<Self, ClientError> {
        let issued = enter(client, room, credentials).await?;
        Ok(Self {
            client: client.clone(),
            room: room.to_owned(),
            credentials: credentials.clone(),
            stale: issued.stale(),
            token: issued.token.0,
        })
    }

    /// The client behind it.
    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    /// A request to a path under the room, with a token that is good for a while yet.
    pub(crate) async fn request(
        &mut self,
        method: Method,
        segments: &[&str],
    ) -> Result<RequestBuilder, ClientError> {
        if Instant::now() >= self.stale {
            self.renew().await?;
        }
        let path = [&["rooms", &self.room], segments].concat();
        Ok(self.client.request(method, &path).bearer_auth(self.token.expose_secret()))
    }

    /// Sends what has a small answer.
    pub(crate) async fn call<T: DeserializeOwned>(
        &mut self,
        method: Method,
        segments: &[&str],
        body: Option<&Value>,
    ) -> Result<T, ClientError> {
        let mut request = self.request(method, segments).await?;
        if let Some(body) = body {
            request = request.json(body);
        }
        self.client.call(request).await
    }

    /// All contents, by ascending id.
    pub(crate) async fn contents(&mut self) -> Result<Vec<Value>, ClientError> {
        self.call(Method::GET, &["contents"], None).await
    }

    /// A new token of the same session; where the old one is over, a new entry.
    async fn renew(&mut self) -> Result<(), ClientError> {
        let renewed = self.client.issue_token(&self.room, Proof::Token(&self.token)).await;
        let issued = match renewed {
            Err(error) if error.status() == Some(StatusCode::UNAUTHORIZED) => {
                enter(&self.client, &self.room, &self.credentials).await?
            }
            renewed => renewed?,
        };
        self.stale = issued.stale();
        self.token = issued.token.0;
        Ok(())
    }
}

async fn enter(client: &Client, room: &str, credentials: &Credentials) -> Result<Issued, ClientError> {
    if let Some(owner) = &credentials.owner_key {
        match client.issue_token(room, Proof::OwnerKey(&owner.key)).await {
            Err(error) if owner.remembered && error.is("wrong_owner_key") => {}
            entered => return entered,
        }
    }
    let proof = credentials.password.as_ref().map_or(Proof::Nothing, Proof::Password);
    client.issue_token(room, proof).await
}

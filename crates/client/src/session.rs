use std::time::{self, Duration};

use elizabeth_api::{Instant, IssuedToken, Refresh, RefreshedTokens, Secret};
use elizabeth_core::ErrorCode;
use reqwest::{Method, RequestBuilder, StatusCode};
use secrecy::{ExposeSecret, SecretString};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;

use crate::{
    backoff::Attempts,
    client::Client,
    error::ClientError,
    token::{Proof, stale},
};

/// What somebody can show to be let in. An owner key goes first.
#[derive(Clone, Default)]
pub struct Credentials {
    /// The room's owner key.
    pub owner_key: Option<OwnerKey>,
    /// The room's password.
    pub password: Option<SecretString>,
}

/// A room's owner key.
#[derive(Clone)]
pub struct OwnerKey {
    /// The key itself.
    pub key: SecretString,
    /// Whether it was remembered, not given: then it may be one of an earlier room of this name.
    pub remembered: bool,
}

/// A room that was entered.
pub struct Session {
    client: Client,
    room: String,
    credentials: Credentials,
    token: SecretString,
    /// From when on the token is renewed before it is used.
    stale: time::Instant,
    /// Whether a session that is over is followed by a new one: not where something belongs to this one.
    replaceable: bool,
    by_key: bool,
}

/// What takes a session up again, once.
pub struct RefreshToken {
    /// The token itself. It works once.
    pub token: SecretString,
    /// RFC 3339.
    pub expires_at: String,
}

impl RefreshToken {
    fn of(token: Option<Secret>, expires_at: Option<Instant>) -> Result<Self, ClientError> {
        match (token, expires_at) {
            (Some(Secret(token)), Some(at)) => Ok(Self { token, expires_at: at.0.to_string() }),
            _ => Err(ClientError::Foreign("it gave no refresh token")),
        }
    }
}

impl Session {
    /// Enters a room. A remembered owner key that is refused counts as none.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`] with the server's reason: `room_not_found`, `wrong_password`, …
    pub async fn enter(client: &Client, room: &str, credentials: &Credentials) -> Result<Self, ClientError> {
        let (issued, by_key) = enter(client, room, credentials).await?;
        Ok(Self {
            client: client.clone(),
            room: room.to_owned(),
            credentials: credentials.clone(),
            stale: stale(&issued.claims),
            token: issued.token.0,
            replaceable: true,
            by_key,
        })
    }

    /// Whether it is an owner's by their key: what one session of the owner has made is every other's too.
    pub fn is_by_key(&self) -> bool {
        self.by_key
    }

    /// Takes a session up again that an earlier process had; what takes it up the next time comes with it.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`] where the token is invalid or was used before.
    pub async fn take_up(
        client: &Client,
        room: &str,
        token: &SecretString,
    ) -> Result<(Self, RefreshToken), ClientError> {
        let body = Refresh { refresh_token: token.clone().into() };
        let request = client.request(Method::POST, &["auth", "refresh"]).json(&body);
        let refreshed: RefreshedTokens = client.call(request).await?;
        let way_back = RefreshToken::of(refreshed.refresh_token, refreshed.refresh_token_expires_at)?;
        let session = Self {
            client: client.clone(),
            room: room.to_owned(),
            credentials: Credentials::default(),
            // How long the token lives is not in the answer: the first use renews it, and then it is known.
            stale: time::Instant::now(),
            token: refreshed.access_token.0,
            replaceable: false,
            by_key: false,
        };
        Ok((session, way_back))
    }

    /// What takes this session up again in a later process. From now on it is not replaced by another.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn leave_a_way_back(&mut self) -> Result<RefreshToken, ClientError> {
        let proof = Proof::Token(&self.token);
        let issued = self.client.issue_token(&self.room, proof, true).await?;
        self.replaceable = false;
        RefreshToken::of(issued.refresh_token, issued.refresh_token_expires_at)
    }

    /// The token is renewed before it is used again.
    pub(crate) fn outdate(&mut self) {
        self.stale = time::Instant::now();
    }

    /// When its token is renewed, unless it is used before.
    pub(crate) fn renewal_due(&self) -> tokio::time::Instant {
        self.stale.into()
    }

    /// Attempts something with it until it is done, or fails for good: what may pass is tried again, as long as `patience`
    /// after it has failed first, and a token that is refused is renewed once.
    ///
    /// # Errors
    ///
    /// What does not pass, or not in time.
    pub async fn patiently<T>(
        &mut self,
        patience: Duration,
        mut attempt: impl AsyncFnMut(&mut Self) -> Result<T, ClientError>,
    ) -> Result<T, ClientError> {
        let mut attempts = Attempts::new(patience);
        loop {
            let error = match attempt(self).await {
                Ok(done) => return Ok(done),
                Err(error) => error,
            };
            if attempts.wait_behind(error).await? {
                self.outdate();
            }
        }
    }

    /// The client behind it.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// A request to a path under the room, with a token that is good for a while yet.
    pub(crate) async fn request(
        &mut self,
        method: Method,
        segments: &[&str],
    ) -> Result<RequestBuilder, ClientError> {
        if time::Instant::now() >= self.stale {
            self.renew().await?;
        }
        let path = [&["rooms", &self.room], segments].concat();
        Ok(self.client.request(method, &path).bearer_auth(self.token.expose_secret()))
    }

    /// Calls the API at a path under the room, and reads its answer, of 512 MiB at most.
    ///
    /// # Errors
    ///
    /// Those of the server, and [`ClientError::Foreign`] for an answer that is no `T`.
    pub async fn call<T: DeserializeOwned>(
        &mut self,
        method: Method,
        segments: &[&str],
    ) -> Result<T, ClientError> {
        let request = self.request(method, segments).await?;
        self.client.call(request).await
    }

    /// The same with a body of JSON, such as [`crate::AddText`].
    ///
    /// # Errors
    ///
    /// As [`Session::call`].
    pub async fn send<T: DeserializeOwned>(
        &mut self,
        method: Method,
        segments: &[&str],
        body: &impl Serialize,
    ) -> Result<T, ClientError> {
        let request = self.request(method, segments).await?.json(body);
        self.client.call(request).await
    }

    /// All contents that the session sees, by ascending id.
    ///
    /// # Errors
    ///
    /// Those of the server.
    pub async fn contents(&mut self) -> Result<Vec<Value>, ClientError> {
        let client = self.client.clone();
        client
            .list(async |after| Ok(self.request(Method::GET, &["contents"]).await?.query(&behind(after))))
            .await
    }

    /// A new token of the same session; where the old one is over, a new entry.
    async fn renew(&mut self) -> Result<(), ClientError> {
        let renewed = self.client.issue_token(&self.room, Proof::Token(&self.token), false).await;
        let issued = match renewed {
            Err(error) if self.replaceable && error.status() == Some(StatusCode::UNAUTHORIZED) => {
                enter(&self.client, &self.room, &self.credentials).await?.0
            }
            renewed => renewed?,
        };
        self.stale = stale(&issued.claims);
        self.token = issued.token.0;
        Ok(())
    }
}

/// What asks for the part of a list behind one of its items.
pub(crate) fn behind(after: Option<String>) -> Vec<(&'static str, String)> {
    Vec::from_iter(after.map(|after| ("after", after)))
}

/// A token, and whether it was the owner key that bought it.
async fn enter(
    client: &Client,
    room: &str,
    credentials: &Credentials,
) -> Result<(IssuedToken<'static>, bool), ClientError> {
    if let Some(owner) = &credentials.owner_key {
        match client.issue_token(room, Proof::OwnerKey(&owner.key), false).await {
            Err(error) if owner.remembered && error.is(ErrorCode::WrongOwnerKey) => {}
            entered => return Ok((entered?, true)),
        }
    }
    let proof = credentials.password.as_ref().map_or(Proof::Nothing, Proof::Password);
    Ok((client.issue_token(room, proof, false).await?, false))
}

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use elizabeth_api::{CreateRoom, IssueToken, IssuedToken};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode, header,
    header::{HeaderMap, HeaderValue, InvalidHeaderValue},
    redirect,
};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio::time::{sleep, timeout};
use url::Url;

use crate::{address::Server, error::ClientError, token::Proof};

/// How long reaching a server may take.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);
/// How long a server may be silent. Uploads are not bound by it: their answer comes when all is stored.
pub(crate) const SILENCE: Duration = Duration::from_secs(60);
/// How long a connection may carry nothing before the other side is asked whether it is there.
const KEEPALIVE: Duration = Duration::from_secs(15);
/// The most pages that a list is read in.
const PAGES_MAX: usize = 10_000;
/// The most of an answer that is read into memory: a list of a hundred thousand contents fits many times.
const ANSWER_MAX: usize = 512 << 20;
/// The most of a refusal that is read.
const PROBLEM_MAX: usize = 64 << 10;

/// The longest pause that is made without a word. A longer one is for the caller to know of.
const BRIEF: Duration = Duration::from_secs(2);
/// How many of them are made for one request.
const BRIEF_PAUSES_MAX: usize = 30;

/// A connection to one server. Cheap to clone.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    server: Server,
    user_agent: Arc<str>,
    /// What a server may want to see before it makes a room.
    create_key: Option<HeaderValue>,
    /// For what a server keeps elsewhere, once it is needed.
    elsewhere: Arc<OnceLock<reqwest::Client>>,
}

impl Client {
    /// A client of a server, which calls itself by a user agent such as `my-program/1.0`. Nothing is sent yet. Where
    /// the process has chosen no cryptography for TLS, it is *ring*'s from now on.
    ///
    /// # Errors
    ///
    /// When the system's certificates cannot be read, or the user agent is no header.
    pub fn new(server: Server, user_agent: &str) -> Result<Self, ClientError> {
        // Of the whole process; that it is there already is all right.
        let _ = rustls::crypto::ring::default_provider().install_default();
        // No certificate will be looked at: then none need be installed on this machine.
        let plain = server.is_plain();
        let builder = builder(user_agent);
        let builder = if plain { builder.tls_certs_only([]) } else { builder };
        let http = builder.build().map_err(|error| ClientError::unreachable(server.as_str(), error))?;
        let user_agent = user_agent.into();
        Ok(Self { http, server, user_agent, create_key: None, elsewhere: Arc::default() })
    }

    /// The same client, which shows this key where it makes rooms: some servers make none without.
    ///
    /// # Errors
    ///
    /// When it cannot be sent: it has to be of visible ASCII.
    pub fn with_create_key(self, key: &SecretString) -> Result<Self, InvalidHeaderValue> {
        let mut key = HeaderValue::from_str(key.expose_secret())?;
        key.set_sensitive(true);
        Ok(Self { create_key: Some(key), ..self })
    }

    /// The server.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// A request to a path under `/api/v1`.
    pub(crate) fn request(&self, method: Method, segments: &[&str]) -> RequestBuilder {
        self.request_to(method, self.server.api(segments))
    }

    /// Sends a request and reads its answer.
    pub(crate) async fn call<T: DeserializeOwned>(&self, request: RequestBuilder) -> Result<T, ClientError> {
        self.read(self.send(request).await?).await
    }

    /// Sends a request. Where the server has done nothing of it because this client asks too often, and only wants a
    /// moment's pause, it gets that, and the request again.
    pub(crate) async fn send(&self, mut request: RequestBuilder) -> Result<Response, ClientError> {
        let mut pauses = 0..BRIEF_PAUSES_MAX;
        loop {
            let again = request.try_clone();
            let answer = timeout(SILENCE, request.send()).await.map_err(|_| ClientError::Silent)?;
            let answer = answer.map_err(|error| self.unreachable(error))?;
            let asks_too_often = answer.status() == StatusCode::TOO_MANY_REQUESTS;
            let brief = pause(answer.headers()).filter(|pause| asks_too_often && *pause <= BRIEF);
            match (brief, again, pauses.next()) {
                (Some(pause), Some(again), Some(_)) => {
                    sleep(pause).await;
                    request = again;
                }
                _ => return Ok(answer),
            }
        }
    }

    /// All of a list that comes in pages. `request` asks for a page, behind what is named where that is given.
    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        mut request: impl AsyncFnMut(Option<String>) -> Result<RequestBuilder, ClientError>,
    ) -> Result<Vec<T>, ClientError> {
        let (mut items, mut after) = (Vec::new(), None);
        for _ in 0..PAGES_MAX {
            let page = request(after.clone()).await?;
            let answer = timeout(SILENCE, page.send()).await.map_err(|_| ClientError::Silent)?;
            let answer = answer.map_err(|error| self.unreachable(error))?;
            let next = next(answer.headers());
            items.append(&mut self.read::<Vec<T>>(answer).await?);
            if next.is_none() {
                return Ok(items);
            }
            after = next;
        }
        Err(ClientError::Foreign("its list has no end"))
    }

    /// Makes a room. The answer is the room and its owner key, which is shown this once.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`] with `name_taken`, `invalid_room_name`, `create_key_required`, …
    pub async fn create_room(
        &self,
        name: &str,
        options: &CreateRoom,
    ) -> Result<(Value, SecretString), ClientError> {
        let mut request = self.request(Method::POST, &["rooms", name]).json(options);
        if let Some(key) = &self.create_key {
            request = request.header("x-create-key", key);
        }
        let mut created: Value = self.call(request).await?;
        let key = created.as_object_mut().and_then(|object| object.remove("owner_key"));
        match key {
            Some(Value::String(key)) => Ok((created, key.into())),
            _ => Err(ClientError::Foreign("it made a room without an owner key")),
        }
    }

    /// A room as it is shown to everybody who may enter.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`] with `room_not_found`, `room_expired`, …
    pub async fn room(&self, name: &str) -> Result<Value, ClientError> {
        self.call(self.request(Method::GET, &["rooms", name])).await
    }

    /// Lets somebody in, or renews a token; where it is asked for, with what takes the session up again later.
    pub(crate) async fn issue_token(
        &self,
        room: &str,
        proof: Proof<'_>,
        with_refresh_token: bool,
    ) -> Result<IssuedToken<'static>, ClientError> {
        let body = IssueToken { with_refresh_token: with_refresh_token.then_some(true), ..proof.body() };
        self.call(self.request(Method::POST, &["rooms", room, "tokens"]).json(&body)).await
    }

    fn request_to(&self, method: Method, url: Url) -> RequestBuilder {
        self.http.request(method, url)
    }

    pub(crate) fn unreachable(&self, error: reqwest::Error) -> ClientError {
        ClientError::unreachable(self.server.as_str(), error)
    }

    /// Reads an answer of JSON.
    pub(crate) async fn read<T: DeserializeOwned>(&self, answer: Response) -> Result<T, ClientError> {
        let bytes = self.gather(self.accepted(answer).await?, ANSWER_MAX).await?;
        serde_json::from_slice(&bytes).map_err(|_| ClientError::Foreign("its answer is not understood"))
    }

    /// The answer, unless it is a refusal.
    pub(crate) async fn accepted(&self, answer: Response) -> Result<Response, ClientError> {
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status();
        let pause = pause(answer.headers());
        // What went wrong is known by its status already.
        let bytes = self.gather(answer, PROBLEM_MAX).await.unwrap_or_default();
        Err(ClientError::refused(status, pause, &bytes))
    }

    async fn gather(&self, mut answer: Response, most: usize) -> Result<Vec<u8>, ClientError> {
        let mut gathered = Vec::new();
        while let Some(piece) = self.piece(&mut answer).await? {
            if gathered.len() + piece.len() > most {
                return Err(ClientError::Foreign("its answer is too long"));
            }
            gathered.extend_from_slice(&piece);
        }
        Ok(gathered)
    }

    /// What a server gives out from elsewhere, as a bucket of its own: `link` opens it without the token, so it is
    /// shown to nobody, and nothing else is sent there. It leads no further.
    pub(crate) async fn fetch_elsewhere(&self, link: Url) -> Result<Response, ClientError> {
        let place = link.origin().ascii_serialization();
        if !matches!(link.scheme(), "http" | "https") || (link.scheme() == "http" && !self.server.is_plain())
        {
            return Err(ClientError::Foreign("it sends on to where others could listen"));
        }
        let unreachable = |error| ClientError::unreachable(&place, error);
        let http = match self.elsewhere.get() {
            Some(http) => http.clone(),
            None => {
                let made = builder(&self.user_agent).build().map_err(unreachable)?;
                self.elsewhere.get_or_init(|| made).clone()
            }
        };
        let answer = timeout(SILENCE, http.get(link).send()).await.map_err(|_| ClientError::Silent)?;
        let answer = answer.map_err(unreachable)?;
        match answer.status() {
            StatusCode::OK => Ok(answer),
            status => Err(ClientError::Unreachable { server: place, reason: format!("it answers {status}") }),
        }
    }

    /// The next bytes of an answer.
    pub(crate) async fn piece(&self, answer: &mut Response) -> Result<Option<bytes::Bytes>, ClientError> {
        let piece = timeout(SILENCE, answer.chunk()).await.map_err(|_| ClientError::Silent)?;
        piece.map_err(|error| self.unreachable(error))
    }
}

/// Behind what a list goes on, where an answer says that it does (RFC 8288).
fn next(headers: &HeaderMap) -> Option<String> {
    let links = headers.get(header::LINK)?.to_str().ok()?.split(", ");
    let next = links
        .filter(|link| link.ends_with("; rel=\"next\""))
        .find_map(|link| link.split(['<', '>']).nth(1))?;
    let (_, query) = next.split_once('?')?;
    let mut members = url::form_urlencoded::parse(query.as_bytes());
    members.find(|(name, _)| name == "after").map(|(_, after)| after.into_owned())
}

/// How long a server wants to be left alone: seconds (RFC 9110, section 10.2.3). A date is not looked at: clocks need
/// not agree.
fn pause(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get(header::RETRY_AFTER)?.to_str().ok()?;
    text.trim().parse().ok().map(Duration::from_secs)
}

/// What every connection is like. A redirection is not followed: it could carry passwords and files to somebody else.
fn builder(user_agent: &str) -> reqwest::ClientBuilder {
    reqwest::Client::builder()
        .user_agent(user_agent)
        .redirect(redirect::Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .tcp_keepalive(KEEPALIVE)
}

/// Reads what a server sent as `T`, which passes over members that it does not know.
///
/// # Errors
///
/// [`ClientError::Foreign`] when it is no `T`.
pub fn read<T: DeserializeOwned>(value: &Value) -> Result<T, ClientError> {
    T::deserialize(value).map_err(|_| ClientError::Foreign("its answer is not understood"))
}

//! A server in this process on a port of its own, with a clock that is set by hand, and a client that knows its way.

mod blobs;
pub mod chunked;
mod crypto;
pub mod events;

use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};

use elizabeth_blob_opendal::{Addressing, BucketBlobs, FolderBlobs, S3Options};
use elizabeth_core::{
    Elizabeth, Ports,
    memory::{MemoryBlobs, MemoryStore},
    policy::Policy,
    ports::{Blobs, Store},
    time::Timestamp,
};
use elizabeth_http::{edge::Edge, links::PublicUrl, server, state::AppState};
use elizabeth_storage_postgres::{PostgresOptions, PostgresStore};
use elizabeth_storage_sqlite::SqliteStore;
use elizabeth_test_servers::{Postgres, S3};
use elizabeth_testing::{ManualClock, SeededEntropy};
use reqwest::{Client, Method, RequestBuilder, Response, multipart};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};
use tokio_util::sync::CancellationToken;

use blobs::WatchedBlobs;

/// The admin token of every test server.
pub const ADMIN: &str = "admin-token-of-the-tests";

/// What a server of the tests keeps its data in. Each test program uses one.
#[derive(Clone, Copy, Debug)]
#[expect(dead_code, reason = "each test program uses one of them")]
pub enum Backend {
    /// The adapters in memory.
    Memory,
    /// SQLite and the file system.
    Sqlite,
    /// Postgres and a bucket: one server of each for all tests, with a database and a prefix a test.
    Postgres,
}

/// The bucket's server that all tests of a program share.
static BUCKETS: LazyLock<S3> = LazyLock::new(S3::open);

/// A running server. It ends when this is dropped.
pub struct TestServer {
    /// `http://127.0.0.1:port`
    pub url: String,
    /// A client without a token.
    pub client: Client,
    /// The server's clock.
    pub clock: ManualClock,
    /// The use cases behind it.
    pub app: Elizabeth,
    /// Its store.
    pub store: Arc<dyn Store>,
    blobs: Arc<WatchedBlobs>,
    stop: CancellationToken,
    running: Option<JoinHandle<()>>,
    _folder: Option<tempfile::TempDir>,
}

/// Blobs under a prefix of the shared bucket.
fn bucket(prefix: &str) -> BucketBlobs {
    BucketBlobs::new(&S3Options {
        bucket: S3::BUCKET.into(),
        prefix: prefix.into(),
        endpoint: Some(BUCKETS.endpoint()),
        region: S3::REGION.into(),
        access_key_id: S3::ACCESS_KEY_ID.into(),
        secret_access_key: S3::SECRET_ACCESS_KEY.into(),
        session_token: None,
        addressing: Addressing::Path,
    })
    .unwrap()
}

/// All tests come from one address: what clients are limited to is tested where that is tested.
fn unlimited() -> Edge {
    Edge { rate_limit: false, ..Edge::default() }
}

/// Serves a state on a port of its own.
async fn serve(state: AppState) -> (String, CancellationToken, Option<JoinHandle<()>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let stop = CancellationToken::new();
    let running = tokio::spawn(server::serve(listener, state, stop.clone(), Duration::from_secs(5)));
    (url, stop, Some(running))
}

impl TestServer {
    /// A server by the default policy.
    pub async fn start() -> Self {
        Self::start_towards(unlimited()).await
    }

    /// A server by a policy.
    pub async fn start_with(policy: Policy) -> Self {
        Self::launch(policy, None, unlimited()).await
    }

    /// A server by the default policy that people reach at another address than its own.
    pub async fn start_at(public_url: &str) -> Self {
        let policy = Policy::default().min_free(0);
        Self::launch(policy, Some(PublicUrl::parse(public_url).unwrap()), unlimited()).await
    }

    /// A server by the default policy that stands towards its clients as this says.
    pub async fn start_towards(edge: Edge) -> Self {
        Self::launch(Policy::default().min_free(0), None, edge).await
    }

    async fn launch(policy: Policy, public_url: Option<PublicUrl>, edge: Edge) -> Self {
        let clock = ManualClock::new(Timestamp::parse("2026-11-01T12:00:00Z").unwrap());
        let mut folder = None;
        let (store, blobs): (Arc<dyn Store>, Arc<dyn Blobs>) = match crate::BACKEND {
            Backend::Memory => (Arc::new(MemoryStore::new()), Arc::new(MemoryBlobs::new())),
            Backend::Sqlite => {
                let at = folder.insert(tempfile::tempdir().unwrap()).path();
                let store = SqliteStore::open(&at.join("elizabeth.db")).await.unwrap();
                (Arc::new(store), Arc::new(FolderBlobs::open(&at.join("blobs")).unwrap()))
            }
            Backend::Postgres => {
                let url = Postgres::shared().database("api");
                let options = PostgresOptions { max_connections: 4, ..PostgresOptions::default() };
                let store = PostgresStore::open(&url, options).await.unwrap();
                (Arc::new(store), Arc::new(bucket(url.rsplit('/').next().unwrap())))
            }
        };
        let blobs = Arc::new(WatchedBlobs::new(blobs));
        let ports = Ports {
            store: store.clone(),
            blobs: blobs.clone(),
            clock: Arc::new(clock.clone()),
            entropy: Arc::new(SeededEntropy::new(7)),
            passwords: Arc::new(crypto::QuickPasswords),
            signer: Arc::new(crypto::signer()),
        };
        let app = Elizabeth::new(ports, policy);
        let (url, stop, running) =
            serve(AppState::new(app.clone(), Some(&ADMIN.into()), public_url, edge)).await;
        // Of the whole process; the second time it is there already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::new();
        Self { url, client, clock, app, store, blobs, stop, running, _folder: folder }
    }

    /// The same data served by one more server, whose operator set no admin token.
    pub async fn without_admin(&self) -> Self {
        let (url, stop, running) = serve(AppState::new(self.app.clone(), None, None, unlimited())).await;
        let (app, client, clock) = (self.app.clone(), self.client.clone(), self.clock.clone());
        let (store, blobs) = (self.store.clone(), self.blobs.clone());
        Self { url, client, clock, app, store, blobs, stop, running, _folder: None }
    }

    /// Ends the server as a signal would, and waits for its end.
    pub async fn shut_down(mut self) {
        self.stop.cancel();
        self.running.take().unwrap().await.unwrap();
    }

    /// A request to a path under `/api/v1`.
    pub fn request(&self, method: Method, path: &str, token: Option<&str>) -> RequestBuilder {
        let request = self.client.request(method, format!("{}/api/v1{path}", self.url));
        match token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Asks for what must be there.
    pub async fn get(&self, path: &str, token: Option<&str>) -> Value {
        ok(self.request(Method::GET, path, token)).await
    }

    /// Does what must succeed.
    pub async fn post(&self, path: &str, token: Option<&str>, body: Value) -> Value {
        ok(self.request(Method::POST, path, token).json(&body)).await
    }

    /// Deletes what must be there.
    pub async fn delete(&self, path: &str, token: &str) -> Value {
        ok(self.request(Method::DELETE, path, Some(token))).await
    }

    /// Makes a room; answers the room with its owner key.
    pub async fn create(&self, name: &str) -> Value {
        self.post(&format!("/rooms/{name}"), None, json!({})).await
    }

    /// Enters a room without a password; the token.
    pub async fn enter(&self, room: &str) -> String {
        let entered = self.post(&format!("/rooms/{room}/tokens"), None, json!({})).await;
        entered["token"].as_str().unwrap().to_owned()
    }

    /// Makes a room and enters it first: the owner's token.
    pub async fn create_and_enter(&self, name: &str) -> String {
        self.create(name).await;
        self.enter(name).await
    }

    /// Reserves space; the reservation's number.
    pub async fn prepare(&self, room: &str, token: &str, files: Value) -> i64 {
        let path = format!("/rooms/{room}/contents/prepare");
        let prepared = self.post(&path, Some(token), json!({"files": files})).await;
        prepared["reservation_id"].as_i64().unwrap()
    }

    /// An upload on a reservation, to be sent.
    pub fn upload_form(
        &self,
        room: &str,
        token: &str,
        reservation: i64,
        form: multipart::Form,
    ) -> RequestBuilder {
        let path = format!("/rooms/{room}/contents?reservation_id={reservation}");
        self.request(Method::POST, &path, Some(token)).multipart(form)
    }

    /// Reserves and uploads one file; the content.
    pub async fn upload(&self, room: &str, token: &str, name: &str, bytes: impl Into<Vec<u8>>) -> Value {
        self.upload_as(room, token, json!({"name": name}), bytes).await
    }

    /// The same with more to say in the manifest; the size is added.
    pub async fn upload_as(
        &self,
        room: &str,
        token: &str,
        mut file: Value,
        bytes: impl Into<Vec<u8>>,
    ) -> Value {
        let bytes = bytes.into();
        file["size"] = json!(bytes.len());
        let name = file["name"].as_str().unwrap().to_owned();
        let reservation = self.prepare(room, token, json!([file])).await;
        let form = multipart::Form::new().part("file", multipart::Part::bytes(bytes).file_name(name));
        let mut uploaded = ok(self.upload_form(room, token, reservation, form)).await;
        uploaded["uploaded"][0].take()
    }

    /// Asks for a content's bytes.
    pub async fn fetch(&self, room: &str, token: &str, id: &Value, headers: &[(&str, &str)]) -> Response {
        let mut request = self.request(Method::GET, &format!("/rooms/{room}/contents/{id}"), Some(token));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        request.send().await.unwrap()
    }

    /// Waits until nothing is stored or held in a room, and no blob is left.
    pub async fn becomes_empty(&self, room: &str, token: &str) {
        for _ in 0..400 {
            let room = self.get(&format!("/rooms/{room}"), Some(token)).await;
            if room["current_size"] == 0 && self.blob_count().await == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("space or blobs are still held");
    }

    /// How many blobs there are.
    pub async fn blob_count(&self) -> usize {
        self.blobs.count()
    }

    /// How many blobs are announced, and belong to nothing yet.
    pub async fn announced(&self) -> u64 {
        let mut tx = self.store.read().await.unwrap();
        tx.lapsed_announcements(Timestamp::MAX).await.unwrap()
    }

    /// Waits until there are so many blobs, and none is announced.
    pub async fn settles_at(&self, blobs: usize) {
        for _ in 0..400 {
            if self.blob_count().await == blobs && self.announced().await == 0 {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} blobs, {} announced", self.blob_count().await, self.announced().await);
    }

    /// From now on no blob can be read to its end.
    pub fn break_blobs(&self) {
        self.blobs.break_down();
    }

    /// Waits until so many bytes were written to blobs.
    pub async fn received(&self, bytes: u64) {
        for _ in 0..2_000 {
            if self.blobs.written() >= bytes {
                return;
            }
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        panic!("{} of {bytes} bytes were written", self.blobs.written());
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Writes a request to a socket as it is, and reads what is answered until the server ends the connection.
pub async fn exchange(server: &TestServer, request: &str) -> String {
    answer_to(server, request, false).await
}

/// The same for a client that goes away behind what it wrote: there may be no answer.
pub async fn cut_off(server: &TestServer, request: &str) -> String {
    answer_to(server, request, true).await
}

async fn answer_to(server: &TestServer, request: &str, goes_away: bool) -> String {
    let address = server.url.strip_prefix("http://").unwrap();
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    // The server may have refused and gone by now.
    let _ = stream.write_all(request.as_bytes()).await;
    if goes_away {
        let _ = stream.shutdown().await;
    }
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

/// Sends a request that must succeed; its JSON.
pub async fn ok(request: RequestBuilder) -> Value {
    let answer = request.send().await.unwrap();
    let (status, url) = (answer.status(), answer.url().clone());
    let text = answer.text().await.unwrap();
    assert!(status.is_success(), "{status} {url}: {text}");
    serde_json::from_str(&text).unwrap()
}

/// Sends a request that must be refused; the problem.
pub async fn refused(request: RequestBuilder, status: u16, code: &str) -> Value {
    let answer = request.send().await.unwrap();
    let got = answer.status().as_u16();
    let text = answer.text().await.unwrap();
    assert_eq!(got, status, "{code}: {text}");
    let problem: Value = serde_json::from_str(&text).unwrap();
    assert_eq!(problem["code"], code, "{text}");
    problem
}

/// A header's value, empty where it is missing.
pub fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

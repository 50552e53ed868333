//! What stands between the tool and a server, sees what passes, and gets in its way.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderName, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use futures::{future::BoxFuture, pending};
use tokio::sync::watch;

use crate::server::{Server, serve};

/// What becomes of a request.
pub enum Way {
    /// It passes as it is.
    On,
    /// It passes with another body.
    With(Vec<u8>),
    /// It is answered here.
    Back(Response),
    /// It waits until nobody wants its answer any more.
    Nowhere,
}

/// What is known of a request before it passes: its method and its path.
pub struct Passing<'a> {
    pub method: &'a Method,
    pub path: &'a str,
}

impl Passing<'_> {
    pub fn is_chunk(&self) -> bool {
        self.method == Method::PUT && self.path.contains("/uploads/chunks/")
    }
}

type Rule = dyn Fn(Passing<'_>) -> Way + Send + Sync;

/// A proxy in front of a server.
pub struct Proxy {
    url: String,
    state: State,
}

#[derive(Clone)]
struct State {
    server: Arc<str>,
    http: reqwest::Client,
    rule: Arc<Mutex<Arc<Rule>>>,
    log: Arc<Mutex<Vec<String>>>,
    /// Chunks that have arrived, and requests that found no server.
    counts: watch::Sender<(usize, usize)>,
}

impl Proxy {
    pub async fn before(server: &Server) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let state = State {
            server: server.url.as_str().into(),
            http: reqwest::Client::builder().tls_certs_only([]).build().unwrap(),
            rule: Arc::new(Mutex::new(Arc::new(|_: Passing<'_>| Way::On))),
            log: Arc::default(),
            counts: watch::channel((0, 0)).0,
        };
        let forwarding = state.clone();
        let forward = move |request| forwarding.clone().forward(request);
        Self { url: serve(Router::new().fallback(forward)).await, state }
    }

    /// The address of a room.
    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }

    /// From now on requests go this way; what has passed is forgotten.
    pub fn rule(&self, rule: impl Fn(Passing<'_>) -> Way + Send + Sync + 'static) {
        *self.state.rule.lock().unwrap() = Arc::new(rule);
        self.state.log.lock().unwrap().clear();
        self.state.counts.send_replace((0, 0));
    }

    /// Waits until so many chunks have arrived, and so many requests have found no server.
    pub async fn until(&self, arrived: usize, lost: usize) {
        let mut counts = self.state.counts.subscribe();
        counts.wait_for(|counts| counts.0 >= arrived && counts.1 >= lost).await.unwrap();
    }

    /// The requests that came, as `PUT /path`, whose text has this part.
    pub fn seen(&self, part: &str) -> Vec<String> {
        let log = self.state.log.lock().unwrap();
        log.iter().filter(|line| line.contains(part)).cloned().collect()
    }

    /// The chunks that were sent, by their index, sorted.
    pub fn chunks(&self) -> Vec<u64> {
        let index = |line: String| line.rsplit_once('/').unwrap().1.parse::<u64>().unwrap();
        let mut chunks: Vec<u64> = self.seen("PUT ").into_iter().map(index).collect();
        chunks.sort_unstable();
        chunks
    }
}

impl State {
    fn forward(self, request: Request) -> BoxFuture<'static, Response> {
        Box::pin(async move {
            let (parts, body) = request.into_parts();
            let path = parts.uri.path();
            self.log.lock().unwrap().push(format!("{} {path}", parts.method));
            let passing = Passing { method: &parts.method, path };
            let is_chunk = passing.is_chunk();
            let rule = self.rule.lock().unwrap().clone();
            let mut headers = parts.headers.clone();
            headers.remove(header::HOST);
            let body = match rule(passing) {
                Way::On => reqwest::Body::wrap_stream(body.into_data_stream()),
                Way::With(bytes) => {
                    headers.insert(header::CONTENT_LENGTH, bytes.len().into());
                    bytes.into()
                }
                Way::Back(answer) => {
                    // What is sent is taken first: an answer before could be lost with the connection.
                    let _ = to_bytes(body, usize::MAX).await;
                    return answer;
                }
                Way::Nowhere => loop {
                    pending!();
                },
            };
            let url = format!("{}{}", self.server, parts.uri);
            let sent = self.http.request(parts.method, url).headers(headers).body(body).send().await;
            let answer = match sent {
                Ok(answer) => answer,
                Err(_) => {
                    self.counts.send_modify(|counts| counts.1 += 1);
                    return StatusCode::BAD_GATEWAY.into_response();
                }
            };
            if is_chunk && answer.status().is_success() {
                self.counts.send_modify(|counts| counts.0 += 1);
            }
            let mut back = Response::builder().status(answer.status());
            let connection = HeaderName::from_static("connection");
            for (name, value) in answer.headers().iter().filter(|(name, _)| **name != connection) {
                back = back.header(name, value);
            }
            back.body(Body::from(answer.bytes().await.unwrap_or_default())).unwrap()
        })
    }
}

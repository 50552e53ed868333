//! What stands in for a server that no real one is.

use std::{
    convert::Infallible,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Body,
    extract::Request,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing,
};
use futures::{StreamExt, stream};
use serde_json::{Value, json};

use crate::server::serve;

/// A room whose stream says what a test wants.
pub struct StandIn {
    url: String,
    heard: Arc<Mutex<Vec<Value>>>,
}

/// How an opening of the stream is answered.
pub enum Opening {
    /// With this, and then the end.
    Ends(String),
    /// With this, and nothing more.
    Stays(String),
    Refused(StatusCode),
}

impl StandIn {
    /// One that tells of these events, and then ends the stream.
    pub async fn start(events: &[(&str, Value)]) -> Self {
        let numbered = events.iter().zip(1..);
        let events = numbered.map(|((kind, data), n)| format!("id: 1.{n}\nevent: {kind}\ndata: {data}\n\n"));
        let stream = format!("retry: 0\n\nid: 1.0\n\n{}", events.collect::<String>());
        Self::answering(3_600, vec![Opening::Ends(stream)]).await
    }

    /// One whose tokens live for so many seconds, and sessions no longer where that is none, and whose stream is opened so, one time after the other.
    pub async fn answering(life: u64, openings: Vec<Opening>) -> Self {
        let heard: Arc<Mutex<Vec<Value>>> = Arc::default();
        let (issued, opened) = (heard.clone(), heard.clone());
        let openings = Arc::new(Mutex::new(openings.into_iter()));
        let issue = async move |body: String| {
            let body: Value = serde_json::from_str(&body).unwrap();
            issued.lock().unwrap().push(body.clone());
            let refresh = body["with_refresh_token"].as_bool().map(|_| "ref_1");
            let until =
                refresh.map(|_| if life == 0 { "2026-01-01T00:00:00Z" } else { "2036-01-01T00:00:00Z" });
            json!({
                "token": "t", "claims": {"exp": 7 + life, "iat": 7},
                "refresh_token": refresh, "refresh_token_expires_at": until,
            })
            .to_string()
        };
        let open = async move |request: Request| -> Response {
            let last = request.headers().get("last-event-id").map(|id| id.to_str().unwrap().to_owned());
            opened.lock().unwrap().push(json!({"opened": last}));
            let opening = openings.lock().unwrap().next();
            let body = match opening {
                Some(Opening::Ends(text)) => Body::from(text),
                Some(Opening::Stays(text)) => {
                    let text = stream::iter([Ok::<_, Infallible>(text)]);
                    Body::from_stream(text.chain(stream::pending()))
                }
                Some(Opening::Refused(status)) => return status.into_response(),
                None => return StatusCode::NOT_FOUND.into_response(),
            };
            ([(header::CONTENT_TYPE, "text/event-stream")], body).into_response()
        };
        let router = Router::new()
            .route("/api/v1/rooms/room/tokens", routing::post(issue))
            .route("/api/v1/rooms/room/contents", routing::get(async || "[]"))
            .route("/api/v1/rooms/room/contents/{id}/download", routing::get(async || "hello"))
            .route("/api/v1/rooms/room/events", routing::get(open));
        Self { url: serve(router).await, heard }
    }

    pub fn at(&self, path: &str) -> String {
        format!("{}/{path}", self.url)
    }

    /// What was asked for tokens with, and behind which ids the stream was opened.
    pub fn heard(&self) -> Vec<Value> {
        self.heard.lock().unwrap().clone()
    }

    /// The data of a content that was added, whose bytes are `hello`.
    pub fn content(id: i64, name: &str) -> Value {
        json!({"id": id, "content": {
            "id": id, "content_type": "file", "file_name": name, "size": 5, "download_count": 0,
            "sha256": "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824",
            "created_at": "2026-11-21T00:00:00Z",
        }})
    }
}

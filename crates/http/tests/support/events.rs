//! A client that listens to a room.

use std::time::Duration;

use reqwest::{RequestBuilder, Response};
use serde_json::Value;

/// What happened in a room, as it comes.
pub struct Events {
    answer: Response,
    received: Vec<u8>,
    /// What a client sends as `Last-Event-ID` when it comes again.
    pub last_id: String,
    pub head: Vec<(String, String)>,
}

/// An event as it came.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub id: Option<String>,
    pub kind: String,
    pub data: Value,
}

impl Events {
    /// Begins to listen; from the first line on everything is heard.
    pub async fn open(request: RequestBuilder) -> Self {
        Self::try_open(request).await.unwrap()
    }

    /// The same where the server may be gone.
    pub async fn try_open(request: RequestBuilder) -> Option<Self> {
        let answer = request.send().await.ok()?;
        assert_eq!(answer.status(), 200, "{answer:?}");
        let text = |value: &reqwest::header::HeaderValue| value.to_str().unwrap().to_owned();
        let head =
            answer.headers().iter().map(|(name, value)| (name.as_str().to_owned(), text(value))).collect();
        let mut events = Self { answer, received: Vec::new(), last_id: String::new(), head };
        // The server is there once it has said how long to wait before coming again.
        let hello = events.block().await?;
        assert!(hello.starts_with("retry: "), "{hello}");
        Some(events)
    }

    /// The next event; `None` at the end, however it comes.
    pub async fn next(&mut self) -> Option<Event> {
        loop {
            let block = self.block().await?;
            let mut event = Event { id: None, kind: String::new(), data: Value::Null };
            for line in block.lines() {
                let (name, value) = line.split_once(": ").unwrap_or((line, ""));
                match name {
                    "id" => event.id = Some(value.to_owned()),
                    "event" => value.clone_into(&mut event.kind),
                    "data" => event.data = serde_json::from_str(value).unwrap(),
                    "" | "retry" => {}
                    other => panic!("{other}: {block}"),
                }
            }
            if let Some(id) = &event.id {
                self.last_id.clone_from(id);
            }
            if !event.kind.is_empty() {
                return Some(event);
            }
        }
    }

    /// The next event, which comes within seconds.
    pub async fn soon(&mut self) -> Event {
        let event = tokio::time::timeout(Duration::from_secs(10), self.next()).await;
        event.unwrap().unwrap()
    }

    /// The word and the data of the next one.
    pub async fn expect(&mut self, kind: &str) -> Value {
        let event = self.soon().await;
        assert_eq!(event.kind, kind, "{event:?}");
        event.data
    }

    /// Ends within so long, whatever comes before.
    pub async fn ends_within(mut self, time: Duration) {
        let ended = tokio::time::timeout(time, async { while self.next().await.is_some() {} }).await;
        assert!(ended.is_ok(), "the stream goes on");
    }

    /// The lines up to the next empty one.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some(at) = self.received.windows(2).position(|two| two == b"\n\n") {
                let rest = self.received.split_off(at + 2);
                let block = std::mem::replace(&mut self.received, rest);
                return Some(String::from_utf8(block).unwrap());
            }
            self.received.extend_from_slice(&self.answer.chunk().await.ok()??);
        }
    }
}

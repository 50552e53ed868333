use std::{mem, time::Duration};

use reqwest::{Method, Response, header};
use serde_json::Value;
use tokio::time::{Instant, sleep_until, timeout_at};

use super::parser::{Item, Parser};
use crate::{
    backoff::{Again, Attempts},
    error::ClientError,
    session::Session,
};

/// A server sends something every 15 seconds: a line on which nothing came for so long is dead.
const SILENCE: Duration = Duration::from_secs(40);
/// How long to wait before coming again where the server does not say it, and the longest that it may say.
const RETRY: Duration = Duration::from_secs(2);
const RETRY_MAX: Duration = Duration::from_secs(60);
/// A stream is not given up sooner for a newer token, however short tokens live.
const STAY: Duration = Duration::from_secs(5);

/// Follows a room, for as long as it is there and may be followed: a line that breaks is opened again, behind what came
/// last, and the token renewed before it is over.
pub struct Events {
    cursor: Option<String>,
    stream: Option<Stream>,
    retry: Duration,
    /// When the line may be opened again.
    not_before: Option<Instant>,
    attempts: Attempts,
    is_away: bool,
    is_over: bool,
}

/// What comes from a room that is followed.
#[derive(Debug)]
pub enum Followed {
    /// Something happened.
    Event(RoomEvent),
    /// There is nothing more up to this id, from which a later call can go on. The first thing that comes from an open
    /// line, and what comes behind a `reset`.
    Mark(String),
    /// The line is open, and nothing came for so long as [`Events::next_within`] was to wait.
    Quiet,
    /// The line is lost. It is opened again as soon as it can be, and of further failures until then nothing comes.
    Away(ClientError),
}

/// Something that happened in a room.
#[derive(Clone, Debug, PartialEq)]
pub struct RoomEvent {
    /// The room's number, a dot and the event's, which ascend without a gap; `None` for what is kept nowhere, and `reset`.
    pub id: Option<String>,
    /// A word such as `content.created`.
    pub kind: String,
    /// What it is about, in the form of `elizabeth_api::EventData`.
    pub data: Value,
}

/// An open stream.
struct Stream {
    answer: Response,
    parser: Parser,
    /// When something came last.
    heard_at: Instant,
    renew_at: Instant,
}

impl Events {
    /// What happens from now on, or behind the event of this id.
    pub fn behind(id: Option<String>) -> Self {
        Self {
            cursor: id,
            stream: None,
            retry: RETRY,
            not_before: None,
            attempts: Attempts::endless(),
            is_away: false,
            is_over: false,
        }
    }

    /// What comes next; `None` behind `room.deleted`. What was missed while the line was broken comes first, once and in
    /// order, or a `reset`: then the room has to be listed anew. Dropping the future loses nothing.
    ///
    /// # Errors
    ///
    /// [`ClientError::Refused`] when the room is gone or may not be followed any more: `room_not_found`,
    /// `permission_denied`, … A server that is away or busy is no error.
    pub async fn next(&mut self, session: &mut Session) -> Result<Option<Followed>, ClientError> {
        self.next_within(session, Duration::MAX).await
    }

    /// The same, or [`Followed::Quiet`] where nothing comes within this time on a line that is open.
    ///
    /// # Errors
    ///
    /// As [`Events::next`].
    pub async fn next_within(
        &mut self,
        session: &mut Session,
        time: Duration,
    ) -> Result<Option<Followed>, ClientError> {
        let until = Instant::now().checked_add(time);
        while !self.is_over {
            match &mut self.stream {
                Some(stream) => match stream.parser.next() {
                    Some(item) => {
                        if let Some(followed) = self.take(item)? {
                            return Ok(Some(followed));
                        }
                    }
                    None if self.read(until).await? => return Ok(Some(Followed::Quiet)),
                    None => {}
                },
                None => {
                    if let Some(error) = self.open(session).await? {
                        return Ok(Some(Followed::Away(error)));
                    }
                }
            }
        }
        Ok(None)
    }

    fn take(&mut self, item: Item) -> Result<Option<Followed>, ClientError> {
        match item {
            Item::Retry(retry) => {
                self.retry = retry.min(RETRY_MAX);
                Ok(None)
            }
            Item::Mark(id) => {
                self.cursor = Some(id.clone());
                Ok(Some(Followed::Mark(id)))
            }
            Item::Event { id, kind, data } => {
                let data = serde_json::from_str(&data);
                let data = data.map_err(|_| ClientError::Foreign("an event of its is not understood"))?;
                if id.is_some() {
                    self.cursor.clone_from(&id);
                }
                self.is_over = kind == "room.deleted";
                Ok(Some(Followed::Event(RoomEvent { id, kind, data })))
            }
        }
    }

    /// Reads on, unless nothing comes any more; whether nothing came until an instant.
    async fn read(&mut self, until: Option<Instant>) -> Result<bool, ClientError> {
        let Some(stream) = &mut self.stream else { return Ok(false) };
        let dead = stream.renew_at.min(stream.heard_at + SILENCE);
        let until = until.filter(|until| *until < dead);
        match timeout_at(until.unwrap_or(dead), stream.answer.chunk()).await {
            Ok(Ok(Some(bytes))) => {
                stream.heard_at = Instant::now();
                stream.parser.feed(&bytes)?;
            }
            // It has ended or is broken, perhaps for many at once.
            Ok(Ok(None) | Err(_)) => {
                let spread = 0.5 + rand::random::<f64>() / 2.0;
                self.not_before = Some(Instant::now() + self.retry.mul_f64(spread));
                self.stream = None;
            }
            Err(_) if until.is_some() => return Ok(true),
            // It is dead, or its token is about to be.
            Err(_) => self.stream = None,
        }
        Ok(false)
    }

    /// Opens the line. The first failure of several is the result.
    async fn open(&mut self, session: &mut Session) -> Result<Option<ClientError>, ClientError> {
        if let Some(at) = self.not_before {
            sleep_until(at).await;
            self.not_before = None;
        }
        let error = match Stream::open(session, self.cursor.as_deref()).await {
            Ok(stream) => {
                self.stream = Some(stream);
                self.attempts = Attempts::endless();
                self.is_away = false;
                return Ok(None);
            }
            Err(error) => error,
        };
        match self.attempts.after(&error) {
            Some(Again::WithNewToken) => session.outdate(),
            Some(Again::After(pause)) => {
                self.not_before = Some(Instant::now() + pause);
                if !mem::replace(&mut self.is_away, true) {
                    return Ok(Some(error));
                }
            }
            None => return Err(error),
        }
        Ok(None)
    }
}

impl Stream {
    async fn open(session: &mut Session, cursor: Option<&str>) -> Result<Self, ClientError> {
        let mut request = session.request(Method::GET, &["events"]).await?;
        if let Some(cursor) = cursor.filter(|cursor| !cursor.is_empty()) {
            request = request.header("last-event-id", cursor);
        }
        let renew_at = session.renewal_due().max(Instant::now() + STAY);
        let client = session.client();
        let answer = client.accepted(client.send(request).await?).await?;
        let kind = answer.headers().get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
        if !kind.is_some_and(|kind| kind.starts_with("text/event-stream")) {
            return Err(ClientError::Foreign("it does not say what happens in a room"));
        }
        Ok(Self { answer, parser: Parser::default(), heard_at: Instant::now(), renew_at })
    }
}

#[cfg(test)]
mod tests {
    use tokio::{
        io::{AsyncReadExt, AsyncWriteExt},
        net::TcpListener,
        sync::mpsc::{UnboundedReceiver, unbounded_channel},
    };

    use super::*;
    use crate::{Client, Credentials, Server};

    /// A server that gives out tokens, and opens streams that say no more than up to where all is known. Its address,
    /// and the heads of the requests for streams.
    async fn silent_server() -> (Server, UnboundedReceiver<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let server = Server::parse(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let (sender, heads) = unbounded_channel();
        tokio::spawn(async move {
            let mut open = Vec::new();
            loop {
                let (mut line, _) = listener.accept().await.unwrap();
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    head.push(line.read_u8().await.unwrap());
                }
                let head = String::from_utf8(head).unwrap();
                let answer = if head.starts_with("POST") {
                    let token = r#"{"token":"t","claims":{"exp":3600,"iat":0}}"#;
                    format!("content-length: {}\r\nconnection: close\r\n\r\n{token}", token.len())
                } else {
                    sender.send(head).unwrap();
                    format!("content-type: text/event-stream\r\n\r\nid: 1.{}\n\n", open.len())
                };
                line.write_all(format!("HTTP/1.1 200 OK\r\n{answer}").as_bytes()).await.unwrap();
                open.push(line);
            }
        });
        (server, heads)
    }

    #[tokio::test]
    async fn a_line_that_has_died_without_a_word_is_opened_anew() {
        let (server, mut heads) = silent_server().await;
        let client = Client::new(server, "test").unwrap();
        let mut session = Session::enter(&client, "room", &Credentials::default()).await.unwrap();
        let mut events = Events::behind(None);
        let first = events.next(&mut session).await.unwrap();
        assert!(matches!(first, Some(Followed::Mark(id)) if id == "1.1"));
        let silence = async {
            tokio::time::pause();
            tokio::time::advance(SILENCE).await;
            tokio::time::resume();
        };
        let (next, ()) = tokio::join!(events.next(&mut session), silence);
        assert!(matches!(next.unwrap(), Some(Followed::Mark(id)) if id == "1.2"));
        assert!(!heads.recv().await.unwrap().contains("last-event-id"));
        assert!(heads.recv().await.unwrap().contains("last-event-id: 1.1\r\n"));
    }
}

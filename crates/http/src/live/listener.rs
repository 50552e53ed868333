use std::{convert::Infallible, time::Duration};

use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, header},
    response::{IntoResponse, Response},
};
use bytes::Bytes;
use elizabeth_core::{Caller, Error, id::SessionId, name::RoomRef, service::Listening, time::Timestamp};
use futures::stream;
use serde_json::json;
use tokio::time::{Instant, sleep_until};

use super::{
    crowd::Who,
    cursor::Since,
    frame::{encode, mark},
    hub::Place,
    jitter::within,
    notes::Ear,
    places::Full,
    ring::Next,
    source::Source,
};
use crate::{
    body::Answer,
    extract::Counted,
    problem::{Problem, RequestCode},
    state::AppState,
};

/// A listener that hears nothing is sent a sign of life so often, and judged anew: what another process has revoked ends
/// within this time.
const KEEP: Duration = Duration::from_secs(15);
/// Within this time everybody in a room is judged anew once somebody's rights have changed, not all at once.
const JUDGING: Duration = Duration::from_millis(700);
/// Within this time the streams of a process end that is about to end, so that not all clients come again at once.
const CLOSING: Duration = Duration::from_secs(3);
/// How long clients wait at least before they come again, and how much longer at most.
const RETRY: Duration = Duration::from_secs(1);
const RETRY_SPREAD: Duration = Duration::from_secs(2);
/// What one listener holds of what it has not taken yet: the rest is read again.
const HELD: usize = 64 << 10;
/// When a client may ask again that found no place.
const FULL_WAIT: Duration = Duration::from_secs(10);

static ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// Answers with what happens in a room from now on, or from where a client has been, until its rights end.
pub(crate) async fn follow(
    state: &AppState,
    room: RoomRef,
    caller: Caller,
    client: Counted,
    headers: &HeaderMap,
) -> Answer {
    let app = state.app();
    let listening = app.listen(&room, &caller).await?;
    let since = Since::of(headers, listening.room);
    let client = client.0.map(|client| client.network());
    let place = state.hub().join(app, listening.room, listening.range.newest, client).map_err(no_place)?;
    let listener = Listener::new(app.clone(), place, room, caller, &listening, since);
    Ok(stream_of(listener))
}

fn no_place(full: Full) -> Problem {
    match full {
        Full::Process => {
            Problem::new(RequestCode::ListenersFull, "as many listen here as may; try again later")
        }
        Full::Room => Problem::new(RequestCode::TooManyListeners, "as many listen to this room as may"),
        Full::Client => Problem::new(
            RequestCode::TooManyListeners,
            "too many event streams are open from this address: close one",
        ),
    }
    .after(FULL_WAIT)
}

fn stream_of<S: Source>(listener: Listener<S>) -> Response {
    // A stream may be open for long: it is there once, not beside the future that it is moved into.
    let events = stream::unfold(Box::new(listener), |mut listener| async move {
        listener.next().await.map(|bytes| (Ok::<_, Infallible>(bytes), listener))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
        // Or nginx would keep events until it has 8 KiB of them.
        (ACCEL_BUFFERING.clone(), HeaderValue::from_static("no")),
    ];
    (headers, Body::from_stream(events)).into_response()
}

/// Somebody who listens to a room: a cursor among its events.
pub(super) struct Listener<S> {
    source: S,
    place: Place,
    room: RoomRef,
    caller: Caller,
    visible: Option<SessionId>,
    until: Timestamp,
    /// The number of the newest event that was sent or passed over.
    cursor: u64,
    /// The one that the client knows of.
    marked: u64,
    /// Who it is to others, and whether it sees them.
    ear: Ear,
    /// The number of the last note that it was sent or that it passed over.
    noted: u64,
    /// What is to be sent next, the last of it in front.
    waiting: Vec<Bytes>,
    /// The count of judgements that it was last judged by.
    judged: u32,
    judge_at: Option<Instant>,
    keep_at: Instant,
    end_at: Option<Instant>,
    is_over: bool,
}

impl<S: Source> Listener<S> {
    /// One that was judged a moment ago.
    pub(super) fn new(
        source: S,
        place: Place,
        room: RoomRef,
        caller: Caller,
        listening: &Listening,
        since: Since,
    ) -> Self {
        let (cursor, is_reset) = since.begin(listening.range);
        let (judged, noted) = (place.news.borrow().judged, place.room.notes().newest());
        let retry = (RETRY + within(RETRY_SPREAD)).as_millis();
        let mut listener = Self {
            source,
            place,
            room,
            caller,
            visible: listening.visible,
            ear: Ear {
                who: Who::of(listening.room, listening.session),
                is_alone: listening.visible.is_some(),
            },
            noted,
            until: listening.until,
            cursor,
            marked: cursor,
            waiting: Vec::new(),
            judged,
            judge_at: None,
            // Those who came at once are kept alive one after the other.
            keep_at: Instant::now() + KEEP / 2 + within(KEEP / 2),
            end_at: None,
            is_over: false,
        };
        match is_reset {
            true => listener.reset(cursor),
            false => listener.waiting.push(mark((listener.place.room.id, cursor))),
        }
        listener.waiting.push(format!("retry: {retry}\n\n").into());
        listener
    }

    /// What is to be sent next; `None` at the end.
    pub(super) async fn next(&mut self) -> Option<Bytes> {
        loop {
            if let Some(bytes) = self.waiting.pop() {
                return Some(bytes);
            }
            // Nothing waits for most of the time.
            self.waiting = Vec::new();
            if self.is_over {
                return None;
            }
            self.look().await;
            if self.is_over || !self.waiting.is_empty() {
                continue;
            }
            if let Some(bytes) = self.note() {
                return Some(bytes);
            }
            let next = self.place.room.ring().after(self.cursor, self.visible);
            match next {
                Next::Event(seq, kind, bytes) => {
                    self.sent(seq, kind);
                    return Some(bytes);
                }
                Next::Elsewhere => Box::pin(self.read_page()).await,
                Next::Nothing(through) => {
                    self.cursor = through;
                    self.wait().await;
                }
            }
        }
    }

    /// Does what is due: ends, judges, keeps alive.
    async fn look(&mut self) {
        let news = *self.place.news.borrow_and_update();
        let now = Instant::now();
        if news.gone {
            return self.end_gone();
        }
        if news.closing && self.end_at.is_none() {
            self.end_at = Some(now + within(CLOSING));
        }
        if news.judged != self.judged {
            self.judged = news.judged;
            self.judge_at = Some(now + within(JUDGING));
        }
        if self.end_at.is_some_and(|end| end <= now) || self.source.now() >= self.until {
            self.is_over = true;
            return;
        }
        let keep = self.keep_at <= now;
        if keep || self.judge_at.is_some_and(|judge| judge <= now) {
            self.judge_at = None;
            Box::pin(self.judge()).await;
        }
        if keep {
            self.keep_at = Instant::now() + KEEP;
            // What was passed over need not be read again by a client that comes again.
            let id = (self.place.room.id, self.cursor);
            let sign = if self.marked < self.cursor { mark(id) } else { Bytes::from_static(b": keep\n\n") };
            self.marked = self.cursor;
            self.waiting.push(sign);
        }
    }

    /// Whether it may go on. Where the store cannot say, it may: nothing new comes from it either.
    async fn judge(&mut self) {
        match self.source.listen(&self.room, &self.caller).await {
            Ok(listening) if listening.room == self.place.room.id => {
                self.until = listening.until;
                if self.visible != listening.visible {
                    // What there is to see is another thing now.
                    self.visible = listening.visible;
                    self.ear.is_alone = self.visible.is_some();
                    self.reset(listening.range.newest);
                }
            }
            Err(Error::Store(error)) => tracing::debug!(%error, "a listener could not be judged"),
            Err(Error::RoomNotFound) => self.end_gone(),
            Ok(_) | Err(_) => self.is_over = true,
        }
    }

    /// Reads what is not kept encoded, for this listener alone.
    async fn read_page(&mut self) {
        let page = {
            let _turn = self.place.hub().turn().await;
            self.source.frames(self.place.room.id, self.cursor).await
        };
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(%error, "events could not be read for a listener: it has to come again");
                self.is_over = true;
                return;
            }
        };
        if page.first().is_none_or(|first| first.event.seq != self.cursor + 1) {
            let newest = self.place.room.ring().newest();
            return self.reset(newest);
        }
        let mut bytes = 0;
        for frame in page {
            bytes += frame.bytes.len();
            if bytes > HELD && !self.waiting.is_empty() {
                break;
            }
            if frame.event.is_seen_by(self.visible) {
                self.sent(frame.event.seq, frame.event.what.kind());
                self.waiting.push(frame.bytes);
            } else {
                self.cursor = frame.event.seq;
            }
        }
        self.waiting.reverse();
    }

    /// Something happens, or is due.
    async fn wait(&mut self) {
        let due = [self.judge_at, self.end_at].into_iter().flatten().fold(self.keep_at, Instant::min);
        let left = self.until.since(self.source.now());
        let due = Instant::now().checked_add(left).map_or(due, |over| due.min(over));
        tokio::select! {
            // The room, which sends, is there as long as this place in it.
            _ = self.place.news.changed() => {}
            () = sleep_until(due) => {}
        }
    }

    /// The next of what is sent and not kept.
    fn note(&mut self) -> Option<Bytes> {
        let (kind, bytes) = self.place.room.notes().after(&mut self.noted, self.ear)?;
        self.place.hub().metrics.event(kind);
        Some(bytes)
    }

    fn sent(&mut self, seq: u64, kind: &'static str) {
        (self.cursor, self.marked) = (seq, seq);
        self.place.hub().metrics.event(kind);
    }

    /// What the client knows of the room is of no more use: it lists it anew, and goes on from here.
    fn reset(&mut self, newest: u64) {
        self.sent(newest, "reset");
        self.waiting.push(mark((self.place.room.id, newest)));
        self.waiting.push(encode(None, "reset", &json!({})));
    }

    fn end_gone(&mut self) {
        self.is_over = true;
        self.sent(self.cursor + 1, "room.deleted");
        self.waiting.push(encode(Some((self.place.room.id, self.cursor)), "room.deleted", &json!({})));
    }
}

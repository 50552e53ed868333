use std::{
    io,
    path::PathBuf,
    time::{Duration, Instant},
};

use elizabeth_client::{Content, ErrorCode, Events, Followed, RoomEvent, Session};
use serde_json::{Value, json};

use super::{
    Start,
    entered::Entered,
    exec::exec,
    inbox::{Fetched, Inbox},
    record::{Record, Text},
    report,
};
use crate::{error::Error, output::Output, progress::Progress, terminal};

/// How long a text that changes is left alone at least before it is fetched again, and at most twice as long.
const SETTLE: Duration = Duration::from_secs(2);

/// A room that is being watched.
pub(super) struct Watching {
    pub(super) entered: Entered,
    pub(super) record: Record,
    pub(super) inbox: Option<Inbox>,
    pub(super) exec: Option<String>,
    pub(super) output: Output,
    pub(super) progress: Progress,
    /// A `reset` that is handled once it is known from where the stream goes on.
    pub(super) reset: Option<RoomEvent>,
    /// When texts that have changed are fetched again.
    pub(super) catch_up_at: Option<Instant>,
}

impl Watching {
    /// Follows the room to its end. What comes is handled one after the other, and remembered as seen behind that.
    pub(super) async fn follow(mut self, from: Start) -> Result<(), Error> {
        if self.record.seen.cursor.is_empty() {
            match from {
                Start::All => self.record.seen.is_listing = true,
                // What is there before the stream is open is not new.
                Start::Now => {
                    let there = self.contents().await?;
                    self.record.seen.newest = there.iter().filter_map(id_of).max().unwrap_or_default();
                }
            }
        }
        let cursor = Some(self.record.seen.cursor.clone()).filter(|cursor| !cursor.is_empty());
        let mut events = Events::behind(cursor);
        let ended = loop {
            let time = self.catch_up_in().min(self.entered.rest());
            let next = async |session: &mut Session| events.next_within(session, time).await;
            match self.entered.attempt(Duration::MAX, next).await {
                Ok(Some(followed)) => self.take(followed).await?,
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if ended.as_ref().err().is_none_or(is_of_a_room_that_is_gone) {
            self.record.forget()?;
            self.entered.forget()?;
        }
        ended
    }

    async fn take(&mut self, followed: Followed) -> Result<(), Error> {
        match followed {
            Followed::Away(error) => {
                self.progress.remark(&format!("{error}; trying again"));
                Ok(())
            }
            Followed::Quiet => self.catch_up().await,
            Followed::Mark(id) => self.mark(&id).await,
            Followed::Event(event) => match event.kind.as_str() {
                // Kept nowhere, and of nothing that is in the room.
                "presence" | "signal" => Ok(()),
                "reset" => {
                    self.reset = Some(event);
                    Ok(())
                }
                _ => self.handle(&event).await,
            },
        }
    }

    /// All up to an id is known, unless what there is has to be listed first.
    async fn mark(&mut self, id: &str) -> Result<(), Error> {
        if let Some(reset) = self.reset.take() {
            self.show(&reset, None).await?;
            self.record.seen.is_listing = true;
        }
        self.record.seen.reach(id);
        self.record.keep()?;
        if self.record.seen.is_listing {
            for content in self.contents().await? {
                let Some(id) = id_of(&content) else { continue };
                let is_other = |text: &Text| text.id == id && content["sha256"] != *text.sha256;
                self.record.seen.change_texts(is_other);
                let data = json!({"id": id, "content": content});
                self.handle(&RoomEvent { id: None, kind: "content.created".to_owned(), data }).await?;
            }
            self.record.seen.is_listing = false;
            self.record.keep()?;
        }
        Ok(())
    }

    /// Handles an event, and remembers that. A content that was found in a list already is not added again.
    async fn handle(&mut self, event: &RoomEvent) -> Result<(), Error> {
        let added = event.data["id"].as_i64().filter(|_| event.kind == "content.created");
        if added.is_none_or(|id| id > self.record.seen.newest) {
            let content = added.and_then(|_| report::content(event));
            let path = match content {
                Some(content) => self.fetch(content).await?,
                None => None,
            };
            self.show(event, path).await?;
        }
        let seen = &mut self.record.seen;
        match event.kind.as_str() {
            "content.updated" | "content.edited" => seen.change_texts(|text| event.data["id"] == text.id),
            "content.deleted" => {
                let gone = event.data["ids"].as_array().map_or(&[][..], Vec::as_slice);
                seen.texts.retain(|text| !gone.iter().any(|id| *id == text.id));
            }
            _ => {}
        }
        seen.newest = added.unwrap_or_default().max(seen.newest);
        if seen.placing.as_ref().is_some_and(|(id, _)| Some(*id) == added) {
            seen.placing = None;
        }
        if let Some(id) = &event.id {
            seen.reach(id);
        }
        self.record.keep()
    }

    async fn fetch(&mut self, content: Content) -> Result<Option<PathBuf>, Error> {
        let Some(inbox) = &self.inbox else { return Ok(None) };
        let label = content.label();
        match inbox.fetch(&mut self.entered, &mut self.record, content).await? {
            Fetched::At(path) => return Ok(Some(path)),
            Fetched::Gone => {}
            Fetched::LeftOut(why) => self.progress.remark(&format!("{label} {why}, and is left out")),
            // What is of this machine names what it is about itself.
            Fetched::Missed(error @ Error::Place(_)) => self.progress.fail(&error.to_string()),
            Fetched::Missed(error) => self.progress.fail(&format!("{label}: {error}")),
        }
        Ok(None)
    }

    /// For how long it is waited for events before texts that have changed are fetched again: those who write are at it
    /// for longer than one event, and many may be watching.
    fn catch_up_in(&mut self) -> Duration {
        if !self.record.seen.texts.iter().any(|text| text.is_behind) {
            self.catch_up_at = None;
            return Duration::MAX;
        }
        let spread = SETTLE.mul_f64(1.0 + rand::random::<f64>());
        let at = *self.catch_up_at.get_or_insert_with(|| Instant::now() + spread);
        at.saturating_duration_since(Instant::now())
    }

    async fn catch_up(&mut self) -> Result<(), Error> {
        let Some(inbox) =
            self.inbox.as_ref().filter(|_| self.catch_up_at.is_some_and(|at| at <= Instant::now()))
        else {
            return Ok(());
        };
        for error in inbox.catch_up(&mut self.entered, &mut self.record).await? {
            self.progress.fail(&error.to_string());
        }
        Ok(())
    }

    async fn show(&mut self, event: &RoomEvent, path: Option<PathBuf>) -> Result<(), Error> {
        let path = path.as_deref();
        let json = report::json_line(event, path)?;
        let line = if self.output.json { json.clone() } else { report::line(event, path) };
        // Who reads it may take as long as they like: a signal is heard all the same.
        let printed = tokio::task::spawn_blocking(move || terminal::write_out(&line)).await;
        printed.map_err(io::Error::other)??;
        let Some(command) = &self.exec else { return Ok(()) };
        if let Some(failure) = exec(command, self.entered.room(), event, &json, path).await? {
            let id = event.id.as_deref().map(|id| format!(" {id}")).unwrap_or_default();
            self.progress.fail(&format!("{}{id}: the command ended with {failure}", event.kind));
        }
        Ok(())
    }

    async fn contents(&mut self) -> Result<Vec<Value>, Error> {
        self.entered.attempt(Duration::MAX, async |session| session.contents().await).await
    }
}

fn id_of(content: &Value) -> Option<i64> {
    content["id"].as_i64()
}

fn is_of_a_room_that_is_gone(error: &Error) -> bool {
    matches!(error, Error::Client(error) if error.is(ErrorCode::RoomNotFound) || error.is(ErrorCode::RoomExpired))
}

use std::sync::{
    Arc, Mutex, MutexGuard, PoisonError,
    atomic::{AtomicU64, Ordering},
};

use elizabeth_core::{event::Happening, id::RoomId};
use tokio::sync::{Notify, Semaphore, watch};

use super::{
    frame::Frame,
    notes::{Note, Notes},
    ring::Ring,
    source::Source,
};

/// A room that somebody in this process listens to.
pub(super) struct Room {
    pub(super) id: RoomId,
    /// What its listeners watch. Nobody waits for any of them: who has not looked sees the newest.
    pub(super) news: watch::Sender<News>,
    ring: Mutex<Ring>,
    notes: Mutex<Notes>,
    /// The newest number that is known of, read or not.
    known: AtomicU64,
    behind: Notify,
}

/// How a room stands with its listeners. That there are more events shows in the ring.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct News {
    /// How often something has happened after which its listeners have to be judged anew.
    pub(super) judged: u32,
    /// Whether the room is gone.
    pub(super) gone: bool,
    /// Whether this process is about to end.
    pub(super) closing: bool,
}

impl Room {
    /// One whose events up to this number nobody here waits for.
    pub(super) fn behind(id: RoomId, newest: u64) -> Arc<Self> {
        Arc::new(Self {
            id,
            news: watch::Sender::new(News::default()),
            ring: Mutex::new(Ring::behind(newest)),
            notes: Mutex::default(),
            known: AtomicU64::new(newest),
            behind: Notify::new(),
        })
    }

    /// There are events up to this number.
    pub(super) fn learn(&self, newest: u64) {
        self.known.fetch_max(newest, Ordering::AcqRel);
        if self.is_behind() {
            self.behind.notify_one();
        }
    }

    /// Wakes its listeners.
    pub(super) fn tell(&self, change: impl FnOnce(&mut News)) {
        self.news.send_modify(change);
    }

    /// The newest events.
    pub(super) fn ring(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is sent and not kept.
    pub(super) fn notes(&self) -> MutexGuard<'_, Notes> {
        self.notes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends something that is not kept.
    pub(super) fn note(&self, note: Note) {
        self.notes().push(note);
        self.tell(|_| {});
    }

    fn is_behind(&self) -> bool {
        self.ring().newest() < self.known.load(Ordering::Acquire)
    }

    /// Reads what happens, for all of its listeners, until the last of them has left. What cannot be read is tried again
    /// when it is next heard of, after a second at the latest.
    pub(super) async fn read<S: Source>(self: Arc<Self>, source: S, turns: Arc<Semaphore>) {
        loop {
            tokio::select! {
                () = self.behind.notified() => {}
                () = self.news.closed() => return,
            }
            while self.is_behind() {
                let after = self.ring().newest();
                let turn = turns.acquire().await;
                let page = source.frames(self.id, after).await;
                drop(turn);
                match page {
                    Ok(page) if page.is_empty() => break,
                    Ok(page) => self.take(page),
                    Err(error) => {
                        tracing::warn!(%error, room = self.id.0, "events could not be read");
                        break;
                    }
                }
            }
        }
    }

    fn take(&self, page: Vec<Frame>) {
        let changes_rights = page.iter().any(|frame| frame.event.what == Happening::RoomUpdated);
        {
            let mut ring = self.ring();
            page.into_iter().for_each(|frame| ring.push(frame));
        }
        self.tell(|news| news.judged = news.judged.wrapping_add(changes_rights.into()));
    }
}

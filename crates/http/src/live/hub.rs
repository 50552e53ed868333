use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use elizabeth_api::{BePresent, PresenceEvent, SignalEvent};
use elizabeth_core::{id::RoomId, limits::Limits, ports::RoomWatch};
use tokio::{
    sync::{Semaphore, SemaphorePermit, watch},
    time::{MissedTickBehavior, interval},
};

use super::{
    crowd::{Crowded, Crowds, Who},
    frame::encode,
    notes::Note,
    places::{Full, Places},
    room::{News, Room},
    source::Source,
    word::{Outgoing, Word},
};
use crate::metrics::Metrics;

/// How often the store is asked for the newest numbers of the rooms that are listened to.
pub(super) const POLL: Duration = Duration::from_secs(1);
/// Rooms that it is asked for at a time.
const POLLED: usize = 1000;
/// Pages that are read at a time, however many listeners are behind: what each holds meanwhile is bounded, and so is what
/// the others have to wait.
const READERS: usize = 4;

/// The rooms of a process that are listened to.
pub(crate) struct Hub {
    inner: Mutex<Inner>,
    readers: Arc<Semaphore>,
    outgoing: Outgoing,
    crowds: Mutex<Crowds>,
    pub(super) metrics: Arc<Metrics>,
}

struct Inner {
    rooms: HashMap<RoomId, Arc<Room>>,
    places: Places,
    is_polling: bool,
    is_closing: bool,
}

/// A listener's place: it counts for as long as this is there.
pub(super) struct Place {
    hub: Arc<Hub>,
    pub(super) room: Arc<Room>,
    pub(super) news: watch::Receiver<News>,
    client: Option<IpAddr>,
}

impl Hub {
    /// One with as many places as the limits allow, in a process that has so many connections.
    pub(crate) fn new(limits: &Limits, connections: usize, metrics: Arc<Metrics>) -> Arc<Self> {
        // The rest is for those who ask and send.
        let places = Places::new(limits, connections / 4 * 3);
        let inner = Inner { rooms: HashMap::new(), places, is_polling: false, is_closing: false };
        let readers = Arc::new(Semaphore::new(READERS));
        let crowds = Mutex::new(Crowds::new(limits));
        Arc::new(Self { inner: Mutex::new(inner), readers, outgoing: Outgoing::default(), crowds, metrics })
    }

    /// Takes a place in a room whose events go up to this number at least.
    pub(super) fn join<S: Source>(
        self: &Arc<Self>,
        source: &S,
        room: RoomId,
        newest: u64,
        client: Option<IpAddr>,
    ) -> Result<Place, Full> {
        let mut inner = self.inner();
        if inner.is_closing {
            return Err(Full::Process);
        }
        inner.places.take(room, client)?;
        let mut is_new = false;
        let room = inner.rooms.entry(room).or_insert_with(|| {
            is_new = true;
            Room::behind(room, newest)
        });
        let place = Place { hub: self.clone(), room: room.clone(), news: room.news.subscribe(), client };
        if is_new {
            tokio::spawn(place.room.clone().read(source.clone(), self.readers.clone()));
        }
        if !inner.is_polling {
            inner.is_polling = true;
            tokio::spawn(self.clone().poll(source.clone()));
        }
        drop(inner);
        place.room.learn(newest);
        self.metrics.listeners().inc();
        Ok(place)
    }

    /// Waits for the turn to read a page.
    pub(super) async fn turn(&self) -> Option<SemaphorePermit<'_>> {
        self.readers.acquire().await.ok()
    }

    /// Ends all listeners, each at another instant of the next seconds, and takes in no more.
    pub(crate) fn close(&self) {
        let rooms = {
            let mut inner = self.inner();
            inner.is_closing = true;
            inner.rooms.values().cloned().collect::<Vec<_>>()
        };
        rooms.iter().for_each(|room| room.tell(|news| news.closing = true));
    }

    /// Asks the store, once a second for as long as anybody listens, how far the rooms have come: the truth, whatever
    /// this process has heard.
    async fn poll<S: Source>(self: Arc<Self>, source: S) {
        let mut ticks = interval(POLL);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        // The first one comes at once.
        ticks.tick().await;
        loop {
            ticks.tick().await;
            let rooms: Vec<RoomId> = {
                let mut inner = self.inner();
                inner.is_polling = !inner.rooms.is_empty();
                inner.rooms.keys().copied().collect()
            };
            if rooms.is_empty() {
                return;
            }
            self.part();
            for some in rooms.chunks(POLLED) {
                match source.ranges(some).await {
                    Ok(ranges) => some.iter().for_each(|id| match ranges.get(id) {
                        Some(range) => self.hear(Word::Changed(*id, range.newest)),
                        None => self.hear(Word::Removed(*id)),
                    }),
                    Err(error) => {
                        tracing::warn!(%error, "rooms could not be asked for their events");
                        break;
                    }
                }
            }
        }
    }

    /// This process or another one has changed a room.
    pub(super) fn hear(&self, word: Word) {
        match word {
            Word::Changed(room, newest) => self.with(room, |room| room.learn(newest)),
            Word::Removed(room) => self.with(room, |room| room.tell(|news| news.gone = true)),
            Word::Revoked(room) => {
                self.with(room, |room| room.tell(|news| news.judged = news.judged.wrapping_add(1)));
            }
            Word::Present(room, who, sign) => {
                if let Ok(sign) = serde_json::from_str(&sign) {
                    // Where it is crowded here, it was not there where it came from, or is no news.
                    let _ = self.meet(room, who, &sign);
                }
            }
            Word::Signal(room, between, data) => self.pass_on(room, between, data),
        }
    }

    fn happened(&self, word: Word) {
        self.hear(word.clone());
        self.outgoing.say(word);
    }

    /// Somebody is there, in this process: all hear of it.
    ///
    /// # Errors
    ///
    /// When as many are there as may.
    pub(super) fn appear(&self, room: RoomId, who: Who, sign: &BePresent) -> Result<(), Crowded> {
        self.meet(room, who, sign)?;
        if let Ok(sign) = serde_json::to_string(sign) {
            self.outgoing.say(Word::Present(room, who, sign));
        }
        Ok(())
    }

    /// Somebody has something for somebody else; whether that one is there.
    pub(super) fn signal(&self, room: RoomId, [from, to]: [Who; 2], data: String) -> bool {
        let is_here = self.crowds().is_here(room, to);
        if is_here {
            self.happened(Word::Signal(room, [from, to], data));
        }
        is_here
    }

    /// Whether somebody is there.
    pub(super) fn is_here(&self, room: RoomId, who: Who) -> bool {
        self.crowds().is_here(room, who)
    }

    /// Those who are there.
    pub(super) fn crowd(&self, room: RoomId) -> Vec<(Who, BePresent)> {
        self.crowds().here(room)
    }

    fn meet(&self, room: RoomId, who: Who, sign: &BePresent) -> Result<(), Crowded> {
        self.part();
        if self.crowds().sign(room, who, sign)? {
            self.with(room, |room| room.note(presence(who, sign.clone(), false)));
        }
        Ok(())
    }

    /// Those who say nothing more are gone.
    fn part(&self) {
        let gone = self.crowds().sweep();
        for (room, who) in gone {
            self.with(room, |room| room.note(presence(who, BePresent::default(), true)));
        }
    }

    fn pass_on(&self, room: RoomId, [from, to]: [Who; 2], data: String) {
        let event = SignalEvent { from: from.to_string().into(), data: data.into() };
        let bytes = encode(None, "signal", &event);
        self.with(room, |room| room.note(Note { from, to: Some(to), kind: "signal", bytes }));
    }

    fn crowds(&self) -> MutexGuard<'_, Crowds> {
        self.crowds.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What other processes are to be told.
    pub(super) fn outgoing(&self) -> &Outgoing {
        &self.outgoing
    }

    fn with(&self, room: RoomId, act: impl FnOnce(&Room)) {
        if let Some(room) = self.room(room) {
            act(&room);
        }
    }

    fn room(&self, id: RoomId) -> Option<Arc<Room>> {
        self.inner().rooms.get(&id).cloned()
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What this process changes it hears of at once, and other processes a moment later.
impl RoomWatch for Hub {
    fn changed(&self, room: RoomId, newest: u64) {
        self.happened(Word::Changed(room, newest));
    }

    fn removed(&self, room: RoomId) {
        self.happened(Word::Removed(room));
    }

    fn revoked(&self, room: RoomId) {
        self.happened(Word::Revoked(room));
    }
}

fn presence(who: Who, sign: BePresent, gone: bool) -> Note {
    let event = PresenceEvent { session: who.to_string().into(), sign, gone };
    Note { from: who, to: None, kind: "presence", bytes: encode(None, "presence", &event) }
}

impl Place {
    /// The hub it is in.
    pub(super) fn hub(&self) -> &Hub {
        &self.hub
    }
}

/// The room goes with its last listener: before what watches it, so that whoever comes meanwhile finds one that is read.
impl Drop for Place {
    fn drop(&mut self) {
        let mut inner = self.hub.inner();
        if inner.places.leave(self.room.id, self.client) {
            inner.rooms.remove(&self.room.id);
        }
        drop(inner);
        self.hub.metrics.listeners().dec();
    }
}
